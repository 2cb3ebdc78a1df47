using System.Numerics;

namespace PatchMoE;

/// <summary>Reads <c>model.input</c> of the kind <c>text</c>.</summary>
internal static class TextInputReader
{

    /// <summary>Returns the vectors that the text becomes, or null if anything is wrong.</summary>
    public static VectorsInputSpec? Read(FieldReader fields)
    {
        TextUnit[]? units = ReadUnits(fields);
        int[]? most = ReadMaximum(fields, units);
        int? dimension = fields.Int("dimension", IntRange.Positive, "the length of a segment's vector");
        TextEmbedding? embedding = fields.Choice("embedding", absent: TextEmbedding.Hashed);
        int? vocabulary = ReadVocabulary(fields, embedding);
        TextTokens? tokens = ReadTokens(fields, embedding);
        string? encoding = ReadEncoding(fields, tokens);
        bool? position = fields.Boolean("position", absent: embedding != TextEmbedding.Given);
        (int Length, int Step)? ngram = ReadNgram(fields, units);
        if (units is null || most is null || dimension is not { } d || embedding is not { } e || tokens is not { } t || position is not { } p || ngram is not { } words
            || vocabulary is not { } rows || encoding is null)
        {
            return null;
        }

        if (e == TextEmbedding.Given && p)
        {
            fields.Warn("position", "the embedding 'given'", "the embedding 'hashed' or 'trained'");
            p = false;
        }

        var levels = units.Zip(most, (unit, count) => new TextLevel(unit, count)).ToEquatableArray();
        var text = new TextSpec(levels, d, e, t, p, words.Length, words.Step, rows, encoding);
        BigInteger length = most.Aggregate((BigInteger)text.PatchDimension, (product, count) => product * count);
        return SizeLimits.CheckInput(fields, length) && SizeLimits.CheckTable(fields, text)
            ? new VectorsInputSpec(most[most.Length - 1], text.PatchDimension, most.Take(most.Length - 1).ToEquatableArray()) { Text = text }
            : null;
    }

    private static TextUnit[]? ReadUnits(FieldReader fields)
    {
        if (fields.Node("levels") is not { } node)
        {
            string? segment = fields.WordOr("segment", ["sentence", "paragraph", "ngram"], "sentence");
            return segment is null ? null : [SpecWords.Value<TextUnit>(segment)!.Value];
        }

        fields.Node("segment");
        fields.Warn("segment", "the field 'levels'", "it without 'levels'");
        if (node is not SpecArray array)
        {
            new ValueReader(fields.Diagnostics).Mistype<int>(node, fields.PathOf("levels"), "an array of units", "[\"paragraph\", \"sentence\"]");
            return null;
        }

        if (array.Items.Count is 0 or > SpecReader.MaximumLevels)
        {
            fields.Diagnostics.Report(DiagnosticRules.WrongCount, fields.PlaceOf("levels"), $"1 to {SpecReader.MaximumLevels} units", array.Items.Count);
            return null;
        }

        var values = new ValueReader(fields.Diagnostics);
        string?[] words = [.. array.Items.Select((item, i) => values.Word(item, $"{fields.PathOf("levels")}[{i}]", SpecWords.All<TextUnit>()))];
        return words.Contains(null) ? null : Ordered(fields, [.. words.Select(word => SpecWords.Value<TextUnit>(word!)!.Value)]);
    }

    private static TextUnit[]? Ordered(FieldReader fields, TextUnit[] units)
    {
        for (int i = 1; i < units.Length; i++)
        {
            if (units[i] <= units[i - 1])
            {
                fields.Diagnostics.Report(DiagnosticRules.LevelsOutOfOrder, fields.PlaceOf("levels", i), SpecWords.Of(units[i]), SpecWords.Of(units[i - 1]));
                return null;
            }
        }

        return units;
    }

