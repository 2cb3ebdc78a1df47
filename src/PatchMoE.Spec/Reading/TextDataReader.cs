using System.Globalization;

namespace PatchMoE;

/// <summary>Reads the <c>data</c> section of kind <c>texts</c>.</summary>
internal static class TextDataReader
{
    /// <summary>Returns the section, or null if anything in it is wrong.</summary>
    /// <param name="fields">The section.</param>
    /// <param name="model">The network; null if it is wrong.</param>
    public static TextDataSpec? Read(FieldReader fields, ModelSpec? model)
    {
        string? path = DataReader.ReadPath(fields, "path", "texts.csv", "a table or a folder", "the texts, a .csv, .tsv or .jsonl file, or a folder with a folder for each class");
        string? test = DataReader.ReadPath(fields, "test", "test.csv", "a table", required: null);
        int? train = fields.Int("train", IntRange.Positive);
        double? testShare = DataReader.ReadTestShare(fields);
        string? text = Column(fields, "text", "text");
        string? title = Column(fields, "title", absent: null);
        string? label = Column(fields, "label", "label");
        TextFormat? format = fields.Choice("format", absent: TextFormat.Auto);
        int? irrelevant = fields.Int("irrelevant", IntRange.NotNegative, absent: 0);
        if (test is not null)
        {
            fields.Warn("testShare", "a table for testing", "either of them");
        }
        else if (train is not null)
        {
            fields.Warn("testShare", "a number of training texts", "either of them");
        }

        DataChecks.Texts(fields, "texts", model);
        bool isRead = fields.Has("title") == title is not null && fields.Has("test") == test is not null && fields.Has("train") == train is not null;
        return isRead && path is not null && testShare is { } share && text is not null && label is not null && format is { } f && irrelevant is { } others
            ? new TextDataSpec(path, test, share, f) { Train = train, Text = text, Title = title, Label = label, Irrelevant = others }
            : null;
    }

    /// <summary>A column: its name, or its number from 0, quoted or not.</summary>
    private static string? Column(FieldReader fields, string name, string? absent) => fields.Node(name) switch
    {
        null => absent,
        SpecNumber => fields.Int(name, IntRange.NotNegative)?.ToString(CultureInfo.InvariantCulture),
        _ => DataReader.ReadPath(fields, name, name, "a column", required: null),
    };
}
