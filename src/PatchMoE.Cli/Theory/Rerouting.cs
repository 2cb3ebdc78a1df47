namespace PatchMoE.Cli.Theory;

/// <summary>The same network with another number of patches per expert: its weights have the same names, sizes and places.</summary>
internal static class Rerouting
{
    private const int EveryUpTo = 16;

    /// <summary>The spec with l patches per expert in layer 0.</summary>
    /// <param name="spec">A spec whose layer 0 chooses patches.</param>
    /// <param name="patches">l, 1…n.</param>
    public static PatchMoESpec Taking(this PatchMoESpec spec, int patches)
    {
        LayerSpec bottom = spec.Model.Layers[0] with { PatchesPerExpert = patches };
        return spec with { Model = spec.Model with { Layers = new[] { bottom }.Concat(spec.Model.Layers.Skip(1)).ToEquatableArray() } };
    }

    /// <summary>The values of l to compare: all up to 16 patches; beyond, each about half again as large as the last, with the spec's own and n.</summary>
    /// <param name="patches">n.</param>
    /// <param name="own">The spec's l.</param>
    public static int[] Grid(int patches, int own)
    {
        if (patches <= EveryUpTo)
        {
            return [.. Enumerable.Range(1, patches)];
        }

        var grid = new SortedSet<int> { 1, own, patches };
        for (int power = 2; power < patches; power *= 2)
        {
            grid.Add(power);
            grid.Add(Math.Min(power / 2 * 3, patches));
        }

        return [.. grid];
    }
}
