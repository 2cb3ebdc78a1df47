namespace PatchMoE.GpuBench.Ptx;

/// <summary>
/// An estimate of a thread's registers: the most values that are needed at once, in the order of the text. 64-bit values count two; predicates have registers of their own. Kernel parameters are read
/// from constant memory wherever they are needed, and constants are part of instructions, so neither counts. An assembler orders instructions anew, which may take more or fewer.
/// </summary>
internal static class Liveness
{
    public static int Registers(PtxKernel kernel)
    {
        HashSet<string> free = WithoutRegister(kernel);
        HashSet<string>[] needed = NeededAtStart(kernel);
        int most = 0;
        for (int i = 0; i < kernel.Blocks.Count; i++)
        {
            HashSet<string> live = AtEnd(kernel.Blocks[i], needed);
            foreach (PtxInstruction instruction in kernel.Blocks[i].Instructions.Reverse())
            {
                // A result needs its register even where nothing reads it.
                most = Math.Max(most, Size(live.Union(instruction.Writes)));
                Step(live, instruction);
                most = Math.Max(most, Size(live));
            }
        }

        return most;

        int Size(IEnumerable<string> registers) => registers.Where(register => !free.Contains(register)).Sum(SizeOf);
    }

    private static int SizeOf(string register) => register.TrimEnd("0123456789".ToCharArray()) switch
    {
        "%p" => 0,
        "%rd" or "%fd" => 2,
        _ => 1,
    };

    /// <summary>Registers that are set once, to a parameter, its address space, or a constant.</summary>
    private static HashSet<string> WithoutRegister(PtxKernel kernel)
    {
        ILookup<string, PtxInstruction> writers = kernel.Instructions
            .SelectMany(instruction => instruction.Writes.Select(register => (register, instruction)))
            .ToLookup(pair => pair.register, pair => pair.instruction);
        var free = new HashSet<string>();
        foreach (IGrouping<string, PtxInstruction> writer in writers)
        {
            // ILGPU reads the pointer of each view into one register, which it sets again and again.
            if (writer.All(instruction => instruction.Accesses("ld", "param")) || (writer.Count() == 1 && IsConstant(writer.Single())))
            {
                free.Add(writer.Key);
            }
        }

        foreach (IGrouping<string, PtxInstruction> writer in writers)
        {
            if (writer.Count() == 1 && writer.Single() is { Kind: "cvta" } cast && cast.Reads.All(register => writers[register].Any(instruction => instruction.Accesses("ld", "param"))))
            {
                free.Add(writer.Key);
            }
        }

        return free;
    }

    /// <summary>A number, or the address of shared memory; not a special register as %tid.x.</summary>
    private static bool IsConstant(PtxInstruction instruction) => instruction is { Kind: "mov", Reads.Count: 0 } && instruction.Text.LastIndexOf('%') == instruction.Text.IndexOf('%');

    /// <summary>The registers that each block needs from those before it.</summary>
    private static HashSet<string>[] NeededAtStart(PtxKernel kernel)
    {
        HashSet<string>[] needed = [.. kernel.Blocks.Select(_ => new HashSet<string>())];
        bool changed = true;
        while (changed)
        {
            changed = false;
            for (int i = kernel.Blocks.Count - 1; i >= 0; i--)
            {
                HashSet<string> live = AtEnd(kernel.Blocks[i], needed);
                foreach (PtxInstruction instruction in kernel.Blocks[i].Instructions.Reverse())
                {
                    Step(live, instruction);
                }

                changed |= live.Count > needed[i].Count;
                needed[i] = live;
            }
        }

        return needed;
    }

    private static HashSet<string> AtEnd(PtxBlock block, HashSet<string>[] needed) => [.. block.Next.SelectMany(next => needed[next])];

    /// <summary>From what is needed after an instruction to what is needed before it.</summary>
    private static void Step(HashSet<string> live, PtxInstruction instruction)
    {
        if (!instruction.Guarded)
        {
            live.ExceptWith(instruction.Writes);
        }

        live.UnionWith(instruction.Reads);
    }
}
