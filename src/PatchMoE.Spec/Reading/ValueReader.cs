using System.Globalization;

namespace PatchMoE;

/// <summary>Reads one node as a value of a given type; if it is something else, reports that and returns null.</summary>
internal sealed class ValueReader(DiagnosticBag diagnostics)
{
    /// <summary>Reads a whole number; 28.0 counts as one, as in JSON Schema.</summary>
    public int? Int(SpecNode node, string path, IntRange range)
    {
        if (node is not SpecNumber number || Math.Floor(number.Value) != number.Value)
        {
            return Mistype<int>(node, path, "a whole number", range.Minimum.ToString(CultureInfo.InvariantCulture));
        }

        if (!range.Contains(number.Value))
        {
            diagnostics.Report(
                DiagnosticRules.OutOfRange, new SpecPlace(path, node.Span), Excerpt.Of(number.Text), range.Describe(number.Value), range.Minimum);
            return null;
        }

        return (int)number.Value;
    }

    /// <summary>Reads a number.</summary>
    public double? Number(SpecNode node, string path, NumberRange range)
    {
        if (node is not SpecNumber number)
        {
            return Mistype<double>(node, path, "a number", range.Example);
        }

        if (!range.Contains(number.Value))
        {
            diagnostics.Report(DiagnosticRules.OutOfRange, new SpecPlace(path, node.Span), Excerpt.Of(number.Text), range.Text, range.Example);
            return null;
        }

        return number.Value;
    }

    /// <summary>Reads true or false.</summary>
    public bool? Boolean(SpecNode node, string path) =>
        node is SpecBoolean boolean ? boolean.Value : Mistype<bool>(node, path, "true or false", "true");

    /// <summary>Reads a text.</summary>
    public string? Text(SpecNode node, string path, string example)
    {
        if (node is SpecString text)
        {
            return text.Value;
        }

        Mistype<int>(node, path, "a text in quotes", $"\"{example}\"");
        return null;
    }

    /// <summary>Reads one of the known words.</summary>
    public string? Word(SpecNode node, string path, IReadOnlyList<string> known)
    {
        if (Text(node, path, known[0]) is not { } word || known.Contains(word))
        {
            return (node as SpecString)?.Value;
        }

        string? nearest = Spelling.Nearest(word, known);
        diagnostics.ReportRepairable(
            Spelling.Quoted(nearest), DiagnosticRules.UnknownWord, new SpecPlace(path, node.Span), Excerpt.Of(word), Excerpt.List(known), Spelling.Suggestion(nearest));
        return null;
    }

    /// <summary>Reads [height, width], or one number for both.</summary>
    public (int Height, int Width)? Pair(SpecNode node, string path, IntRange range)
    {
        switch (node)
        {
            case SpecNumber:
                return Int(node, path, range) is { } side ? (side, side) : null;

            case SpecArray { Items.Count: 2 } pair:
                int? height = Int(pair.Items[0], $"{path}[0]", range);
                int? width = Int(pair.Items[1], $"{path}[1]", range);
                return height is { } h && width is { } w ? (h, w) : null;

            case SpecArray array:
                diagnostics.Report(DiagnosticRules.WrongCount, new SpecPlace(path, node.Span), "2 values, height and width", array.Items.Count);
                return null;

            default:
                return Mistype<(int, int)>(node, path, "[height, width] or one number for both", "[28, 28]");
        }
    }

    /// <summary>Reads a length: one number, alone or in an array.</summary>
    public int? Length(SpecNode node, string path, IntRange range)
    {
        switch (node)
        {
            case SpecNumber:
                return Int(node, path, range);

            case SpecArray { Items.Count: 1 } single:
                return Int(single.Items[0], $"{path}[0]", range);

            case SpecArray array:
                diagnostics.Report(DiagnosticRules.WrongCount, new SpecPlace(path, node.Span), "1 value, the length in a sequence", array.Items.Count);
                return null;

            default:
                return Mistype<int>(node, path, "a number or [length]", "[3]");
        }
    }

    /// <summary>Reads an array of whole numbers.</summary>
    public EquatableArray<int>? Ints(SpecNode node, string path, IntRange range)
    {
        if (node is not SpecArray array)
        {
            return Mistype<EquatableArray<int>>(node, path, "an array of whole numbers", "[2, 3]");
        }

        // Every element is read, so that every mistake among them is reported.
        int?[] values = [.. array.Items.Select((item, i) => Int(item, $"{path}[{i}]", range))];
        return values.All(value => value.HasValue) ? values.Select(value => value!.Value).ToEquatableArray() : null;
    }

    /// <summary>Reads an array of texts.</summary>
    public EquatableArray<string>? Texts(SpecNode node, string path, string example)
    {
        if (node is not SpecArray array)
        {
            return Mistype<EquatableArray<string>>(node, path, "an array of texts", $"[\"{example}\"]");
        }

        // Every element is read, so that every mistake among them is reported.
        string?[] values = [.. array.Items.Select((item, i) => Text(item, $"{path}[{i}]", example))];
        return values.All(value => value is not null) ? values.Select(value => value!).ToEquatableArray() : null;
    }

    /// <summary>Reports that a node has the wrong type.</summary>
    public T? Mistype<T>(SpecNode node, string path, string expected, string example)
        where T : struct
    {
        diagnostics.Report(DiagnosticRules.WrongType, new SpecPlace(path, node.Span), expected, Excerpt.Of(node), example);
        return null;
    }
}
