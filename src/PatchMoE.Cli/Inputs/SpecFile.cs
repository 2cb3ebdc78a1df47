using System.Text;
using PatchMoE.Cli.Outputs;
using PatchMoE.Formats;
using PatchMoE.Training.Data;

namespace PatchMoE.Cli.Inputs;

/// <summary>Reads spec files for commands that need a valid one.</summary>
internal static class SpecFile
{
    private const int MaximumLength = 16 << 20;

    /// <summary>As the compiler does for additional files, the byte order mark tells the encoding; without one it is UTF-8. UTF-32's mark begins as UTF-16's does.</summary>
    private static readonly Encoding[] s_encodings =
    [
        new UTF32Encoding(bigEndian: false, byteOrderMark: true, throwOnInvalidCharacters: true),
        new UTF32Encoding(bigEndian: true, byteOrderMark: true, throwOnInvalidCharacters: true),
        new UnicodeEncoding(bigEndian: false, byteOrderMark: true, throwOnInvalidBytes: true),
        new UnicodeEncoding(bigEndian: true, byteOrderMark: true, throwOnInvalidBytes: true),
        new UTF8Encoding(encoderShouldEmitUTF8Identifier: true, throwOnInvalidBytes: true),
    ];


    /// <summary>Reads a spec and writes all its diagnostics, one per line.</summary>
    /// <param name="path">The file.</param>
    /// <param name="context">The command's context.</param>
    /// <param name="report">Where diagnostics go; <see cref="CommandContext.Error"/> if null.</param>
    /// <param name="keepsPaths">Whether the path of an encoding stays as it is written; otherwise it is made a full one, from the spec's folder.</param>
    /// <exception cref="BadInputException">The file cannot be read, or a diagnostic is an error.</exception>
    public static PatchMoESpec Load(string path, CommandContext context, TextWriter? report = null, bool keepsPaths = false)
    {
        PatchMoESpec spec = Read(path, context, report);
        return !keepsPaths && spec.Model.Input is VectorsInputSpec { Text: { Tokens: TextTokens.Bpe } text } input && text.Encoding != TextSpec.Cl100k
            ? spec with { Model = spec.Model with { Input = input with { Text = text with { Encoding = DataPath.Resolve(text.Encoding, FolderOf(path)) } } } }
            : spec;
    }

    private static PatchMoESpec Read(string path, CommandContext context, TextWriter? report)
    {
        SpecResult result = SpecReader.Read(ReadText(path), path);
        foreach (SpecDiagnostic diagnostic in result.Diagnostics)
        {
            (report ?? context.Error).WriteLine(diagnostic);
        }

        string more = "";
        if (result.Omitted > 0)
        {
            (report ?? context.Error).WriteLine($"{path}: and {result.Omitted} more, which are not shown");
            more = "more than ";
        }

        int errors = result.Diagnostics.Count(diagnostic => diagnostic.Rule.Level == DiagnosticLevel.Error);
        return result.Spec ?? throw new BadInputException($"{path}: the spec is not valid: {more}{errors} {(errors == 1 ? "mistake" : "mistakes")}.");
    }

    /// <summary>The folder that paths in a spec are relative to.</summary>
    public static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;

    /// <summary>The text of a JSON file.</summary>
    /// <exception cref="BadInputException">It cannot be read, or is no text.</exception>
    public static string ReadText(string path) => InputFile.Read(path, stream => ReadText(stream, path));

    private static string ReadText(Stream stream, string path)
    {
        if (stream.Length > MaximumLength)
        {
            throw new BadInputException($"{path}: the file has {stream.Length} bytes; a spec has at most {MaximumLength}. Give a spec, a JSON file.");
        }

        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        Encoding? marked = s_encodings.FirstOrDefault(encoding => bytes.AsSpan().StartsWith(encoding.Preamble));
        Encoding encoding = marked ?? s_encodings[^1];
        int start = marked?.Preamble.Length ?? 0;
        try
        {
            return encoding.GetString(bytes.AsSpan(start));
        }
        catch (DecoderFallbackException e)
        {
            string name = encoding.WebName.ToUpperInvariant();
            throw new BadInputException($"{path}: byte {start + e.Index} is not {name} text. Give a spec, a JSON file saved as UTF-8.", e);
        }
    }
}
