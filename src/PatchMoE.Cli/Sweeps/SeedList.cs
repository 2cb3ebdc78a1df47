namespace PatchMoE.Cli.Sweeps;

/// <summary>Reads the seeds of a sweep: a count, for 1, 2, …, or a list.</summary>
internal static class SeedList
{
    private static readonly IntRange s_counts = new(1, SweepDefinition.MaximumCells);
    private static readonly IntRange s_seeds = new(0, int.MaxValue);

    /// <summary>Returns the seeds; empty if they are wrong, which is reported.</summary>
    public static IReadOnlyList<int> Read(SpecNode node, string path, SweepMistakes mistakes)
    {
        var values = new ValueReader(mistakes.Form);
        if (node is SpecNumber)
        {
            return values.Int(node, path, s_counts) is { } count ? [.. Enumerable.Range(1, count)] : [];
        }

        if (node is not SpecArray array)
        {
            values.Mistype<int>(node, path, "the number of seeds, or an array of seeds", "20");
            return [];
        }

        if (array.Items.Count == 0)
        {
            mistakes.Form.Report(DiagnosticRules.WrongCount, new SpecPlace(path, node.Span), "1 seed or more", 0);
            return [];
        }

        if (values.Ints(node, path, s_seeds) is not { } seeds)
        {
            return [];
        }

        var known = new HashSet<int>();
        for (int i = 0; i < seeds.Count; i++)
        {
            if (!known.Add(seeds[i]))
            {
                mistakes.Report(array.Items[i].Span, $"{path}[{i}]", $"the seed {seeds[i]} is in this list twice. Keep one of the two.");
            }
        }

        return [.. seeds];
    }
}
