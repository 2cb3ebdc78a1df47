using System.Globalization;
using System.Text;

namespace PatchMoE;

/// <summary>Builds the text of one JSON object, field by field.</summary>
internal sealed class ObjectWriter
{
    private readonly List<string> _fields = [];

    /// <summary>Adds a string, if there is one.</summary>
    public ObjectWriter Text(string name, string? value) => value is null ? this : Add(name, Quoted(value));

    /// <summary>Adds the word of an enum's value.</summary>
    public ObjectWriter Word<T>(string name, T value)
        where T : struct, Enum => Text(name, SpecWords.Of(value));

    /// <summary>Adds a whole number, if there is one.</summary>
    public ObjectWriter Int(string name, int? value) => Number(name, value);

    /// <summary>Adds a number, if there is one.</summary>
    public ObjectWriter Number(string name, double? value) => value is { } number ? Add(name, Shortest(number)) : this;

    /// <summary>Adds a number if it has an effect, or differs from the default although it has none.</summary>
    public ObjectWriter NumberIf(bool hasEffect, string name, double value, double absent) =>
        hasEffect || !value.Equals(absent) ? Number(name, value) : this;

    /// <summary>Adds true or false.</summary>
    public ObjectWriter Boolean(string name, bool value) => Add(name, value ? "true" : "false");

    /// <summary>Adds an array of whole numbers.</summary>
    public ObjectWriter Ints(string name, IEnumerable<int> values) =>
        Add(name, $"[{string.Join(", ", values.Select(value => value.ToString(CultureInfo.InvariantCulture)))}]");

    /// <summary>Adds an array of strings.</summary>
    public ObjectWriter Texts(string name, IEnumerable<string> values) => Add(name, $"[{string.Join(", ", values.Select(Quoted))}]");

    /// <summary>Adds an array of numbers.</summary>
    public ObjectWriter Numbers(string name, IEnumerable<double> values) => Add(name, $"[{string.Join(", ", values.Select(Shortest))}]");

    /// <summary>Adds an object on one line.</summary>
    public ObjectWriter Object(string name, ObjectWriter value) => Add(name, value.ToLine());

    /// <summary>Adds an array of objects, one per line.</summary>
    public ObjectWriter Objects(string name, IEnumerable<ObjectWriter> values) =>
        Add(name, "[\n" + string.Join(",\n", values.Select(value => "  " + value.ToLine())) + "\n]");

    /// <summary>Adds an object with one line per field.</summary>
    public ObjectWriter Block(string name, ObjectWriter value) => Add(name, value.ToBlock());

    /// <summary>The object with one line per field, indented by two spaces.</summary>
    public string ToBlock() => "{\n" + string.Join(",\n", _fields.Select(field => "  " + field.Replace("\n", "\n  "))) + "\n}";

    private string ToLine() => _fields.Count == 0 ? "{ }" : $"{{ {string.Join(", ", _fields)} }}";

    private ObjectWriter Add(string name, string value)
    {
        _fields.Add($"\"{name}\": {value}");
        return this;
    }

    /// <summary>The fewest digits that round-trip to the same number; "R" does not on .NET Framework.</summary>
    public static string Shortest(double value)
    {
        foreach (string format in new[] { "G15", "G16" })
        {
            string text = value.ToString(format, CultureInfo.InvariantCulture);
            if (double.Parse(text, CultureInfo.InvariantCulture).Equals(value))
            {
                return text;
            }
        }

        return value.ToString("G17", CultureInfo.InvariantCulture);
    }

    private static string Quoted(string value)
    {
        var text = new StringBuilder("\"");
        foreach (char c in value)
        {
            text.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                < ' ' => $"\\u{((int)c).ToString("X4", CultureInfo.InvariantCulture)}",
                _ => c.ToString(),
            });
        }

        return text.Append('"').ToString();
    }
}
