using System.Globalization;
using System.Text;

namespace PatchMoE;

/// <summary>
/// A strict JSON parser (RFC 8259) that records the position of each value. System.Text.Json is not used: it does not give the positions of its nodes and
/// would have to ship with the generator.
/// </summary>
internal sealed class JsonParser
{
    /// <summary>The maximum nesting of objects and arrays; a spec needs 5, and a hostile text must not overflow the stack.</summary>
    public const int MaximumDepth = 64;

    private readonly string _text;
    private readonly string _file;
    private int _index;
    private int _line;
    private int _lineStart;
    private SpecDiagnostic? _error;

    private JsonParser(string text, string file)
    {
        _text = text;
        _file = file;
    }

    private char Current => _index < _text.Length ? _text[_index] : '\0';

    private bool AtEnd => _index >= _text.Length;

    /// <summary>Returns the tree, or null and one diagnostic for the first position that is not JSON.</summary>
    public static SpecNode? Parse(string text, string file, out SpecDiagnostic? error)
    {
        var parser = new JsonParser(text, file);
        SpecNode? root = parser.ParseText();
        error = parser._error;
        return root;
    }

    private SpecNode? ParseText()
    {
        if (Current == '\uFEFF')
        {
            // A byte order mark does not count as a column.
            _lineStart = ++_index;
        }

        SkipWhitespace();
        SpecNode? root = ParseValue(0);
        SkipWhitespace();
        return root is null || AtEnd ? root : Fail("the end of the text");
    }

    private SpecNode? ParseValue(int depth) => Current switch
    {
        '{' or '[' when depth == MaximumDepth => Fail($"at most {MaximumDepth} objects and arrays inside each other", "one more"),
        '{' => ParseObject(depth + 1),
        '[' => ParseArray(depth + 1),
        '"' => ParseString(),
        't' => ParseWord("true", span => new SpecBoolean(span, true)),
        'f' => ParseWord("false", span => new SpecBoolean(span, false)),
        'n' => ParseWord("null", span => new SpecNull(span)),
        '-' or (>= '0' and <= '9') => ParseNumber(),
        _ => Fail("a value"),
    };

    private SpecNode? ParseObject(int depth)
    {
        Mark start = Begin();
        return ParseItems('}', "a field name", isFirst => ParseField(depth, isFirst)) is { } fields ? new SpecObject(End(start), fields.ToEquatableArray()) : null;
    }

    private SpecNode? ParseArray(int depth)
    {
        Mark start = Begin();
        return ParseItems(']', "a value", _ => ParseValue(depth)) is { } items ? new SpecArray(End(start), items.ToEquatableArray()) : null;
    }

    private SpecField? ParseField(int depth, bool isFirst)
    {
        if (Current != '"')
        {
            return Fail<SpecField>(isFirst ? "a field name or '}'" : "a field name");
        }

        if (ParseString() is not { } name)
        {
            return null;
        }

        SkipWhitespace();
        if (!Take(':'))
        {
            return Fail<SpecField>("':'");
        }

        SkipWhitespace();
        return ParseValue(depth) is { } value ? new SpecField(name.Value, name.Span, value) : null;
    }

    /// <summary>The items of an object or an array, from its opening bracket to behind its closing one; null if one of them is wrong.</summary>
    private List<T>? ParseItems<T>(char close, string item, Func<bool, T?> parse)
        where T : class
    {
        var items = new List<T>();
        _index++;
        SkipWhitespace();
        while (Current != close)
        {
            if (parse(items.Count == 0) is not { } parsed)
            {
                return null;
            }

            items.Add(parsed);
            SkipWhitespace();
            if (Current == close)
            {
                break;
            }

            if (!Take(','))
            {
                return Fail<List<T>>($"',' or '{close}'");
            }

            SkipWhitespace();
            if (Current == close)
            {
                return Fail<List<T>>(item);
            }
        }

        _index++;
        return items;
    }

    private SpecString? ParseString()
    {
        Mark start = Begin();
        var value = new StringBuilder();
        _index++;
        while (Current != '"')
        {
            if (Current < ' ')
            {
                return Fail<SpecString>("'\"' or a character of the text");
            }

            if (Current == '\\' ? !ParseEscape(value) : !ParseCharacter(value))
            {
                return null;
            }
        }

        _index++;
        return new SpecString(End(start), value.ToString());
    }

