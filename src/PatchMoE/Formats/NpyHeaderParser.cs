using System.Globalization;

namespace PatchMoE.Formats;

/// <summary>A recursive-descent parser of the small part of Python's syntax that headers use.</summary>
internal ref struct NpyHeaderParser(string text)
{
    private int _position = 0;

    /// <summary>The three fields in any order, each once, and nothing else.</summary>
    /// <exception cref="FormatException">The text is something else; the message says where.</exception>
    public NpyHeader Header()
    {
        string? descr = null;
        bool? fortranOrder = null;
        EquatableArray<int>? shape = null;

        Expect('{');
        while (!Accept('}'))
        {
            Space();
            int start = _position;
            string key = Text();
            bool known = (key == "descr" && descr is null) || (key == "fortran_order" && fortranOrder is null) || (key == "shape" && shape is null);
            if (!known)
            {
                throw Error($"the field '{key}' is unknown or appears twice", start);
            }

            Expect(':');
            switch (key)
            {
                case "descr":
                    descr = Descr();
                    break;
                case "fortran_order":
                    fortranOrder = Boolean();
                    break;
                default:
                    shape = Tuple();
                    break;
            }

            if (!Accept(','))
            {
                Expect('}');
                break;
            }
        }

        Space();
        if (_position != text.Length)
        {
            throw Error("there is text after the closing '}'");
        }

        return new NpyHeader(
            descr ?? throw Error("the field 'descr' is missing"),
            fortranOrder ?? throw Error("the field 'fortran_order' is missing"),
            shape ?? throw Error("the field 'shape' is missing"));
    }

    private string Descr()
    {
        Space();
        return Peek() == '[' ? throw Error("'descr' is a structured type; only plain numbers can be read. Save one field of it, for example np.save(path, x['field'].astype('float32'))") : Text();
    }

    private string Text()
    {
        Space();
        char quote = Peek();
        if (quote is not ('\'' or '"'))
        {
            throw Error("a quoted string is expected");
        }

        int start = ++_position;
        while (Peek() != quote)
        {
            if (Peek() is '\0' or '\\' or '\n')
            {
                throw Error("a quoted string is not closed");
            }

            _position++;
        }

        return text[start.._position++];
    }

    private bool Boolean()
    {
        Space();
        foreach (bool value in (ReadOnlySpan<bool>)[true, false])
        {
            string word = value ? "True" : "False";
            if (text.AsSpan(_position).StartsWith(word, StringComparison.Ordinal))
            {
                _position += word.Length;
                return value;
            }
        }

        throw Error("True or False is expected");
    }

    // (), (3,), (3, 4) or (3, 4,); Python reads (3) as a number, not as a shape.
    private EquatableArray<int> Tuple()
    {
        var sizes = new List<int>();
        bool comma = false;
        Expect('(');
        while (!Accept(')'))
        {
            sizes.Add(Size());
            comma = Accept(',');
            if (!comma)
            {
                Expect(')');
                break;
            }
        }

        return sizes.Count == 1 && !comma ? throw Error("a shape of one axis is written with a comma, (3,)") : sizes.ToEquatableArray();
    }

    private int Size()
    {
        Space();
        int start = _position;
        if (Peek() == '-')
        {
            _position++;
        }

        while (char.IsAsciiDigit(Peek()))
        {
            _position++;
        }

        ReadOnlySpan<char> digits = text.AsSpan(start, _position - start);
        if (digits.Length > 0 && Peek() == 'L')
        {
            // Python 2 writes a long integer so.
            _position++;
        }

        if (digits.Length == 0 || digits is "-")
        {
            throw Error("a whole number is expected", start);
        }

        if (digits[0] == '-')
        {
            throw Error($"the size {digits} is negative", start);
        }

        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int size)
            ? size
            : throw Error($"the size {digits} is more than {int.MaxValue}", start);
    }

    private bool Accept(char c)
    {
        Space();
        if (Peek() != c)
        {
            return false;
        }

        _position++;
        return true;
    }

    private void Expect(char c)
    {
        if (!Accept(c))
        {
            throw Error($"'{c}' is expected");
        }
    }

    private void Space()
    {
        while (Peek() is ' ' or '\n')
        {
            _position++;
        }
    }

    private readonly char Peek() => _position < text.Length ? text[_position] : '\0';

    private readonly FormatException Error(string rule, int? position = null) =>
        new($"at character {(position ?? _position) + 1} of its header, {rule}");
}
