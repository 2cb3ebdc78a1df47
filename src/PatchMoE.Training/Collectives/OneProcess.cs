using System.Diagnostics.CodeAnalysis;

namespace PatchMoE.Training.Collectives;

/// <summary>A collective of one: there is nothing to exchange.</summary>
internal sealed class OneProcess : ICollective
{
    public static OneProcess Instance { get; } = new();

    public int Rank => 0;

    public int Size => 1;

    public void Exchange(ReadOnlySpan<float> send, ReadOnlySpan<int> sent, Span<float> receive, ReadOnlySpan<int> received) => send.CopyTo(receive);

    public void Gather(Span<float> values, ReadOnlySpan<int> counts)
    {
    }

    public void GatherBytes(Span<byte> values)
    {
    }

    public void Sum(Span<float> values)
    {
    }

    public void Broadcast(Span<byte> values, int root)
    {
    }

    public void Barrier()
    {
    }

    [DoesNotReturn]
    public void Abort(string message) => throw new InvalidOperationException(message);
}
