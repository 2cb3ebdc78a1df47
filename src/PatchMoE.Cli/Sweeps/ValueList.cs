using System.Globalization;

namespace PatchMoE.Cli.Sweeps;

/// <summary>Reads the values of an axis: a list, or a range <c>{ "from": 100, "to": 1000, "step": 100 }</c> or <c>{ "from": 0.001, "to": 1, "factor": 10 }</c>.</summary>
internal static class ValueList
{
    private const string Example = "[100, 300, 1000] or { \"from\": 100, \"to\": 1000, \"step\": 100 }";

    /// <summary>Returns the values; empty if they are wrong, which is reported.</summary>
    public static IReadOnlyList<SpecNode> Read(SpecNode node, string path, SweepMistakes mistakes)
    {
        switch (node)
        {
            case SpecArray { Items.Count: 0 }:
                mistakes.Form.Report(DiagnosticRules.WrongCount, new SpecPlace(path, node.Span), "1 value or more", 0);
                return [];

            case SpecArray array:
                return Distinct(array, path, mistakes);

            case SpecObject:
                return Range(node, path, mistakes);

            default:
                new ValueReader(mistakes.Form).Mistype<int>(node, path, "an array of values or a range", Example);
                return [];
        }
    }

    private static IReadOnlyList<SpecNode> Distinct(SpecArray array, string path, SweepMistakes mistakes)
    {
        var known = new HashSet<string>();
        for (int i = 0; i < array.Items.Count; i++)
        {
            string text = NodeText.Json(array.Items[i]);
            if (!known.Add(text))
            {
                mistakes.Report(array.Items[i].Span, $"{path}[{i}]", $"the value {Excerpt.Of(text)} is in this list twice. Keep one of the two.");
            }
        }

        return [.. array.Items];
    }

    private static IReadOnlyList<SpecNode> Range(SpecNode node, string path, SweepMistakes mistakes)
    {
        FieldReader fields = FieldReader.Open(node, path, mistakes.Form, Example)!;
        decimal? from = Number(fields, "from", "the first value", mistakes);
        decimal? to = Number(fields, "to", "the last value, which need not be hit exactly", mistakes);
        bool isProduct = fields.Has("factor");
        decimal? change = isProduct ? Number(fields, "factor", "what each value is multiplied by", mistakes) : Number(fields, "step", "what is added to each value", mistakes);
        fields.Finish();
        if (from is not { } first || to is not { } last || change is not { } by)
        {
            return [];
        }

        if (isProduct ? by <= 1 || first <= 0 : by <= 0)
        {
            mistakes.Report(node.Span, path, isProduct
                ? "this range never reaches its end: 'factor' must be more than 1, and 'from' more than 0. Use a list for other values."
                : "this range never reaches its end: 'step' must be more than 0. Use a list for descending values.");
            return [];
        }

        if (last < first)
        {
            mistakes.Report(node.Span, path, string.Create(CultureInfo.InvariantCulture, $"the range is empty: 'to' ({last}) is less than 'from' ({first}). Swap them, or use a list."));
            return [];
        }

        return Values(node.Span, path, first, last, by, isProduct, mistakes);
    }

    /// <summary>Decimal arithmetic: 0.1, 0.2 and 0.3 are what they look like.</summary>
    private static List<SpecNode> Values(SourceSpan place, string path, decimal first, decimal last, decimal by, bool isProduct, SweepMistakes mistakes)
    {
        var values = new List<SpecNode>();
        for (decimal value = first; value <= last; value = isProduct ? value * by : value + by)
        {
            if (values.Count == SweepDefinition.MaximumCells)
            {
                mistakes.Report(place, path, string.Create(CultureInfo.InvariantCulture, $"the range has more than {SweepDefinition.MaximumCells} values. Use a larger step."));
                return [];
            }

            string text = value.ToString("0.############################", CultureInfo.InvariantCulture);
            values.Add(new SpecNumber(place, (double)value, text));
        }

        return values;
    }

    private static decimal? Number(FieldReader fields, string name, string what, SweepMistakes mistakes)
    {
        if (fields.Node(name, what) is not { } node)
        {
            return null;
        }

        const double Most = 1e12;
        if (node is SpecNumber { Value: >= -Most and <= Most } number)
        {
            return (decimal)number.Value;
        }

        if (node is SpecNumber)
        {
            mistakes.Report(node.Span, fields.PathOf(name), "the number is out of range: a range lies between -1e12 and 1e12. Use a list for other values.");
            return null;
        }

        new ValueReader(mistakes.Form).Mistype<int>(node, fields.PathOf(name), "a number", "100");
        return null;
    }
}
