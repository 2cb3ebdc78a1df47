namespace PatchMoE.Cli.Sweeps;

/// <summary>What a sweep file says: every variant is trained with every combination of the axes' values and with every seed.</summary>
/// <param name="Name">The sweep's name.</param>
/// <param name="Variants">At least one.</param>
/// <param name="Axes">In the order of the file; the last changes fastest.</param>
/// <param name="Seeds">At least one, all different.</param>
internal sealed record SweepDefinition(string Name, IReadOnlyList<SweepVariant> Variants, IReadOnlyList<SweepAxis> Axes, IReadOnlyList<int> Seeds)
{
    /// <summary>The most cells of a sweep: each is a file in one folder.</summary>
    public const int MaximumCells = 1_000_000;

    /// <summary>The fields that differ between cells: those of the axes, then those that variants set.</summary>
    public IReadOnlyList<FieldPath> Fields =>
    [
        .. Axes.Select(axis => axis.Path)
            .Concat(Variants.SelectMany(variant => variant.Settings).GroupBy(setting => setting.Path.Text).Where(Differs).Select(same => same.First().Path))
            .DistinctBy(path => path.Text),
    ];

    /// <summary>Whether variants are told apart by name.</summary>
    public bool HasNames => Variants.Any(variant => variant.Name is not null);

    /// <summary>Whether a field is not set to the same value by all variants.</summary>
    private bool Differs(IEnumerable<FieldSetting> field) =>
        field.Count() < Variants.Count || field.Select(setting => NodeText.Json(setting.Value)).Distinct().Count() > 1;
}
