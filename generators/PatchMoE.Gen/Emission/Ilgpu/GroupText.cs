using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints what the threads of a group do together.</summary>
internal static class GroupText
{
    /// <summary>The index of the thread in its group, as kernels call it.</summary>
    public static Expression Thread { get; } = Expression.Name("thread");

    public static Expression Batch { get; } = Expression.Name("batch");

    public static Expression Group { get; } = "Grid.IdxX";

    /// <summary>Prints a barrier; what follows sees what the group wrote to shared memory.</summary>
    public static SourceWriter Barrier(this SourceWriter writer) => writer.Lines("Group.Barrier();");

    /// <summary>Prints a barrier behind which the group sees what its threads wrote to the device's memory too.</summary>
    public static SourceWriter Fence(this SourceWriter writer) => writer.Lines("MemoryFence.GroupLevel();\nGroup.Barrier();");

    /// <summary>Deals out items to the threads: a loop only where a thread has several, a condition only where some threads have none.</summary>
    /// <param name="writer">Where to print.</param>
    /// <param name="items">The items.</param>
    /// <param name="threads">The threads.</param>
    /// <param name="body">Prints what is done with an item, given its index.</param>
    public static void Share(this SourceWriter writer, int items, int threads, Action<Expression> body)
    {
        string head = items > threads ? $"for (int i = {Thread}; i < {items}; i += {threads})" : $"if ({Thread} < {items})";
        using (items == threads ? writer.Block() : writer.Block(head))
        {
            body(items > threads ? Expression.Name("i") : Thread);
        }
    }

    /// <summary>Prints what a kernel does with a value of its thread's.</summary>
    /// <param name="writer">Where to print.</param>
    /// <param name="tiling">The values and the threads.</param>
    /// <param name="value">The name of the value's index.</param>
    /// <param name="part">The name of what has so many values each: a sample, a chunk.</param>
    /// <param name="body">Prints it, given the two.</param>
    public static void Elements(this SourceWriter writer, ElementTiling tiling, string value, string part, Action<Expression, Expression> body)
    {
        writer.Lines($"int {part} = {Group / tiling.Groups};\nint {value} = {(Group % tiling.Groups * tiling.Threads) + "Group.IdxX"};");
        using (writer.If(tiling.Exact ? null : $"{value} < {tiling.Values}"))
        {
            body(Expression.Name(value), Expression.Name(part));
        }
    }

    /// <summary>Prints rounds that use the same shared memory, a barrier behind each; a single round needs neither.</summary>
    /// <param name="writer">Where to print.</param>
    /// <param name="start">The name of a round's first item.</param>
    /// <param name="count">The items.</param>
    /// <param name="step">Those of a round.</param>
    /// <param name="body">Prints a round, given its first item.</param>
    public static void Rounds(this SourceWriter writer, string start, int count, int step, Action<Expression> body)
    {
        if (count <= step)
        {
            body(0);
            return;
        }

        using (writer.Block($"for (int {start} = 0; {start} < {count}; {start} += {step})"))
        {
            body(Expression.Name(start));
            writer.Barrier();
        }
    }

    /// <summary>An index of a tile that may reach past the end, kept inside: what is computed twice is written once.</summary>
    public static Expression Inside(this Expression index, int count, bool exact) => exact ? index : Expression.Min(index, count - 1);

    /// <summary>The condition that an index is below a limit; null where it always is.</summary>
    public static string? Below(this Expression index, Expression limit, bool always = false) =>
        always || index.Value < limit.Value ? null : $"{index} < {limit}";

    /// <summary>A value where an index that is below <paramref name="end"/> is below a limit, and another where it is not.</summary>
    public static string WhereBelow(this Expression index, Expression limit, int end, string value, string other) =>
        limit.Value >= end ? value : $"{(index.Value is null ? $"{index} < {limit}" : $"{limit} > {index}")} ? {value} : {other}";
}
