using System.Text;

namespace PatchMoE.Gen.Emission.Text;

/// <summary>Prints indented C#: '\n' line ends and invariant numbers, so that the bytes are the same on every system.</summary>
internal sealed class SourceWriter
{
    /// <summary>The attribute of kernels: they are compiled optimised at once, since they have no use for slow first runs.</summary>
    public const string Optimized = "[MethodImpl(MethodImplOptions.AggressiveOptimization)]";

    /// <summary>What a reader's window holds.</summary>
    private const int LongestLine = 160;

    private readonly StringBuilder _text = new();
    private string _last = string.Empty;
    private int _depth;

    /// <summary>Prints lines at the present depth; behind a block and above documentation there is an empty line. An empty text is an empty line too.</summary>
    public SourceWriter Lines(string text)
    {
        if (IsParagraph(text))
        {
            Gap();
        }

        foreach (string line in text.IndexOf('\n') < 0 ? [text] : text.Replace("\r", string.Empty).Split('\n'))
        {
            if (line.Length > 0)
            {
                _text.Append(' ', 4 * _depth).Append(line);
            }

            _text.Append('\n');
            _last = line;
        }

        return this;
    }

    /// <summary>Prints an empty line; one is enough, and a block does not begin with one.</summary>
    public SourceWriter Gap() => _last.Length == 0 || _last.EndsWith("{", StringComparison.Ordinal) ? this : Lines(string.Empty);

    private bool IsParagraph(string text) =>
        text.StartsWith("///", StringComparison.Ordinal)
            ? !_last.StartsWith("///", StringComparison.Ordinal)
            : _last == "}" && text.Length > 0 && text[0] != '}' && !text.StartsWith("else", StringComparison.Ordinal);

    /// <summary>Prints a head and an opening brace; the block ends when the result is disposed.</summary>
    public Scope Block(string head) => Lines(head).Block();

    public void Block(string head, Action body)
    {
        using (Block(head))
        {
            body();
        }
    }

    /// <summary>Prints a block of its own, for names that are not known behind it.</summary>
    public Scope Block()
    {
        Lines("{");
        _depth++;
        return new Scope(this);
    }

    /// <summary>Prints a method: its documentation, attributes, declaration and body.</summary>
    /// <param name="method">The method.</param>
    /// <param name="documentation">Prints its documentation.</param>
    /// <param name="body">Prints its body.</param>
    public void Method(Method method, Action<SourceWriter> documentation, Action body)
    {
        Gap();
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

    /// <summary>Prints a method's declaration alone, with what follows it.</summary>
    public SourceWriter Declaration(Method method, string end) =>
        Lines(Wrapped($"{method.Modifiers} {method.Returns} {method.Name}", [.. method.Used.Select(parameter => parameter.Declaration)], end));

    /// <summary>Prints a call as a statement, with what precedes it, for example <c>float sum = </c>.</summary>
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
    /// <param name="head">Text before the first item.</param>
    /// <param name="items">The items.</param>
    /// <param name="end">Text after the last.</param>
    /// <param name="after">Behind each item but the last.</param>
    /// <param name="before">Before each item but the first.</param>
    /// <param name="margin">At the start of each line but the first.</param>
    public SourceWriter Fill(string head, IReadOnlyList<string> items, string end, string after = "", string before = "", string margin = "    ")
    {
        string line = head;
        int indent = 4 * _depth;
        for (int i = 0; i < items.Count; i++)
        {
            string item = (i == 0 ? string.Empty : before) + items[i] + (i == items.Count - 1 ? end : after);
            if (line != head && indent + line.Length + 1 + item.Length > LongestLine)
            {
                Lines(line);
                line = margin + item;
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

    /// <summary>Prints a loop over the tiles of a run; a single tile needs no loop.</summary>
    public void Tiles(Planning.TileRun run, string index, Action<Expression> body) => Loop(index, run.Start, run.End, run.Size, body);

    /// <summary>Prints a loop over so many; a single one needs no loop.</summary>
    public void Loop(string index, Expression count, Action<Expression> body) => Loop(index, 0, count, 1, body);

    public void Loop(string index, int start, int end, Action<Expression> body) => Loop(index, start, end, 1, body);

    private void Loop(string index, int start, Expression end, int step, Action<Expression> body)
    {
        if (start + step < (end.Value ?? long.MaxValue))
        {
            Block($"for (int {index} = {start}; {index} < {end}; {index}{(step == 1 ? "++" : $" += {step}")})", () => body(Expression.Name(index)));
        }
        else if (start < end.Value)
        {
            body(start);
        }
    }

    /// <summary>Prints a worker's loop over its share of so many; a single one is the last worker's.</summary>
    public void ShareLoop(string index, int count, Action<Expression> body)
    {
        using (Block(count == 1
            ? "if (worker == workers - 1)"
            : $"for (int {index} = (int)({count}L * worker / workers); {index} < (int)({count}L * (worker + 1) / workers); {index}++)"))
        {
            body(count == 1 ? 0 : index);
        }
    }

    /// <summary>Prints a kernel. It is compiled optimised at once: it has no use for slow first runs.</summary>
    public void Kernel(Method method, KernelDoc documentation, Action body) => Method(method with { Attributes = [Optimized] }, documentation.Write, body);

    public void Kernel(Method method, string summary, Action body) => Method(method with { Attributes = [Optimized] }, summary, body);

    public void Method(Method method, string summary, Action body) => Method(method, writer => writer.Summary(summary), body);

    public SourceWriter Summary(string text)
    {
        string line = $"/// <summary>{KernelDoc.Escape(text)}</summary>";
        return (4 * _depth) + line.Length <= LongestLine ? Lines(line) : Lines("/// <summary>").Comment("///", KernelDoc.Escape(text)).Lines("/// </summary>");
    }

    /// <summary>Prints a text behind a mark of comments, on as few lines as hold it.</summary>
    public SourceWriter Comment(string mark, string text) => Fill($"{mark} ", text.Split(' '), string.Empty, margin: $"{mark} ");

    public override string ToString() => _text.ToString();

    /// <summary>Closes a block.</summary>
    public readonly struct Scope(SourceWriter writer) : IDisposable
    {
        public void Dispose()
        {
            // A gap at the end of a block is none.
            if (writer._last.Length == 0)
            {
                writer._text.Length--;
            }

            writer._depth--;
            writer.Lines("}");
        }
    }
}
