using System.Runtime.InteropServices;
using PatchMoE.Training.Collectives;

namespace PatchMoE.Training.Engines;

/// <summary>What processes tell each other about an update besides its gradients.</summary>
internal sealed class ProcessReports
{
    // Before the losses: whether to stop, and the checksum.
    private const int Header = 2;
    private const ulong Prime = 0x9E3779B97F4A7C15;

    private readonly ICollective _collective;
    private readonly ShareTree _tree;
    private readonly int _length;
    private readonly double[] _reports;

    /// <summary>Makes room for reports.</summary>
    /// <param name="collective">The processes.</param>
    /// <param name="tree">The shares of each.</param>
    public ProcessReports(ICollective collective, ShareTree tree)
    {
        (_collective, _tree) = (collective, tree);
        _length = Header + Enumerable.Range(0, collective.Size).Max(process => tree.SharesOf(process).End - tree.SharesOf(process).First);
        _reports = new double[collective.Size * _length];
    }

    /// <summary>Exchanges reports.</summary>
    /// <param name="losses">[K], of which this process's own are read and the others written; or empty.</param>
    /// <param name="checksum">Of this process's weights; all must have the same.</param>
    /// <param name="stop">Whether this process is to stop.</param>
    /// <returns>Whether any process is to stop.</returns>
    /// <exception cref="InvalidOperationException">The weights of two processes differ.</exception>
    public bool Exchange(Span<double> losses, ulong checksum, bool stop)
    {
        Span<double> own = ReportOf(_collective.Rank);
        own[0] = stop ? 1 : 0;
        own[1] = BitConverter.UInt64BitsToDouble(checksum);
        if (!losses.IsEmpty)
        {
            LossesOf(_collective.Rank, losses).CopyTo(own[Header..]);
        }

        _collective.GatherBytes(MemoryMarshal.AsBytes(_reports.AsSpan()));
        bool stops = false;
        for (int process = 0; process < _collective.Size; process++)
        {
            Span<double> report = ReportOf(process);
            stops |= report[0] != 0;
            if (BitConverter.DoubleToUInt64Bits(report[1]) != checksum)
            {
                throw new InvalidOperationException(
                    $"The weights of the processes {Math.Min(process, _collective.Rank)} and {Math.Max(process, _collective.Rank)} differ, although both made the same updates: the memory of a machine may be faulty. Resume from the last checkpoint, on other machines.");
            }

            if (!losses.IsEmpty)
            {
                Span<double> theirs = LossesOf(process, losses);
                report.Slice(Header, theirs.Length).CopyTo(theirs);
            }
        }

        return stops;
    }

    /// <summary>A number that differs, almost certainly, if a bit of the values does.</summary>
    public static ulong Checksum(ReadOnlySpan<float> values)
    {
        ulong sum = (ulong)values.Length;
        foreach (ulong pair in MemoryMarshal.Cast<float, ulong>(values))
        {
            sum = (ulong.RotateLeft(sum, 5) ^ pair) * Prime;
        }

        return values.Length % 2 == 0 ? sum : (sum ^ BitConverter.SingleToUInt32Bits(values[^1])) * Prime;
    }

    private Span<double> ReportOf(int process) => _reports.AsSpan(process * _length, _length);

    private Span<double> LossesOf(int process, Span<double> losses)
    {
        ShareTree.Node shares = _tree.SharesOf(process);
        return losses[shares.First..shares.End];
    }
}
