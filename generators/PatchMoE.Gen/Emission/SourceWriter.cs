using System.Globalization;
using System.Text;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints indented C#: '\n' line ends and invariant numbers, so that the bytes are the same on every system.</summary>
internal sealed class SourceWriter
{
    private readonly StringBuilder _text = new();
    private int _depth;

    /// <summary>Prints lines at the present depth. An empty text is an empty line.</summary>
    public SourceWriter Lines(string text)
    {
        foreach (string line in text.Replace("\r", string.Empty).Split('\n'))
        {
            if (line.Length > 0)
            {
                _text.Append(' ', 4 * _depth).Append(line);
            }

            _text.Append('\n');
        }

        return this;
    }

    /// <summary>Prints an empty line.</summary>
    public SourceWriter Gap() => Lines(string.Empty);

    /// <summary>Prints a head and an opening brace; the block ends when the result is disposed.</summary>
    public Scope Block(string head)
    {
        Lines(head);
        Lines("{");
        _depth++;
        return new Scope(this);
    }

    public override string ToString() => _text.ToString();

    /// <summary>Closes a block.</summary>
    public readonly struct Scope(SourceWriter writer) : IDisposable
    {
        public void Dispose()
        {
            // A gap at the end of a block is none.
            StringBuilder text = writer._text;
            if (text[text.Length - 1] == '\n' && text[text.Length - 2] == '\n')
            {
                text.Length--;
            }

            writer._depth--;
            writer.Lines("}");
        }
    }
}

/// <summary>Formats numbers for emitted code and its comments.</summary>
internal static class Format
{
    /// <summary>1234567 → 1,234,567 (for comments).</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A float literal that reads back to the same bits.</summary>
    public static string Literal(float value) => value.ToString("R", CultureInfo.InvariantCulture) + "f";

    /// <summary><c>base + index * step</c> without needless terms.</summary>
    public static string Offset(int start, params (string Index, int Step)[] terms)
    {
        IEnumerable<string> parts = terms
            .Where(term => term.Step != 0 && term.Index != "0")
            .Select(term => term.Step == 1 ? term.Index : $"{Factor(term.Index)} * {term.Step}");
        if (start != 0)
        {
            parts = new[] { start.ToString(CultureInfo.InvariantCulture) }.Concat(parts);
        }

        string sum = string.Join(" + ", parts.Select((part, _) => part.Contains(" * ") ? $"({part})" : part));
        return sum.Length == 0 ? "0" : sum.StartsWith("(", StringComparison.Ordinal) && sum.IndexOf(')') == sum.Length - 1 ? sum.Substring(1, sum.Length - 2) : sum;
    }

    /// <summary>A reference that many values behind <paramref name="start"/>.</summary>
    public static string At(string start, int offset, params (string Index, int Step)[] terms)
    {
        string sum = Offset(offset, terms);
        return sum == "0" ? $"ref {start}" : $"ref Add(ref {start}, {sum})";
    }

    private static string Factor(string index) => index.Contains(' ') ? $"({index})" : index;
}
