namespace PatchMoE;

/// <summary>What each of several processes that train together sends and waits for in an update: its sums of gradients to those that finish them, and back what these have finished.</summary>
/// <param name="Bytes">What the busiest process sends, and receives at the same time.</param>
/// <param name="Messages">The messages that follow each other: each costs the network's latency.</param>
internal sealed record ExchangeCost(double Bytes, int Messages)
{
    private const double ValueBytes = 4;

    /// <summary>Counts an exchange.</summary>
    /// <param name="values">The gradients and statistics of the network.</param>
    /// <param name="nodes">The sums that a process cannot add to each other, at most: 1 for a power of two of processes.</param>
    /// <param name="processes">R.</param>
    public static ExchangeCost Of(long values, int nodes, int processes)
    {
        if (processes == 1)
        {
            return new ExchangeCost(0, 0);
        }

        // Of each sum, all slices but its own go out; all finished slices but its own come back. The losses travel in log₂ R steps.
        double others = (processes - 1.0) / processes;
        int steps = 0;
        for (int reached = 1; reached < processes; reached *= 2)
        {
            steps++;
        }

        return new ExchangeCost(ValueBytes * values * others * (nodes + 1), (2 * (processes - 1)) + steps);
    }
}
