using PatchMoE.Kernels;

namespace PatchMoE.Training.Collectives;

/// <summary>
/// The binary tree in which shares are added up: a node is the sum of the two halves of its shares. It is the same for any number of processes. Each computes a stretch of the shares, and
/// adds up what it has whole; the rest is added after an exchange.
/// </summary>
/// <param name="shares">K, the number of shares.</param>
/// <param name="processes">Their number, ≤ K.</param>
internal sealed class ShareTree(int shares, int processes)
{
    /// <summary>The sum of the shares <paramref name="First"/> to <paramref name="End"/> − 1.</summary>
    internal readonly record struct Node(int First, int End)
    {
        public bool IsShare => End - First == 1;

        public Node Left => new(First, Middle);

        public Node Right => new(Middle, End);

        private int Middle => (First + End) / 2;
    }

    private readonly Node[][] _nodes = [.. Enumerable.Range(0, processes).Select(process => Whole(new Node(0, shares), SharesOf(process, shares, processes)).ToArray())];

    /// <summary>Why so many processes cannot compute a batch; null if there is a share for each.</summary>
    /// <param name="shares">K.</param>
    /// <param name="processes">Their number.</param>
    public static string? TooFew(int shares, int processes) => shares >= processes
        ? null
        : $"training.shares: a batch is cut into {shares} {(shares == 1 ? "share" : "shares")}, too few for {processes} processes. Use at least {processes} shares (--shares {processes}), or fewer processes.";

    /// <summary>The sum of all shares.</summary>
    public Node Root => new(0, shares);

    /// <summary>The stretch of shares that a process computes.</summary>
    public Node SharesOf(int process) => SharesOf(process, shares, processes);

    /// <summary>The samples of a batch that a process computes.</summary>
    /// <param name="process">The process.</param>
    /// <param name="batch">The number of samples.</param>
    public (int From, int To) SamplesOf(int process, int batch)
    {
        Node own = SharesOf(process);
        return (Lines.Share(batch, own.First, shares).From, Lines.Share(batch, own.End - 1, shares).To);
    }

    /// <summary>The largest nodes that lie within a process's shares, in order.</summary>
    public ReadOnlySpan<Node> NodesOf(int process) => _nodes[process];

    private static Node SharesOf(int process, int shares, int processes)
    {
        (int first, int end) = Lines.Share(shares, process, processes);
        return new Node(first, end);
    }

    private static IEnumerable<Node> Whole(Node node, Node own) =>
        own.First <= node.First && node.End <= own.End ? [node]
        : node.End <= own.First || own.End <= node.First ? []
        : Whole(node.Left, own).Concat(Whole(node.Right, own));
}
