namespace PatchMoE.Cli.Sweeps;

/// <summary>What tells the points of a sweep from each other: the variant's name, if there are names, and the fields that differ.</summary>
internal sealed class SweepColumns
{
    private readonly bool _hasNames;

    /// <summary>The fields of the axes come first; those behind them say nothing new where every variant has a name of its own.</summary>
    private readonly int _telling;

    public SweepColumns(SweepDefinition sweep)
    {
        _hasNames = sweep.HasNames;
        Fields = sweep.Fields;
        bool named = sweep.Variants.All(variant => variant.Name is not null) && sweep.Variants.DistinctBy(variant => variant.Name).Count() == sweep.Variants.Count;
        _telling = named ? sweep.Axes.Count : Fields.Count;
        ILookup<string, FieldPath> sameName = Fields.ToLookup(field => field.ShortName);
        Titles = [.. Names("variant"), .. Fields.Select(field => field.Text)];
        ShortTitles = [.. Names("variant"), .. Fields.Select(field => sameName[field.ShortName].Count() == 1 ? field.ShortName : field.Text)];
    }

    /// <summary>The fields.</summary>
    public IReadOnlyList<FieldPath> Fields { get; }

    /// <summary>The titles of all columns, with whole paths.</summary>
    public IReadOnlyList<string> Titles { get; }

    /// <summary>The titles with the fields' own names, where these are different.</summary>
    public IReadOnlyList<string> ShortTitles { get; }

    /// <summary>A point's text in each column.</summary>
    public IReadOnlyList<string> Texts(SweepPoint point) => [.. Names(point.Variant ?? ""), .. point.Values.Select(NodeText.Plain)];

    /// <summary>A point in a few words: <c>joint, train 100, patchesPerExpert 2</c>.</summary>
    /// <param name="point">The point.</param>
    /// <param name="without">Fields to leave out.</param>
    public string Label(SweepPoint point, params int[] without)
    {
        string[] titles = [.. ShortTitles.Skip(_hasNames ? 1 : 0)];
        IEnumerable<string> values = point.Values.Take(_telling).Select((value, i) => value is null || without.Contains(i) ? "" : $"{titles[i]} {NodeText.Plain(value)}");
        return string.Join(", ", Names(point.Variant ?? "").Concat(values).Where(text => text.Length > 0));
    }

    private IEnumerable<string> Names(string name) => _hasNames ? [name] : [];
}