    private bool ParseCharacter(StringBuilder value)
    {
        int length = char.IsSurrogatePair(Current, Ahead(1)) ? 2 : 1;
        if (length == 1 && char.IsSurrogate(Current))
        {
            return Fail<SpecNode>("a whole Unicode character") is not null;
        }

        value.Append(_text, _index, length);
        _index += length;
        return true;
    }

    private bool ParseEscape(StringBuilder value)
    {
        char letter = Ahead(1);
        if (letter == 'u')
        {
            return ParseCodeUnits(value);
        }

        int known = "\"\\/bfnrt".IndexOf(letter);
        if (known < 0)
        {
            _index++;
            return Fail<SpecNode>("one of \" \\ / b f n r t u after '\\'") is not null;
        }

        value.Append("\"\\/\b\f\n\r\t"[known]);
        _index += 2;
        return true;
    }

    /// <summary>\uXXXX, or two of them for a surrogate pair.</summary>
    private bool ParseCodeUnits(StringBuilder value)
    {
        if (CodeUnit(_index) is not { } first)
        {
            _index += 2;
            return Fail<SpecNode>("four hexadecimal digits") is not null;
        }

        value.Append(first);
        if (!char.IsSurrogate(first))
        {
            _index += 6;
            return true;
        }

        if (CodeUnit(_index + 6) is not { } second || !char.IsSurrogatePair(first, second))
        {
            return Fail<SpecNode>("a whole Unicode character") is not null;
        }

        value.Append(second);
        _index += 12;
        return true;
    }

    private char? CodeUnit(int index)
    {
        const int Length = 6;
        if (index + Length > _text.Length || _text[index] != '\\' || _text[index + 1] != 'u')
        {
            return null;
        }

        string digits = _text.Substring(index + 2, 4);
        return digits.All(Uri.IsHexDigit) ? (char)int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) : null;
    }

    private SpecNode? ParseNumber()
    {
        Mark start = Begin();
        Take('-');
        if (!Take('0') && !TakeDigits())
        {
            return Fail("a digit");
        }

        if (Take('.') && !TakeDigits())
        {
            return Fail("a digit");
        }

        if (Take('e') || Take('E'))
        {
            _ = Take('+') || Take('-');
            if (!TakeDigits())
            {
                return Fail("a digit");
            }
        }

        string text = _text.Substring(start.Index, _index - start.Index);

        // .NET Framework, where Visual Studio runs the generator, does not parse numbers too large for a double.
        bool fits = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value);
        double number = fits ? value : text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
        return new SpecNumber(End(start), number, text);
    }

    private SpecNode? ParseWord(string word, Func<SourceSpan, SpecNode> make)
    {
        Mark start = Begin();
        if (string.CompareOrdinal(_text, _index, word, 0, word.Length) != 0)
        {
            return Fail("a value");
        }

        _index += word.Length;
        return make(End(start));
    }

    private bool Take(char c)
    {
        if (AtEnd || Current != c)
        {
            return false;
        }

        _index++;
        return true;
    }

    private bool TakeDigits()
    {
        int start = _index;
        while (Current is >= '0' and <= '9')
        {
            _index++;
        }

        return _index > start;
    }

    /// <summary>Line ends occur only in white space: inside a string they are an error.</summary>
    private void SkipWhitespace()
    {
        while (Current is ' ' or '\t' or '\n' or '\r')
        {
            char c = Current;
            _index++;
            if (c == '\n' || (c == '\r' && Current != '\n'))
            {
                _line++;
                _lineStart = _index;
            }
        }
    }

    private char Ahead(int count) => _index + count < _text.Length ? _text[_index + count] : '\0';

    private Mark Begin() => new(_index, _line, _index - _lineStart);

    private SourceSpan End(Mark start) =>
        new(_file, start.Index, _index - start.Index, start.Line, start.Column, _line, _index - _lineStart);

    private SpecNode? Fail(string expected, string? found = null) => Fail<SpecNode>(expected, found);

    private T? Fail<T>(string expected, string? found = null)
        where T : class
    {
        Mark start = Begin();
        found ??= AtEnd ? "the end of the text" : Excerpt.Character(Current);
        _index += AtEnd ? 0 : 1;
        _error = new SpecDiagnostic(DiagnosticRules.InvalidJson, "", End(start), EquatableArray.Of(expected, found));
        return null;
    }

    private readonly record struct Mark(int Index, int Line, int Column);
}
