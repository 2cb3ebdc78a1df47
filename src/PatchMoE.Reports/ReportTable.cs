using System.Globalization;
using System.Text;
using CsvHelper;
using PatchMoE.Reports.Charts;

namespace PatchMoE.Reports;

/// <summary>A column of a table.</summary>
/// <param name="Name">Its heading.</param>
/// <param name="Format">How its numbers are shown on a page, e.g. "0.000"; a CSV file holds them in full.</param>
internal sealed record ReportColumn(string Name, string? Format = null);

/// <summary>A table that is shown on a page and written beside it as CSV.</summary>
internal sealed class ReportTable
{
    private readonly ReportColumn[] _columns;
    private readonly List<object?[]> _rows = [];

    /// <summary>Creates an empty table.</summary>
    /// <param name="columns">Its columns.</param>
    public ReportTable(params ReportColumn[] columns) => _columns = columns;

    /// <summary>The number of rows.</summary>
    public int Count => _rows.Count;

    /// <summary>Adds a row.</summary>
    /// <param name="cells">A text, a number or a truth value for each column; null where there is nothing.</param>
    /// <exception cref="ArgumentException">There are more or fewer cells than columns, or a cell is something else.</exception>
    public void Add(params object?[] cells)
    {
        if (cells.Length != _columns.Length)
        {
            throw new ArgumentException($"A row has {cells.Length} cells, the table {_columns.Length} columns.", nameof(cells));
        }

        if (cells.FirstOrDefault(cell => cell is not (null or string or bool) && !IsNumber(cell)) is { } wrong)
        {
            throw new ArgumentException($"A cell is a {wrong.GetType().Name}; it can be a text, a number or a truth value.", nameof(cells));
        }

        _rows.Add(cells);
    }

    /// <summary>
    /// The table as CSV (RFC 4180): a header, commas, quotes only where they are needed, lines that end with CR LF. Numbers read back to the same bits; cells
    /// without a value are empty.
    /// </summary>
    public string ToCsv()
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using (CsvWriter csv = CsvWriter.Create(text))
        {
            csv.WriteRecord([.. _columns.Select(column => column.Name)]);
            foreach (object?[] row in _rows)
            {
                csv.WriteRecord([.. row.Select(InFull)]);
            }
        }

        return text.ToString();
    }

    /// <summary>Appends the table as HTML: columns of numbers are aligned to the right.</summary>
    /// <param name="html">The page.</param>
    /// <param name="caption">What stands above it; null for nothing.</param>
    public void AppendTo(StringBuilder html, string? caption = null)
    {
        string[] classes = [.. Enumerable.Range(0, _columns.Length).Select(column => _rows.Any(row => IsNumber(row[column])) ? " class=\"right\"" : "")];
        html.Append("<div class=\"scroll\"><table>\n");
        if (caption is not null)
        {
            html.Escaped($"<caption>{caption}</caption>");
        }

        html.Append("<thead><tr>");
        for (int column = 0; column < _columns.Length; column++)
        {
            html.Append("<th").Append(classes[column]).Append('>').Append(MarkupText.Escape(_columns[column].Name)).Append("</th>");
        }

        html.Append("</tr></thead>\n<tbody>\n");
        foreach (object?[] row in _rows)
        {
            html.Append("<tr>");
            for (int column = 0; column < _columns.Length; column++)
            {
                html.Append("<td").Append(classes[column]).Append('>').Append(MarkupText.Escape(Shown(row[column], _columns[column].Format))).Append("</td>");
            }

            html.Append("</tr>\n");
        }

        html.Append("</tbody>\n</table></div>\n");
    }

    private static bool IsNumber(object? cell) => cell is int or long or uint or ulong or float or double or decimal;

    private static string Shown(object? cell, string? format) => cell switch
    {
        null => "–",
        bool value => value ? "yes" : "no",
        double value when format is null || !double.IsFinite(value) => NumberText.Of(value),
        int or long when format is null => NumberText.Count(Convert.ToDouble(cell, CultureInfo.InvariantCulture)),
        IFormattable value => value.ToString(format, CultureInfo.InvariantCulture).Replace('-', '−'),
        _ => (string)cell,
    };

    private static string? InFull(object? cell) => cell switch
    {
        null => null,
        bool value => value ? "true" : "false",
        IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
        _ => (string)cell,
    };
}
