using System.Diagnostics.CodeAnalysis;

namespace PatchMoE.Training.Collectives;

/// <summary>
/// Processes that train one network together, each on its part of every batch. Every member must be called by all of them, in the same order and with lengths that fit. Not thread-safe,
/// except for <see cref="Abort"/>.
/// </summary>
public interface ICollective
{
    /// <summary>The number of this process, 0 ≤ rank &lt; <see cref="Size"/>.</summary>
    int Rank { get; }

    /// <summary>The number of processes, ≥ 1.</summary>
    int Size { get; }

    /// <summary>Gives every process its part of the others' values.</summary>
    /// <param name="send">The parts for process 0, 1, …, one after another.</param>
    /// <param name="sent">[size], their lengths.</param>
    /// <param name="receive">The parts from process 0, 1, …, one after another, written.</param>
    /// <param name="received">[size], their lengths.</param>
    void Exchange(ReadOnlySpan<float> send, ReadOnlySpan<int> sent, Span<float> receive, ReadOnlySpan<int> received);

    /// <summary>Gives all values to all processes.</summary>
    /// <param name="values">The parts of process 0, 1, …, one after another; this process's is read, the others' are written.</param>
    /// <param name="counts">[size], their lengths.</param>
    void Gather(Span<float> values, ReadOnlySpan<int> counts);

    /// <summary>Gives all bytes to all processes, of each the same number.</summary>
    /// <param name="values">The parts of process 0, 1, …, one after another; this process's is read, the others' are written.</param>
    void GatherBytes(Span<byte> values);

    /// <summary>Adds up all processes' values, in an order that may depend on their number; all get the same bits.</summary>
    /// <param name="values">This process's, overwritten by the sums.</param>
    void Sum(Span<float> values);

    /// <summary>Gives bytes of one process to all.</summary>
    /// <param name="values">Read by <paramref name="root"/>, written by the others.</param>
    /// <param name="root">The process that has them.</param>
    void Broadcast(Span<byte> values, int root);

    /// <summary>Waits until all processes are here.</summary>
    void Barrier();

    /// <summary>Ends all processes at once because this one failed.</summary>
    /// <param name="message">What happened; one line, which is shown once.</param>
    [DoesNotReturn]
    void Abort(string message);
}