    /// <summary>The most segments of each level, outer to inner; one number is that of every level but the document, of which there is one.</summary>
    private static int[]? ReadMaximum(FieldReader fields, TextUnit[]? units)
    {
        const string name = "maxSegments";
        if (fields.Node(name, "the most segments of a level: one number, or one for each level") is not { } node)
        {
            return null;
        }

        var values = new ValueReader(fields.Diagnostics);
        if (node is SpecNumber)
        {
            return values.Int(node, fields.PathOf(name), IntRange.Positive) is { } each
                ? units?.Select(unit => unit == TextUnit.Document ? 1 : each).ToArray()
                : null;
        }

        if (node is not SpecArray)
        {
            values.Mistype<int>(node, fields.PathOf(name), "a whole number, or one for each level", "[16, 32]");
            return null;
        }

        if (values.Ints(node, fields.PathOf(name), IntRange.Positive) is not { } most || units is null)
        {
            return null;
        }

        if (most.Count != units.Length)
        {
            fields.Diagnostics.Report(DiagnosticRules.WrongCount, fields.PlaceOf(name), units.Length == 1 ? "1 value, that of the one level" : $"{units.Length} values, one for each level", most.Count);
            return null;
        }

        if (units[0] == TextUnit.Document && most[0] != 1)
        {
            fields.Diagnostics.Report(DiagnosticRules.OneDocument, fields.PlaceOf(name, 0), most[0]);
            return null;
        }

        return [.. most];
    }

    /// <summary>The rows of the table of tokens; 0 without one.</summary>
    private static int? ReadVocabulary(FieldReader fields, TextEmbedding? embedding)
    {
        const string name = "vocabulary";
        if (embedding == TextEmbedding.Trained)
        {
            return fields.Int(name, IntRange.Positive, "the number of rows of the table of tokens");
        }

        fields.Node(name);
        if (embedding is { } other)
        {
            fields.Warn(name, $"the embedding '{SpecWords.Of(other)}'", "the embedding 'trained'");
        }

        return 0;
    }

    private static TextTokens? ReadTokens(FieldReader fields, TextEmbedding? embedding)
    {
        if (embedding == TextEmbedding.Given)
        {
            fields.Warn("tokens", "the embedding 'given'", "the embedding 'hashed' or 'trained'");
        }

        return fields.Choice("tokens", absent: TextTokens.Words);
    }

    /// <summary>The byte-pair encoding; empty for words.</summary>
    private static string? ReadEncoding(FieldReader fields, TextTokens? tokens)
    {
        const string name = "encoding";
        if (tokens != TextTokens.Bpe)
        {
            fields.Node(name);
            if (tokens is not null)
            {
                fields.Warn(name, "the tokens 'words'", "the tokens 'bpe'");
            }

            return string.Empty;
        }

        if ((fields.Node(name) is null ? TextSpec.Cl100k : fields.Text(name, TextSpec.Cl100k)) is not { } encoding)
        {
            return null;
        }

        if (encoding == TextSpec.Cl100k || encoding.EndsWith(".tiktoken", StringComparison.OrdinalIgnoreCase) || encoding.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
        {
            return encoding;
        }

        fields.Diagnostics.Report(DiagnosticRules.UnknownEncoding, fields.PlaceOf(name), encoding);
        return null;
    }

    private static (int Length, int Step)? ReadNgram(FieldReader fields, TextUnit[]? units)
    {
        if (units?.Last() != TextUnit.Ngram)
        {
            foreach (string name in new[] { "length", "step" })
            {
                fields.Node(name);
                if (units is not null)
                {
                    fields.Warn(name, $"segments of the kind '{SpecWords.Of(units.Last())}'", "the kind 'ngram'");
                }
            }

            return (0, 0);
        }

        int? length = fields.Int("length", IntRange.Positive, "the number of words of an n-gram");
        int? step = fields.Node("step") is null ? length : fields.Int("step", IntRange.Positive);
        return length is { } words && step is { } next ? (words, next) : null;
    }
}
