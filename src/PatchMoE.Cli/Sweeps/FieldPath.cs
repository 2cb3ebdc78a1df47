using System.Globalization;
using System.Text.RegularExpressions;

namespace PatchMoE.Cli.Sweeps;

/// <summary>The place of a field in a spec, for example <c>model.layers[0].patchesPerExpert</c>.</summary>
internal sealed partial class FieldPath
{
    private readonly IReadOnlyList<Step> _steps;

    private FieldPath(string text, IReadOnlyList<Step> steps) => (Text, _steps) = (text, steps);

    /// <summary>The path as written.</summary>
    public string Text { get; }

    /// <summary>The field's own name, with its index if it is an element.</summary>
    public string ShortName => Text[(Text.LastIndexOf('.') + 1)..];

    /// <summary>Parses a path; null if it is none.</summary>
    public static FieldPath? Parse(string text)
    {
        var steps = new List<Step>();
        foreach (string part in text.Split('.'))
        {
            Match match = Part().Match(part);
            if (!match.Success)
            {
                return null;
            }

            steps.Add(new Step(match.Groups["name"].Value, 0));
            foreach (Capture index in match.Groups["index"].Captures)
            {
                steps.Add(new Step(null, int.Parse(index.Value, CultureInfo.InvariantCulture)));
            }
        }

        return new FieldPath(text, steps);
    }

    /// <summary>Whether the path is that of the other field, or of something that contains it.</summary>
    public bool Contains(FieldPath other) => _steps.Count <= other._steps.Count && _steps.SequenceEqual(other._steps.Take(_steps.Count));

    /// <summary>The node at the path; null if there is none.</summary>
    public SpecNode? Find(SpecNode root)
    {
        SpecNode? node = root;
        foreach (Step step in _steps)
        {
            node = (node, step.Name) switch
            {
                (SpecObject fields, { } name) => fields.Fields.FirstOrDefault(field => field.Name == name)?.Value,
                (SpecArray array, null) => step.Index < array.Items.Count ? array.Items[step.Index] : null,
                _ => null,
            };
        }

        return node;
    }

    /// <summary>A copy of a spec with another value at the path. Objects on the way that are absent are created, since all of their fields may have defaults.</summary>
    /// <param name="root">The spec.</param>
    /// <param name="value">The value.</param>
    /// <param name="name">Where the path is written: what is created gets this position.</param>
    /// <param name="misfit">Why there is no such place; null if there is one.</param>
    /// <returns>The copy; the spec itself if there is no such place.</returns>
    public SpecNode Set(SpecNode root, SpecNode value, SourceSpan name, out string? misfit)
    {
        misfit = null;
        return Set(root, 0, value, name, ref misfit) is { } set && misfit is null ? set : root;
    }

    private SpecNode? Set(SpecNode? node, int depth, SpecNode value, SourceSpan name, ref string? misfit)
    {
        if (depth == _steps.Count)
        {
            return value;
        }

        Step step = _steps[depth];
        if (step.Name is { } field)
        {
            if (node is null or SpecObject)
            {
                return SetField((SpecObject?)node ?? new SpecObject(name, default), field, depth, value, name, ref misfit);
            }

            misfit = $"{Upto(depth)} is {Excerpt.Of(node)}, which has no fields";
            return null;
        }

        if (node is null or SpecArray)
        {
            return SetItem((SpecArray?)node ?? new SpecArray(name, default), step.Index, depth, value, name, ref misfit);
        }

        misfit = $"{Upto(depth)} is {Excerpt.Of(node)}, not an array";
        return null;
    }

    private SpecObject? SetField(SpecObject fields, string field, int depth, SpecNode value, SourceSpan name, ref string? misfit)
    {
        SpecField? old = fields.Fields.FirstOrDefault(one => one.Name == field);
        if (Set(old?.Value, depth + 1, value, name, ref misfit) is not { } set)
        {
            return null;
        }

        var changed = new SpecField(field, old?.NameSpan ?? name, set);
        IEnumerable<SpecField> all = old is null ? fields.Fields.Append(changed) : fields.Fields.Select(one => ReferenceEquals(one, old) ? changed : one);
        return fields with { Fields = all.ToEquatableArray() };
    }

    /// <summary>An array can grow by one element at its end.</summary>
    private SpecArray? SetItem(SpecArray array, int index, int depth, SpecNode value, SourceSpan name, ref string? misfit)
    {
        int count = array.Items.Count;
        if (index > count)
        {
            misfit = string.Create(CultureInfo.InvariantCulture, $"{Upto(depth)} has {count} {(count == 1 ? "element" : "elements")}, counted from 0");
            return null;
        }

        if (Set(index < count ? array.Items[index] : null, depth + 1, value, name, ref misfit) is not { } set)
        {
            return null;
        }

        IEnumerable<SpecNode> all = index == count ? array.Items.Append(set) : array.Items.Select((item, i) => i == index ? set : item);
        return array with { Items = all.ToEquatableArray() };
    }

    /// <summary>The text of the first steps.</summary>
    private string Upto(int depth) => depth == 0
        ? "the spec"
        : string.Concat(_steps.Take(depth).Select(step => step.Name is { } name ? $".{name}" : string.Create(CultureInfo.InvariantCulture, $"[{step.Index}]")))[1..];

    [GeneratedRegex(@"^(?<name>[A-Za-z$_][A-Za-z0-9$_-]*)(\[(?<index>[0-9]{1,9})\])*$")]
    private static partial Regex Part();

    /// <summary>A field's name, or an element's index.</summary>
    private readonly record struct Step(string? Name, int Index);
}
