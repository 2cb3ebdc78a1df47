using PatchMoE.Formats;
using PatchMoE.Training.Evaluation;

namespace PatchMoE.Cli.Reproductions;

/// <summary>The finished trainings of a grid, saved to <c>cells.jsonl</c> as each finishes, so that an interrupted grid continues where it stopped.</summary>
internal sealed class CellStore
{
    private readonly string _path;
    private readonly string _data;
    private readonly List<CellResult> _results;
    private readonly Lock _lock = new();

    private CellStore(string path, string data, List<CellResult> results) => (_path, _data, _results) = (path, data, results);

    /// <summary>Opens a folder's store, empty if there is none yet.</summary>
    /// <param name="folder">An existing folder.</param>
    /// <param name="data">The folder of the images; results from other folders are ignored.</param>
    /// <exception cref="BadInputException">The file holds something else, or cannot be read.</exception>
    public static CellStore Open(string folder, string data)
    {
        string path = Path.Combine(folder, "cells.jsonl");
        if (!File.Exists(path))
        {
            return new CellStore(path, data, []);
        }

        try
        {
            return new CellStore(path, data, [.. File.ReadLines(path).Where(line => line.Length > 0).Select(CellResult.FromJson)]);
        }
        catch (FormatException failure)
        {
            throw new BadInputException($"{path}: {failure.Message} Remove the file, or choose another folder with --out.", failure);
        }
    }

    /// <summary>The result of a cell; null if it is not finished.</summary>
    public CellResult? Find(Cell cell)
    {
        lock (_lock)
        {
            return _results.Find(result => (result.Network, result.Samples, result.Seed, result.Hash, result.Data) == (cell.Network, cell.Samples, cell.Seed, cell.Hash, _data));
        }
    }

    /// <summary>Saves the result of a cell.</summary>
    public void Add(Cell cell, EvaluationResult final, double seconds)
    {
        lock (_lock)
        {
            _results.Add(new CellResult(cell.Network, cell.Samples, cell.Seed, cell.Hash, _data, final.Accuracy, seconds, final.RouterHitRate));
            AtomicFile.Write(_path, stream =>
            {
                using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
                _results.ForEach(result => writer.WriteLine(result.ToJson()));
            });
        }
    }
}
