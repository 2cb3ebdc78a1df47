using System.Globalization;
using System.Text.Json;
using PatchMoE.Formats;

namespace PatchMoE.Training.Data;

/// <summary>A table with a text and its class in each row: CSV with any of the usual delimiters, or JSON objects, one a line. UTF-8.</summary>
/// <param name="path">The file.</param>
/// <param name="spec">The columns.</param>
internal sealed class TextTable(string path, TextDataSpec spec)
{
    /// <summary>Whether a file is a table, by its name.</summary>
    public static bool IsTable(string path) => IsJson(path) || Path.GetExtension(path).ToLowerInvariant() is ".csv" or ".tsv";

    /// <summary>Reads the rows.</summary>
    /// <param name="texts">Takes the parts of a text.</param>
    /// <exception cref="BadInputException">The file cannot be read, is not UTF-8, lacks a column, or has a row that is no text with a class; the message names file and line.</exception>
    public List<LabelledText> Read(ITextReader texts) => Read(texts, isLabelled: true);

    /// <summary>Reads rows to predict: with or without the column of the class.</summary>
    /// <param name="texts">Takes the parts of a text.</param>
    /// <exception cref="BadInputException">As in <see cref="Read(ITextReader)"/>.</exception>
    public List<LabelledText> ReadTexts(ITextReader texts) => Read(texts, isLabelled: false);

    private List<LabelledText> Read(ITextReader texts, bool isLabelled) => InputFile.Read(path, stream =>
    {
        string content = Utf8Text.Read(path, stream, "Save the table as UTF-8.");
        List<Row> rows = IsJson(path) ? JsonRows(content, isLabelled) : CsvRows(content, isLabelled);
        return rows.Count == 0
            ? throw new BadInputException($"{path}: the table is empty. Give a row for each text.")
            : rows.ConvertAll(row => new LabelledText(
                string.Create(CultureInfo.InvariantCulture, $"line {row.Line}"), row.Label, Titled(texts.Parse(row.Text, spec.Format), row.Title)));
    });

    private static bool IsJson(string path) => Path.GetExtension(path).ToLowerInvariant() is ".jsonl" or ".ndjson";

    private static TextDocument Titled(TextDocument document, string? title) => string.IsNullOrWhiteSpace(title) ? document : document with { Title = title };

    private List<Row> CsvRows(string content, bool isLabelled)
    {
        using var csv = new CsvRowReader(content);
        var rows = new List<Row>();
        Columns? columns = null;
        while (csv.Read() is { } cells)
        {
            if (cells.All(string.IsNullOrWhiteSpace))
            {
                continue;
            }

            if (columns is null)
            {
                columns = Columns.Of(path, cells, spec, isLabelled);
                if (columns.IsHeader)
                {
                    continue;
                }
            }

            rows.Add(columns.Row(cells, csv.Line, this));
        }

        return csv.Mistake is null
            ? rows
            : throw new BadInputException(string.Create(CultureInfo.InvariantCulture, $"{path}: line {csv.Line} is not valid CSV: {csv.Mistake}, or save the table again."));
    }

    private List<Row> JsonRows(string content, bool isLabelled)
    {
        var rows = new List<Row>();
        int line = 0;
        foreach (ReadOnlySpan<char> text in content.AsSpan().EnumerateLines())
        {
            line++;
            if (!text.IsWhiteSpace())
            {
                rows.Add(JsonRow(text.ToString(), line, isLabelled));
            }
        }

        return rows;
    }

    private Row JsonRow(string text, int line, bool isLabelled)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(text);
            JsonElement row = json.RootElement;
            if (row.ValueKind != JsonValueKind.Object)
            {
                throw Error(line, $"is {row.ValueKind.ToString().ToLowerInvariant()}", "Write an object on each line, with the text and its class.");
            }

            return new Row(line, Field(row, spec.Text, line), spec.Title is null ? null : Field(row, spec.Title, line), isLabelled ? NotEmpty(Field(row, spec.Label, line), line) : string.Empty);
        }
        catch (JsonException exception)
        {
            throw new BadInputException($"{path}: line {line} is not valid JSON: {exception.Message} Correct the line, or remove it.", exception);
        }
    }

    private string Field(JsonElement row, string name, int line)
    {
        if (!row.TryGetProperty(name, out JsonElement value))
        {
            throw Error(line, $"has no field '{name}' (it has {string.Join(", ", row.EnumerateObject().Select(field => field.Name))})", "Set data.text, data.title and data.label to the fields' names.");
        }

        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
            _ => throw Error(line, $"holds {value.ValueKind.ToString().ToLowerInvariant()} in the field '{name}'", "Write a string."),
        };
    }

    private string NotEmpty(string label, long line) => label.Trim() is { Length: > 0 } trimmed ? trimmed : throw Error(line, "has no class", "Correct the line, or remove it.");

    private BadInputException Error(long line, string what, string fix) => new(string.Create(CultureInfo.InvariantCulture, $"{path}: line {line} {what}. {fix}"));

    private sealed record Row(long Line, string Text, string? Title, string Label);

    /// <summary>Where the columns are.</summary>
    private sealed record Columns(int Count, int Text, int? Title, int? Label, bool IsHeader)
    {
        /// <summary>Finds the columns by the first row, which is a header if it names one of them.</summary>
        public static Columns Of(string path, string[] first, TextDataSpec spec, bool isLabelled)
        {
            string[] names = [.. first.Select(name => name.Trim())];
            bool isHeader = names.Contains(spec.Text) || names.Contains(spec.Label);
            int Find(string column, string field)
            {
                int found = isHeader ? Array.IndexOf(names, column) : -1;
                return found >= 0 ? found
                    : int.TryParse(column, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < names.Length ? number
                    : throw new BadInputException(
                        $"{path}: there is no column '{column}'. Set data.{field} to {(isHeader ? "one of " + string.Join(", ", names) + ", or to " : "")}a number from 0 to {names.Length - 1}.");
            }

            return new Columns(names.Length, Find(spec.Text, "text"), spec.Title is null ? null : Find(spec.Title, "title"), isLabelled ? Find(spec.Label, "label") : null, isHeader);
        }

        public Row Row(string[] cells, long line, TextTable table) => cells.Length == Count
            ? new Row(line, cells[Text], Title is { } title ? cells[title] : null, Label is { } label ? table.NotEmpty(cells[label], line) : string.Empty)
            : throw table.Error(
                line,
                string.Create(CultureInfo.InvariantCulture, $"has {cells.Length} cells, but the first row has {Count}"),
                cells.Length > Count ? "Put a text that holds the delimiter into quotes." : "Correct the row, or remove it.");
    }
}
