using PatchMoE.Kernels;
using PatchMoE.Training.Collectives;

namespace PatchMoE.Training.Engines;

/// <summary>Computes the values of one share.</summary>
/// <param name="share">Its number.</param>
/// <param name="values">[N], written.</param>
internal delegate void ShareValues(int share, Span<float> values);

/// <summary>
/// The sum of all shares' values on every process, in the order of the <see cref="ShareTree"/>: each process adds up the nodes it has whole, each gets the others' values of its own slice and
/// finishes the tree there, and the slices are gathered. For a power of two of processes, that moves as much as a ring's allreduce.
/// </summary>
/// <param name="collective">The processes.</param>
/// <param name="tree">The shares.</param>
/// <param name="length">N.</param>
internal sealed class ShareSums(ICollective collective, ShareTree tree, int length)
{
    private readonly int[] _slices = [.. Enumerable.Range(0, collective.Size).Select(process => Slice(length, process, collective.Size).Length)];
    private readonly float[] _sum = new float[length];
    private readonly Stack<float[]> _free = new();
    private float[] _send = [];
    private float[] _receive = [];

    private ReadOnlySpan<ShareTree.Node> Own => tree.NodesOf(collective.Rank);

    /// <summary>[N], the sums.</summary>
    public Span<float> Values => _sum;

    /// <summary>Computes this process's shares and adds up the nodes that it has whole.</summary>
    public void Compute(ShareValues values)
    {
        if (collective.Size == 1)
        {
            Compute(tree.Root, values, _sum);
            return;
        }

        Array.Resize(ref _send, checked(Own.Length * length));
        for (int i = 0; i < Own.Length; i++)
        {
            float[] node = Take();
            Compute(Own[i], values, node);
            Pack(node, i);
            _free.Push(node);
        }
    }

    /// <summary>Adds up all processes' nodes.</summary>
    public void Finish()
    {
        if (collective.Size == 1)
        {
            return;
        }

        int own = _slices[collective.Rank];
        Span<int> sent = stackalloc int[collective.Size];
        Span<int> received = stackalloc int[collective.Size];
        int total = 0;
        for (int process = 0; process < collective.Size; process++)
        {
            sent[process] = Own.Length * _slices[process];
            received[process] = tree.NodesOf(process).Length * own;
            total = checked(total + received[process]);
        }

        Array.Resize(ref _receive, total);
        collective.Exchange(_send, sent, _receive, received);
        _receive.AsSpan(AddUp(tree.Root), own).CopyTo(_sum.AsSpan(Slice(length, collective.Rank, collective.Size).Start, own));
        collective.Gather(_sum, _slices);
    }

    private void Compute(ShareTree.Node node, ShareValues values, float[] sum)
    {
        if (node.IsShare)
        {
            values(node.First, sum);
            return;
        }

        Compute(node.Left, values, sum);
        float[] right = Take();
        Compute(node.Right, values, right);
        FloatSums.Add(right, sum);
        _free.Push(right);
    }

    private float[] Take() => _free.TryPop(out float[]? buffer) ? buffer : new float[length];

    /// <summary>Puts a node's slices where the exchange expects them: by the process that they are for, then by node.</summary>
    private void Pack(float[] node, int index)
    {
        int start = 0;
        foreach (int slice in _slices)
        {
            node.AsSpan(start, slice).CopyTo(_send.AsSpan((start * Own.Length) + (index * slice), slice));
            start += slice;
        }
    }

    /// <summary>The sum of a node on the own slice: where it begins among the received values, some of which it overwrites.</summary>
    private int AddUp(ShareTree.Node node)
    {
        int own = _slices[collective.Rank];
        int place = 0;
        for (int process = 0; process < collective.Size; process++)
        {
            foreach (ShareTree.Node received in tree.NodesOf(process))
            {
                if (received == node)
                {
                    return place;
                }

                place += own;
            }
        }

        int left = AddUp(node.Left);
        FloatSums.Add(_receive.AsSpan(AddUp(node.Right), own), _receive.AsSpan(left, own));
        return left;
    }

    /// <summary>A process's part of the values, in whole cache lines.</summary>
    private static (int Start, int Length) Slice(int length, int process, int processes)
    {
        (int from, int to) = Lines.Share(Lines.Of(length), process, processes);
        int start = Lines.Clamp(from, length);
        return (start, Lines.Clamp(to, length) - start);
    }
}
