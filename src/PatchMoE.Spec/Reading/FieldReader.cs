using System.Globalization;

namespace PatchMoE;

/// <summary>
/// Reads the fields of one object. A getter returns null if the field is wrong or missing, which it reports, so that reading continues.
/// <see cref="Finish"/> reports the fields that were not read.
/// </summary>
internal sealed class FieldReader
{
    private readonly SpecObject _node;
    private readonly string _path;
    private readonly Dictionary<string, SpecField> _fields = new(StringComparer.Ordinal);
    private readonly List<string> _known = [];
    private readonly HashSet<string> _rejected = new(StringComparer.Ordinal);
    private readonly List<(string Name, string What)> _missing = [];

    private FieldReader(SpecObject node, string path, DiagnosticBag diagnostics)
    {
        _node = node;
        _path = path;
        Diagnostics = diagnostics;
        Values = new ValueReader(diagnostics);
        foreach (SpecField field in node.Fields)
        {
            if (!_fields.TryGetValue(field.Name, out SpecField? first))
            {
                _fields.Add(field.Name, field);
                continue;
            }

            string line = (first.Value.Span.Line + 1).ToString(CultureInfo.InvariantCulture);
            diagnostics.Report(DiagnosticRules.DuplicateField, new SpecPlace(PathOf(Excerpt.Of(field.Name)), field.NameSpan), Excerpt.Of(field.Name), line);
        }
    }

    /// <summary>Where mistakes are reported.</summary>
    public DiagnosticBag Diagnostics { get; }

    /// <summary>The position of the object.</summary>
    public SpecPlace Place => new(_path, _node.Span);

    private ValueReader Values { get; }

    /// <summary>Opens an object; if the node is something else, reports that and returns null.</summary>
    public static FieldReader? Open(SpecNode node, string path, DiagnosticBag diagnostics, string example)
    {
        if (node is SpecObject fields)
        {
            return new FieldReader(fields, path, diagnostics);
        }

        new ValueReader(diagnostics).Mistype<int>(node, path, "an object", example);
        return null;
    }

    /// <summary>Whether the object has the field.</summary>
    public bool Has(string name) => _fields.ContainsKey(name);

    /// <summary>Whether the object has the field, with this text as its value.</summary>
    public bool Has(string name, string text) => _fields.TryGetValue(name, out SpecField? field) && field.Value is SpecString found && found.Value == text;

    /// <summary>Whether a field of the object is an array without elements.</summary>
    public bool IsEmptyArray(string name) => _fields.TryGetValue(name, out SpecField? field) && field.Value is SpecArray { Items.Count: 0 };

    /// <summary>A pair in the form in which the field has one, a number for both or an array; null if it has neither, or two values are not one number.</summary>
    public string? PairText(string name, int first, int second) => !_fields.TryGetValue(name, out SpecField? field) ? null : field.Value switch
    {
        SpecNumber when first == second => first.ToString(CultureInfo.InvariantCulture),
        SpecArray => FormattableString.Invariant($"[{first}, {second}]"),
        _ => null,
    };

