using System.Globalization;
using System.Text;
using PatchMoE.Gen.Emission.Text;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints indented C#: '\n' line ends and invariant numbers, so that the bytes are the same on every system.</summary>
internal sealed class SourceWriter
{
    /// <summary>What a reader's window holds.</summary>
    private const int LongestLine = 160;

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
    public Scope Block(string head) => Lines(head).Block();

    /// <summary>Prints a block of its own, for names that are not known behind it.</summary>
    public Scope Block()
    {
        Lines("{");
        _depth++;
        return new Scope(this);
    }

    /// <summary>Prints a method: its documentation, attributes, declaration and body.</summary>
    /// <param name="method">The method.</param>
    /// <param name="documentation">Prints what stands above it.</param>
    /// <param name="body">Prints its body.</param>
    public void Method(Method method, Action<SourceWriter> documentation, Action body)
    {
        documentation(this);
        foreach (string attribute in method.Attributes)
        {
            Lines(attribute);
        }

        Declaration(method, string.Empty);
        using (Block())
        {
            body();
        }
    }

    /// <summary>Prints a method's declaration alone, with what stands behind it.</summary>
    public SourceWriter Declaration(Method method, string end) =>
        Lines(Wrapped($"{method.Modifiers} {method.Returns} {method.Name}", [.. method.Used.Select(parameter => parameter.Declaration)], end));

    /// <summary>Prints a call as a statement, with what stands before it, for example <c>float sum = </c>.</summary>
    public SourceWriter Call(Call call, string before = "") => Lines(Wrapped(before + call.Target, call.Arguments, ";"));

    /// <summary>Prints a variable and gives its name; what is plain needs none and is given back.</summary>
    public Expression Let(string name, Expression value, string type = "int")
    {
        if (value.IsPlain)
        {
            return value;
        }

        Lines($"{type} {name} = {value};");
        return Expression.Name(name);
    }

    /// <summary>Prints a condition, of which those that always hold are null; if all do, nothing is printed.</summary>
    public Scope? If(params string?[] conditions)
    {
        string[] some = [.. conditions.OfType<string>()];
        return some.Length == 0 ? null : Block($"if ({string.Join(" && ", some)})");
    }

    /// <summary>Prints items behind a head on as few lines as hold them.</summary>
    /// <param name="head">What stands before the first item.</param>
    /// <param name="items">The items.</param>
    /// <param name="end">What stands behind the last.</param>
    /// <param name="after">Behind each item but the last.</param>
    /// <param name="before">Before each item but the first.</param>
    public SourceWriter Fill(string head, IReadOnlyList<string> items, string end, string after = "", string before = "")
    {
        string line = head;
        int indent = 4 * _depth;
        for (int i = 0; i < items.Count; i++)
        {
            string item = (i == 0 ? string.Empty : before) + items[i] + (i == items.Count - 1 ? end : after);
            if (line != head && indent + line.Length + 1 + item.Length > LongestLine)
            {
                Lines(line);
                line = $"    {item}";
                head = string.Empty;
                continue;
            }

            line += i == 0 ? item : $" {item}";
        }

        return Lines(line);
    }

    /// <summary>A list in parentheses: on one line, or an item a line where that would be too long.</summary>
    private string Wrapped(string head, IReadOnlyList<string> items, string end)
    {
        string line = $"{head}({string.Join(", ", items)}){end}";
        return (4 * _depth) + line.Length <= LongestLine ? line : $"{head}(\n    {string.Join(",\n    ", items)}){end}";
    }

    /// <summary>Prints a loop over the tiles of a run; a single tile stands without a loop.</summary>
    public void Tiles(Planning.TileRun run, string index, Action<string> body)
    {
        if (run.Tiles == 1)
        {
            body(run.Start.ToString(CultureInfo.InvariantCulture));
            return;
        }

        using (Block($"for (int {index} = {run.Start}; {index} < {run.End}; {index} += {run.Size})"))
        {
            body(index);
        }
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
