using System.Globalization;
using System.Text.RegularExpressions;

namespace PatchMoE.GpuBench.Ptx;

/// <summary>A kernel as PTX: its blocks, and what it declares.</summary>
/// <param name="Blocks">The blocks, in the order of the text; the first is where it begins.</param>
/// <param name="SharedBytes">Static shared memory of a group.</param>
/// <param name="UsesLocalMemory">Whether a thread's values are in memory.</param>
internal sealed partial record PtxKernel(IReadOnlyList<PtxBlock> Blocks, int SharedBytes, bool UsesLocalMemory)
{
    /// <summary>All instructions, in the order of the text.</summary>
    public IEnumerable<PtxInstruction> Instructions => Blocks.SelectMany(block => block.Instructions);

    /// <summary>Reads the text of one kernel.</summary>
    public static PtxKernel Parse(string text)
    {
        var blocks = new List<List<PtxInstruction>> { new() };
        var labels = new Dictionary<string, int>();
        foreach (string line in Body(text))
        {
            if (line.EndsWith(':'))
            {
                if (blocks[^1].Count > 0)
                {
                    blocks.Add([]);
                }

                labels[line[..^1]] = blocks.Count - 1;
                continue;
            }

            PtxInstruction instruction = PtxInstruction.Parse(line);
            blocks[^1].Add(instruction);
            if (instruction.Target is not null || instruction.EndsFlow)
            {
                blocks.Add([]);
            }
        }

        return new PtxKernel([.. blocks.Select((block, i) => new PtxBlock(block, Next(blocks, labels, i)))], Shared(text), text.Contains(".local", StringComparison.Ordinal));
    }

    /// <summary>Instructions and labels between the outer braces, without comments and declarations.</summary>
    private static IEnumerable<string> Body(string text) => Comment().Replace(text[(text.IndexOf("\n{", StringComparison.Ordinal) + 2)..text.LastIndexOf('}')], string.Empty)
        .Replace(":", ":;", StringComparison.Ordinal)
        .Split(';')
        .Select(line => Space().Replace(line, " ").Trim())
        .Where(line => line.Length > 0 && line[0] != '.');

    private static int[] Next(List<List<PtxInstruction>> blocks, Dictionary<string, int> labels, int i)
    {
        PtxInstruction? last = blocks[i].LastOrDefault();
        IEnumerable<int> jump = last?.Target is { } label
            ? [labels.TryGetValue(label, out int target) ? target : throw new InvalidDataException($"PTX: there is no label {label}.")]
            : [];
        IEnumerable<int> fall = last is { EndsFlow: true } || i + 1 == blocks.Count ? [] : [i + 1];
        return [.. jump.Concat(fall).Distinct()];
    }

    private static int Shared(string text) => SharedArray().Matches(text).Sum(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    [GeneratedRegex(@"\.shared \.align \d+ \.b8 \w+\[(\d+)\]")]
    private static partial Regex SharedArray();
}