    /// <summary>The path of a field of this object.</summary>
    public string PathOf(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    /// <summary>The position of a field's value; that of the object if the field is absent.</summary>
    public SpecPlace PlaceOf(string name) => new(PathOf(name), _fields.TryGetValue(name, out SpecField? field) ? field.Value.Span : _node.Span);

    /// <summary>The position of an element of an array.</summary>
    public SpecPlace PlaceOf(string name, int index) => new($"{PathOf(name)}[{index}]", ((SpecArray)_fields[name].Value).Items[index].Span);

    /// <summary>A field's node; null if it is absent, which is reported if <paramref name="what"/> says what it is.</summary>
    public SpecNode? Node(string name, string? what = null)
    {
        if (!_known.Contains(name))
        {
            _known.Add(name);
        }

        if (_fields.TryGetValue(name, out SpecField? field))
        {
            return field.Value;
        }

        if (what is not null)
        {
            _missing.Add((name, what));
        }

        return null;
    }

    /// <summary>A required whole number.</summary>
    public int? Int(string name, IntRange range, string what) => Node(name, what) is { } node ? Values.Int(node, PathOf(name), range) : null;

    /// <summary>A whole number without a default: null if it is absent, too.</summary>
    public int? Int(string name, IntRange range) => Node(name) is { } node ? Values.Int(node, PathOf(name), range) : null;

    /// <summary>A whole number with a default.</summary>
    public int? Int(string name, IntRange range, int absent) => Node(name) is { } node ? Values.Int(node, PathOf(name), range) : absent;

    /// <summary>A number with a default.</summary>
    public double? Number(string name, NumberRange range, double absent) =>
        Node(name) is { } node ? Values.Number(node, PathOf(name), range) : absent;

    /// <summary>A number without a default: null if it is absent, too.</summary>
    public double? Number(string name, NumberRange range) => Node(name) is { } node ? Values.Number(node, PathOf(name), range) : null;

    /// <summary>true or false, with a default.</summary>
    public bool? Boolean(string name, bool absent) => Node(name) is { } node ? Values.Boolean(node, PathOf(name)) : absent;

    /// <summary>A text; null if it is absent.</summary>
    public string? Text(string name, string example, string? what = null) =>
        Node(name, what) is { } node ? Values.Text(node, PathOf(name), example) : null;

    /// <summary>A required word.</summary>
    public string? Word(string name, IReadOnlyList<string> known, string what) =>
        Node(name, what) is { } node ? Values.Word(node, PathOf(name), known) : null;

    /// <summary>A word with a default.</summary>
    public string? WordOr(string name, IReadOnlyList<string> known, string absent) =>
        Node(name) is { } node ? Values.Word(node, PathOf(name), known) : absent;

    /// <summary>A required word of an enum.</summary>
    public T? Choice<T>(string name, string what)
        where T : struct, Enum => Word(name, SpecWords.All<T>(), what) is { } word ? SpecWords.Value<T>(word) : null;

    /// <summary>A word of an enum with a default.</summary>
    public T? Choice<T>(string name, T absent)
        where T : struct, Enum => WordOr(name, SpecWords.All<T>(), SpecWords.Of(absent)) is { } word ? SpecWords.Value<T>(word) : null;

    /// <summary>A required [height, width].</summary>
    public (int Height, int Width)? Pair(string name, IntRange range, string what) =>
        Node(name, what) is { } node ? Values.Pair(node, PathOf(name), range) : null;

    /// <summary>A [height, width] with a default, which may be null because its own source is wrong.</summary>
    public (int Height, int Width)? PairOr(string name, IntRange range, (int Height, int Width)? absent) =>
        Node(name) is { } node ? Values.Pair(node, PathOf(name), range) : absent;

    /// <summary>A length, a number or [length], with a default.</summary>
    public int? Length(string name, IntRange range, int absent) => Node(name) is { } node ? Values.Length(node, PathOf(name), range) : absent;

    /// <summary>An array of whole numbers with a default.</summary>
    public EquatableArray<int>? Ints(string name, IntRange range, EquatableArray<int> absent) =>
        Node(name) is { } node ? Values.Ints(node, PathOf(name), range) : absent;

    /// <summary>An array of texts; empty if it is absent.</summary>
    public EquatableArray<string>? Texts(string name, string example) =>
        Node(name) is { } node ? Values.Texts(node, PathOf(name), example) : default(EquatableArray<string>);

    /// <summary>Reports a field that belongs elsewhere, if it is present.</summary>
    public void Reject(string name, DiagnosticRule rule, params object[] arguments)
    {
        _rejected.Add(name);
        if (_fields.TryGetValue(name, out SpecField? field))
        {
            Diagnostics.Report(rule, new SpecPlace(PathOf(name), field.NameSpan), arguments);
        }
    }

    /// <summary>Warns of a field without effect, if it is present.</summary>
    public void Warn(string name, string cause, string remedy)
    {
        if (_fields.TryGetValue(name, out SpecField? field))
        {
            Diagnostics.Report(DiagnosticRules.FieldWithoutEffect, new SpecPlace(PathOf(name), field.NameSpan), name, cause, remedy);
        }
    }

    /// <summary>Reports the unknown fields, then those that are missing and were not merely misspelt.</summary>
    /// <param name="allKnown">
    /// False if the object's kind, and so its set of fields, is unknown: then only a field similar to a missing one is reported.
    /// </param>
    public void Finish(bool allKnown = true)
    {
        List<(string Name, string What)> missing = [.. _missing];
        foreach (SpecField field in _fields.Values.Where(field => !_known.Contains(field.Name) && !_rejected.Contains(field.Name)))
        {
            string[] absent = [.. _known.Where(name => !Has(name))];
            string? nearest = Spelling.Nearest(field.Name, absent);
            bool misspelt = missing.RemoveAll(one => one.Name == nearest) > 0;
            if (allKnown || misspelt)
            {
                string shown = Excerpt.Of(field.Name);
                Diagnostics.ReportRepairable(
                    Spelling.Quoted(nearest),
                    DiagnosticRules.UnknownField,
                    new SpecPlace(PathOf(shown), field.NameSpan),
                    shown,
                    Excerpt.List(_known),
                    Spelling.Suggestion(nearest));
            }
        }

        foreach ((string name, string what) in missing)
        {
            Diagnostics.Report(DiagnosticRules.MissingField, new SpecPlace(_path, _node.Span), name, what);
        }
    }
}
