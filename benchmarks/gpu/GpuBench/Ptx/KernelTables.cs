using System.Globalization;
using System.Text;
using PatchMoE.GpuBench.Launches;
using PatchMoE.Ilgpu;

namespace PatchMoE.GpuBench.Ptx;

/// <summary>The tables of a document, between the comments <c>&lt;!-- kernels --&gt;</c> and <c>&lt;!-- launches --&gt;</c> and their ends.</summary>
internal static class KernelTables
{
    /// <summary>Replaces both tables.</summary>
    public static void Replace(string path, IReadOnlyList<KernelRow> rows, IReadOnlyList<(string Name, int Batch, ShapeLaunches Launches)> launches)
    {
        string text = File.ReadAllText(path);
        File.WriteAllText(path, Between(Between(text, "kernels", Kernels(rows)), "launches", Launches(launches)));
    }

    private static string Between(string text, string name, string table)
    {
        (string start, string end) = ($"<!-- {name} -->", $"<!-- end of {name} -->");
        (int from, int to) = (text.IndexOf(start, StringComparison.Ordinal), text.IndexOf(end, StringComparison.Ordinal));
        return from >= 0 && to > from
            ? $"{text[..(from + start.Length)]}\n{table}{text[to..]}"
            : throw new InvalidDataException($"The document has no part between {start} and {end}.");
    }

    private static string Kernels(IReadOnlyList<KernelRow> rows)
    {
        var table = new StringBuilder();
        table.Append("| shape, batch | kernel | groups × threads | registers | shared, KiB | loads: values × times | stores | multiply-adds a turn: per value from global, from shared memory | occupancy A100 | H100, H200 | MFLOP | MB |\n");
        table.Append("|---|---|---|---|---|---|---|---|---|---|---|---|\n");
        string last = string.Empty;
        foreach (IGrouping<(string Name, int Batch, string Kernel), KernelRow> kernel in rows.Where(row => row.Groups is not null).GroupBy(row => (row.Name, row.Batch, row.Kernel)))
        {
            KernelRow row = kernel.First();
            KernelFacts facts = row.Facts;
            string shape = $"`{row.Name}`, {row.Batch}";
            string[] cells =
            [
                shape == last ? string.Empty : shape,
                $"`{row.Kernel}`",
                $"{row.Groups} × {row.Threads}",
                string.Join(" / ", kernel.Select(one => one.Registers).Distinct()),
                Digits(facts.SharedBytes / 1024.0),
                Widths(facts.Loads),
                Widths(facts.Stores),
                facts.Loop is { } loop ? $"{loop.MultiplyAdds}: {Ratio(loop.MultiplyAdds, loop.GlobalValues)}, {Ratio(loop.MultiplyAdds, loop.SharedValues)}" : "—",
                .. kernel.Select(one => $"{100 * one.Occupancy:0} %"),
                row.Work is { } work ? Digits(work.Flops / 1e6) : "—",
                row.Work is { } moved ? Digits(moved.Bytes / 1e6) : "—",
            ];
            last = shape;
            table.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", cells)} |\n");
        }

        return table.ToString();
    }

    private static string Launches(IReadOnlyList<(string Name, int Batch, ShapeLaunches Launches)> shapes)
    {
        var table = new StringBuilder();
        table.Append("| shape | forward pass: kernels | copies | step: kernels | copies | what a step queues |\n|---|---|---|---|---|---|\n");
        foreach ((string name, _, ShapeLaunches launches) in shapes)
        {
            table.Append(CultureInfo.InvariantCulture, $"| `{name}` | {Kernels(launches.Forward)} | {Others(launches.Forward)} | {Kernels(launches.Step)} | {Others(launches.Step)} | {string.Join(", ", launches.Step.Select(one => one.Name))} |\n");
        }

        return table.ToString();

        static int Kernels(IEnumerable<Queued> queued) => queued.Count(one => one.IsKernel);
        static int Others(IEnumerable<Queued> queued) => queued.Count(one => !one.IsKernel);
    }

    private static string Widths(IReadOnlyDictionary<int, int> widths) => widths.Count == 0 ? "—" : string.Join(", ", widths.Select(pair => $"{pair.Key} × {pair.Value}"));

    private static string Ratio(int sums, int values) => values == 0 ? "—" : Digits((double)sums / values);

    private static string Digits(double value) => value.ToString(value < 10 ? "0.##" : "0", CultureInfo.InvariantCulture);
}
