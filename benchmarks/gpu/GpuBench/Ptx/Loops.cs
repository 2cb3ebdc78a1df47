namespace PatchMoE.GpuBench.Ptx;

/// <summary>The work of one turn of a loop, without the loops in it.</summary>
/// <param name="MultiplyAdds">Float32 multiplications with an addition; an assembler fuses them.</param>
/// <param name="GlobalValues">Values of 32 bits read from global memory.</param>
/// <param name="GlobalLoads">The instructions that read them.</param>
/// <param name="SharedValues">Values of 32 bits read from shared memory.</param>
/// <param name="SharedLoads">The instructions that read them.</param>
internal sealed record LoopWork(int MultiplyAdds, int GlobalValues, int GlobalLoads, int SharedValues, int SharedLoads);

/// <summary>Finds where a kernel spends its time.</summary>
internal static class Loops
{
    /// <summary>The loop with the most multiply-adds in a turn; null if no loop has any.</summary>
    public static LoopWork? Hottest(PtxKernel kernel)
    {
        HashSet<int>[] loops = All(kernel);
        return loops
            .Select(loop => Work(loop.Except(loops.Where(inner => inner.IsProperSubsetOf(loop)).SelectMany(inner => inner)).SelectMany(block => kernel.Blocks[block].Instructions)))
            .Where(work => work.MultiplyAdds > 0)
            .MaxBy(work => work.MultiplyAdds);
    }

    /// <summary>The blocks of each loop: those from which a jump back to its first block can be reached without passing it.</summary>
    private static HashSet<int>[] All(PtxKernel kernel)
    {
        ILookup<int, int> before = kernel.Blocks.SelectMany((block, i) => block.Next.Select(next => (next, i))).ToLookup(pair => pair.next, pair => pair.i);
        var loops = new Dictionary<int, HashSet<int>>();
        foreach ((int first, int last) in Back(kernel))
        {
            HashSet<int> loop = loops.TryGetValue(first, out HashSet<int>? known) ? known : loops[first] = [first];
            var pending = new Stack<int>([last]);
            while (pending.TryPop(out int block))
            {
                if (loop.Add(block))
                {
                    foreach (int previous in before[block])
                    {
                        pending.Push(previous);
                    }
                }
            }
        }

        return [.. loops.Values];
    }

    /// <summary>The jumps to a block that is being visited: from the last block of a loop to its first.</summary>
    private static List<(int First, int Last)> Back(PtxKernel kernel)
    {
        var found = new List<(int First, int Last)>();
        var state = new int[kernel.Blocks.Count];
        Visit(0);
        return found;

        void Visit(int block)
        {
            state[block] = 1;
            foreach (int next in kernel.Blocks[block].Next)
            {
                if (state[next] == 1)
                {
                    found.Add((next, block));
                }
                else if (state[next] == 0)
                {
                    Visit(next);
                }
            }

            state[block] = 2;
        }
    }

    private static LoopWork Work(IEnumerable<PtxInstruction> instructions)
    {
        PtxInstruction[] all = [.. instructions];
        int Count(params string[] opcodes) => all.Count(instruction => opcodes.Contains(instruction.Opcode));
        PtxInstruction[] global = [.. all.Where(instruction => instruction.Accesses("ld", "global"))];
        PtxInstruction[] shared = [.. all.Where(instruction => instruction.Accesses("ld", "shared"))];
        return new LoopWork(
            Count("fma.rn.f32", "mad.rn.f32") + Math.Min(Count("mul.f32", "mul.rn.f32"), Count("add.f32", "add.rn.f32", "sub.f32")),
            global.Sum(Values),
            global.Length,
            shared.Sum(Values),
            shared.Length);
    }

    /// <summary>Of 32 bits.</summary>
    private static int Values(PtxInstruction load) => load.Width * (load.Opcode.EndsWith("64", StringComparison.Ordinal) ? 2 : 1);
}
