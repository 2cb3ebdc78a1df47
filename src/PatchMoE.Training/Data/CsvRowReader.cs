using CsvHelper;

namespace PatchMoE.Training.Data;

/// <summary>
/// Reads the rows of a CSV file, whatever their length. The delimiter (comma, semicolon, tab or bar) is recognised by the first lines, or said by Excel's line <c>sep=;</c>; lines without a
/// character are left out.
/// </summary>
internal sealed class CsvRowReader : IDisposable
{
    private readonly CsvReader _csv;
    private CsvMalformedRecord? _malformed;

    /// <summary>Opens a file.</summary>
    /// <param name="content">Its text.</param>
    public CsvRowReader(string content) => _csv = CsvReader.FromText(content, new CsvReaderOptions
    {
        // The header is a row like any other.
        HasHeader = false,
        TrackLineNumbers = true,
        OnMalformedRecord = record => _malformed ??= record,
    });

    /// <summary>The line of the file on which the row begins, from 1.</summary>
    public long Line => _csv.LineNumber;

    /// <summary>What is wrong with the quotes of the row that was read last; null if nothing is.</summary>
    public string? Mistake { get; private set; }

    /// <summary>Reads the next row.</summary>
    /// <returns>Its cells; null at the end of the file, or after a row with a mistake.</returns>
    public string[]? Read()
    {
        if (Mistake is not null || !_csv.Read())
        {
            return null;
        }

        if (_malformed is { } malformed && malformed.RecordNumber <= _csv.RowNumber)
        {
            _malformed = null;
            Mistake = malformed.Reason switch
            {
                CsvMalformedReason.UnterminatedQuote => NoEnd,
                CsvMalformedReason.TextAfterClosingQuote => TextBehind,

                // Quotes within a cell that does not begin with one are text, but they hide what is wrong behind them.
                _ => OfCells(),
            };
            if (Mistake is not null)
            {
                return null;
            }
        }

        var cells = new string[_csv.FieldCount];
        for (int i = 0; i < cells.Length; i++)
        {
            cells[i] = _csv.GetString(i);
        }

        return cells;
    }

    /// <inheritdoc/>
    public void Dispose() => _csv.Dispose();

    private const string NoEnd = "a cell begins with a quote, but has none at its end. Close it, and double the quotes within it";
    private const string TextBehind = "a cell goes on behind its closing quote. Double the quotes within a cell in quotes";

    private string? OfCells()
    {
        for (int i = 0; i < _csv.FieldCount; i++)
        {
            ReadOnlySpan<byte> raw = _csv.GetRawSpan(i);
            if (raw is [(byte)'"', ..])
            {
                int end = EndOf(raw);
                if (end != raw.Length - 1)
                {
                    return end < 0 ? NoEnd : TextBehind;
                }
            }
        }

        return null;
    }

    /// <summary>Where the quote is that closes a cell; −1 if there is none.</summary>
    private static int EndOf(ReadOnlySpan<byte> cell)
    {
        for (int i = 1; i < cell.Length; i++)
        {
            if (cell[i] != '"')
            {
                continue;
            }

            if (i + 1 < cell.Length && cell[i + 1] == '"')
            {
                i++;
                continue;
            }

            return i;
        }

        return -1;
    }
}
