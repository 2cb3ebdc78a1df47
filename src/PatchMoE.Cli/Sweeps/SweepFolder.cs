using System.Globalization;
using System.Text;
using System.Text.Json;
using PatchMoE.Cli.Experiments;
using PatchMoE.Cli.Outputs;
using PatchMoE.Formats;

namespace PatchMoE.Cli.Sweeps;

/// <summary>The files of a sweep beside its cells: <c>sweep.json</c>, <c>results.csv</c>, <c>summary.csv</c> and <c>report.html</c>.</summary>
internal sealed class SweepFolder
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private readonly Sweep _sweep;

    private SweepFolder(Sweep sweep, CellFolder cells) => (_sweep, Cells) = (sweep, cells);

    /// <summary>The cells' results.</summary>
    public CellFolder Cells { get; }

    /// <summary>The results, a row for each cell.</summary>
    public string ResultsPath => PathOf("results.csv");

    /// <summary>The report.</summary>
    public string ReportPath => PathOf("report.html");

    /// <summary>Opens the folder of a sweep to add to it, and writes <c>sweep.json</c>: what each cell is.</summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="path">The folder, which need not exist.</param>
    /// <param name="report">Told what the user should know, one sentence each.</param>
    /// <exception cref="BadInputException">The folder cannot be written to, or belongs to another sweep.</exception>
    public static SweepFolder Open(Sweep sweep, string path, Action<string> report)
    {
        RequireSame(sweep, path, report);
        var folder = new SweepFolder(sweep, CellFolder.Open(path, report));
        string definition = Definition(sweep);
        if (!File.Exists(folder.PathOf("sweep.json")) || File.ReadAllText(folder.PathOf("sweep.json")) != definition)
        {
            AtomicFile.WriteText(folder.PathOf("sweep.json"), definition);
        }

        return folder;
    }

    /// <summary>Opens the folder of a sweep to look at it; null if there is none.</summary>
    /// <exception cref="BadInputException">The folder belongs to another sweep.</exception>
    public static SweepFolder? Find(Sweep sweep, string path, Action<string> report)
    {
        RequireSame(sweep, path, report);
        return Directory.Exists(Path.Combine(path, "cells")) ? new SweepFolder(sweep, CellFolder.Open(path, report)) : null;
    }

    /// <summary>
    /// Writes the results so far. Each process does so at its end, one after another: the last of them sees the results of all.
    /// </summary>
    /// <param name="source">The sweep file, for the report.</param>
    /// <exception cref="BadInputException">A file cannot be read or written.</exception>
    public SweepState Write(SweepSource source)
    {
        CellClaim? turn;
        while ((turn = CellClaim.TryTake(PathOf(Path.Combine("claims", "results")))) is null)
        {
            Thread.Sleep(s_pause);
        }

        using (turn)
        {
            SweepState state = SweepState.Read(_sweep, Cells);
            AtomicFile.WriteAll(
            [
                Text("results.csv", SweepTables.Cells(state).ToCsv()),
                Text("summary.csv", SweepTables.Points(state).ToCsv()),
                Text("report.html", SweepReport.ToHtml(state, source)),
            ]);
            return state;
        }
    }

    private (string Path, Action<Stream> Write) Text(string name, string text) => (PathOf(name), stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    private string PathOf(string name) => Path.Combine(Cells.FullPath, name);

    /// <summary>A sweep may be extended, so some of its cells may be new; if all are, the folder is that of another.</summary>
    private static void RequireSame(Sweep sweep, string path, Action<string> report)
    {
        string file = Path.Combine(path, "sweep.json");
        if (!File.Exists(file))
        {
            return;
        }

        HashSet<string>? known = HashesOf(InputFile.Read(file, stream => new StreamReader(stream).ReadToEnd()));
        if (known is null)
        {
            report($"{file}: the list of the sweep's cells is damaged. It is written again.");
        }
        else if (!sweep.Trainings().Any(cell => known.Contains(cell.Hash)))
        {
            throw new BadInputException($"{path}: this folder belongs to another sweep, which shares no cell with '{sweep.Name}'. Choose another folder with --out.");
        }
    }

    private static string Definition(Sweep sweep)
    {
        var json = new StringBuilder();
        json.Append(CultureInfo.InvariantCulture, $$"""{"name":{{JsonLine.Of(sweep.Name)}},"fields":{{JsonLine.Of(sweep.Columns.Titles)}},"cells":[""");
        string separator = "\n";
        foreach (SweepCell cell in sweep.Cells)
        {
            string hash = cell.Training is { } training ? training.Hash : "";
            json.Append(separator).Append(JsonLine.Of(new { Values = sweep.Columns.Texts(cell.Point), cell.Seed, Hash = hash }));
            separator = ",\n";
        }

        return json.Append("\n]}\n").ToString();
    }

    private static HashSet<string>? HashesOf(string definition)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(definition);
            return [.. json.RootElement.GetProperty("cells").EnumerateArray().Select(cell => cell.GetProperty("hash").GetString()!)];
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }
}
