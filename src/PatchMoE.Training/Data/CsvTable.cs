using System.Globalization;
using PatchMoE.Formats;

namespace PatchMoE.Training.Data;

/// <summary>A table of numbers with one column for the class. The delimiter (comma, semicolon, tab, …) and a header are recognised.</summary>
/// <param name="Path">The file.</param>
/// <param name="Columns">The names of the columns of numbers; their numbers in the file if it has no header.</param>
/// <param name="Values">[rows, columns].</param>
/// <param name="Labels">[rows], the text in the column of the class.</param>
internal sealed record CsvTable(string Path, IReadOnlyList<string> Columns, float[] Values, IReadOnlyList<string> Labels)
{
    /// <summary>The names in a message, of which a table may have thousands.</summary>
    private const int NamesShown = 20;

    /// <summary>Reads a table.</summary>
    /// <param name="path">The file, UTF-8.</param>
    /// <param name="label">The column of the class: its name, or its number from 0; null if the table has none.</param>
    /// <exception cref="BadInputException">The file cannot be read, has no such column, or a value is no finite number.</exception>
    public static CsvTable Read(string path, string? label) => InputFile.Read(path, stream =>
    {
        using var reader = new StreamReader(stream);
        return Parse(path, reader.ReadToEnd(), label);
    });

    /// <summary>Reads samples to predict: a table with or without the column of the class.</summary>
    /// <param name="path">The file, UTF-8.</param>
    /// <param name="label">The column of the class in the training data; null if it is not known.</param>
    /// <exception cref="BadInputException">As in <see cref="Read(string, string?)"/>.</exception>
    public static CsvTable ReadInputs(string path, string? label) => Read(path, label is not null && ReadHeader(path).Contains(label) ? label : null);

    /// <summary>The names of all columns; their numbers if the table has no header.</summary>
    public static IReadOnlyList<string> ReadHeader(string path) => InputFile.Read(path, stream =>
    {
        string[][] rows = Rows(path, new StreamReader(stream).ReadToEnd());
        return rows.Length == 0 ? [] : Names(rows, HasHeader(rows, label: null));
    });

    /// <summary>The only column that holds texts; null if there are none or several.</summary>
    public static string? OnlyTextColumn(string path) => InputFile.Read(path, stream =>
    {
        string[][] rows = Rows(path, new StreamReader(stream).ReadToEnd());
        if (rows.Length == 0)
        {
            return null;
        }

        bool hasHeader = HasHeader(rows, label: null);
        string[] first = rows[hasHeader && rows.Length > 1 ? 1 : 0];
        int[] texts = [.. Enumerable.Range(0, first.Length).Where(i => !IsNumber(first[i]))];
        return texts is [var only] && only < rows[0].Length ? Names(rows, hasHeader)[only] : null;
    });

    private static CsvTable Parse(string path, string text, string? label)
    {
        string[][] rows = Rows(path, text);
        if (rows.Length == 0)
        {
            throw new BadInputException($"{path}: the table is empty. Give a row for each sample.");
        }

        bool hasHeader = HasHeader(rows, label);
        string[] names = Names(rows, hasHeader);
        int? column = label is null ? null : ColumnOf(path, names, label);
        return Read(path, names, rows, hasHeader ? 1 : 0, column);
    }

    private static string[][] Rows(string path, string text)
    {
        using var csv = new CsvRowReader(text);
        var rows = new List<string[]>();
        while (csv.Read() is { } row)
        {
            for (int i = 0; i < row.Length; i++)
            {
                row[i] = row[i].Trim();
            }

            if (row.Any(cell => cell.Length > 0))
            {
                rows.Add(row);
            }
        }

        return csv.Mistake is null
            ? [.. rows]
            : throw new BadInputException(string.Create(CultureInfo.InvariantCulture, $"{path}: row {rows.Count + 1} is not valid CSV: {csv.Mistake}, or save the table again."));
    }

    /// <summary>The first row is a header if it names the label's column, or holds a text above a number.</summary>
    private static bool HasHeader(string[][] rows, string? label) => rows[0].Contains(label)
        || (rows.Length > 1 && rows[0].Where((cell, i) => i < rows[1].Length && !IsNumber(cell) && IsNumber(rows[1][i])).Any());

    private static string[] Names(string[][] rows, bool hasHeader) =>
        hasHeader ? rows[0] : [.. Enumerable.Range(0, rows[0].Length).Select(i => i.ToString(CultureInfo.InvariantCulture))];

    private static int ColumnOf(string path, string[] names, string label)
    {
        int found = Array.IndexOf(names, label);
        return found >= 0 ? found
            : int.TryParse(label, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < names.Length ? number
            : throw new BadInputException(
                $"{path}: there is no column '{label}'. Set data.label to one of {string.Join(", ", names.Take(NamesShown))}{(names.Length > NamesShown ? ", …" : "")}, or to a number from 0 to {names.Length - 1}.");
    }

    private static CsvTable Read(string path, string[] names, string[][] rows, int first, int? label)
    {
        int width = names.Length - (label is null ? 0 : 1);
        int count = rows.Length - first;
        float[] values = SampleArray.Allocate(count, width, path);
        var labels = new List<string>(label is null ? 0 : count);
        for (int r = 0; r < count; r++)
        {
            string[] row = rows[first + r];
            if (row.Length != names.Length)
            {
                throw Error(path, first + r, $"has {row.Length} cells, but the first row has {names.Length}");
            }

            int next = r * width;
            for (int c = 0; c < row.Length; c++)
            {
                if (c == label)
                {
                    labels.Add(row[c].Length > 0 ? row[c] : throw Error(path, first + r, "has no class"));
                    continue;
                }

                values[next++] = float.TryParse(row[c], NumberStyles.Float, CultureInfo.InvariantCulture, out float value) && float.IsFinite(value)
                    ? value
                    : throw Error(path, first + r, $"holds '{row[c]}' in the column '{names[c]}', which is no finite number");
            }
        }

        return new CsvTable(path, [.. names.Where((_, c) => c != label)], values, labels);
    }

    private static bool IsNumber(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static BadInputException Error(string path, int row, string what) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{path}: row {row + 1} {what}. Correct the row, or remove it."));
}
