using Sylvan.Data.Csv;

namespace PatchMoE.Training.Data;

/// <summary>Reads the rows of a CSV file, whatever their length.</summary>
internal static class CsvRowReader
{
    /// <summary>The reader's buffer at first, in characters; it grows with the longest row. A larger one costs: the room for empty cells grows by 32 at a time within a buffer, 50 MB in all for 16,000.</summary>
    private const int Buffer = 1 << 12;

    /// <summary>Opens a reader of all rows, the header's included.</summary>
    /// <param name="content">The file's text.</param>
    public static CsvDataReader Open(string content) => CsvDataReader.Create(new StringReader(content), new CsvDataReaderOptions
    {
        HasHeaders = false,
        ResultSetMode = ResultSetMode.SingleResult,
        BufferSize = Buffer,

        // An article may be one field; no row is longer than the file.
        MaxBufferSize = Math.Max(Buffer, content.Length + 1),
    });
}
