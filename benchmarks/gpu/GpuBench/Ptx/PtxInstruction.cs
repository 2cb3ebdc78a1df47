using System.Text.RegularExpressions;

namespace PatchMoE.GpuBench.Ptx;

/// <summary>One instruction of PTX.</summary>
/// <param name="Opcode">As in <c>ld.global.v4.f32</c>.</param>
/// <param name="Writes">The registers that it sets.</param>
/// <param name="Reads">The registers that it needs, its guard among them.</param>
/// <param name="Target">The label that it jumps to; null for no jump.</param>
/// <param name="Guarded">Whether a predicate decides if it is executed.</param>
/// <param name="Text">Its text.</param>
internal sealed partial record PtxInstruction(string Opcode, IReadOnlyList<string> Writes, IReadOnlyList<string> Reads, string? Target, bool Guarded, string Text)
{
    private static readonly string[] s_withoutResult = ["st", "bra", "ret", "exit", "bar", "barrier", "membar", "fence", "red", "trap", "prefetch"];

    /// <summary>The part of the opcode before the first dot.</summary>
    public string Kind => Opcode.Split('.')[0];

    /// <summary>The values of one access to memory: 4 for v4.</summary>
    public int Width => Opcode.Contains(".v4", StringComparison.Ordinal) ? 4 : Opcode.Contains(".v2", StringComparison.Ordinal) ? 2 : 1;

    /// <summary>Whether nothing after it is executed next.</summary>
    public bool EndsFlow => !Guarded && (Kind is "bra" or "ret" or "exit" or "trap");

    /// <summary>Whether it reads or writes a space of memory: global, shared, local, param.</summary>
    public bool Accesses(string kind, string space) => Opcode.StartsWith($"{kind}.{space}", StringComparison.Ordinal)
        || Opcode.StartsWith($"{kind}.volatile.{space}", StringComparison.Ordinal);

    /// <summary>Reads one line without its semicolon.</summary>
    public static PtxInstruction Parse(string line)
    {
        Match match = Shape().Match(line);
        if (!match.Success)
        {
            throw new InvalidDataException($"PTX: '{line}' is not an instruction.");
        }

        string opcode = match.Groups["opcode"].Value;
        string[] operands = Operands(match.Groups["operands"].Value);
        bool hasResult = !s_withoutResult.Contains(opcode.Split('.')[0]);
        string[] writes = hasResult && operands.Length > 0 ? Registers(operands[0]) : [];
        string guard = match.Groups["guard"].Value;
        string[] reads = [.. (hasResult ? operands.Skip(1) : operands).SelectMany(Registers), .. guard.Length > 0 ? Registers(guard) : []];
        bool jumps = opcode == "bra" || opcode.StartsWith("bra.", StringComparison.Ordinal);
        return new PtxInstruction(opcode, writes, reads, jumps ? operands[0] : null, guard.Length > 0, line);
    }

    /// <summary>The registers named in a text.</summary>
    private static string[] Registers(string text) => [.. Register().Matches(text).Select(match => match.Value)];

    /// <summary>Operands are separated by commas outside of braces and brackets.</summary>
    private static string[] Operands(string text)
    {
        var operands = new List<string>();
        (int depth, int start) = (0, 0);
        for (int i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || (text[i] == ',' && depth == 0))
            {
                operands.Add(text[start..i].Trim());
                start = i + 1;
            }
            else
            {
                depth += text[i] is '{' or '[' ? 1 : text[i] is '}' or ']' ? -1 : 0;
            }
        }

        return [.. operands.Where(operand => operand.Length > 0)];
    }

    [GeneratedRegex(@"^(@!?(?<guard>%\w+)\s+)?(?<opcode>[a-z][\w.]*)(\s+(?<operands>.*))?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Shape();

    // Special registers, as %tid.x, are no registers of the kernel.
    [GeneratedRegex(@"%(p|r|rd|rs|f|fd|h)\d+\b")]
    private static partial Regex Register();
}
