using System.Globalization;
using System.Text;

namespace PatchMoE.Cli.Sweeps;

/// <summary>A table as CSV (RFC 4180, with '\n' line ends).</summary>
internal sealed class CsvText
{
    private readonly StringBuilder _text = new();

    /// <summary>Adds a row.</summary>
    public CsvText Row(IEnumerable<string> cells)
    {
        _text.AppendJoin(',', cells.Select(Quoted)).Append('\n');
        return this;
    }

    /// <summary>A number with the fewest digits that read back as the same; nothing for null.</summary>
    public static string Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    private static string Quoted(string cell) => cell.AsSpan().ContainsAny("\",\r\n") ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell;
}
