using PatchMoE.Training.Collectives;

namespace PatchMoE.Cli.Costs;

/// <summary>The predicted time of a step on several processes.</summary>
/// <param name="Processes">R.</param>
/// <param name="Samples">The samples of the busiest process.</param>
/// <param name="Compute">Seconds in which it computes.</param>
/// <param name="Exchange">Seconds in which it exchanges gradients, after them.</param>
/// <param name="SpeedUp">The time on one process divided by this.</param>
internal sealed record StepPrediction(int Processes, int Samples, double Compute, double Exchange, double SpeedUp)
{
    /// <summary>Where half of every process's time is worth it.</summary>
    private const double Worth = 0.5;

    /// <summary>Seconds.</summary>
    public double Step => Compute + Exchange;

    /// <summary>The share of the processes' time that one process alone would need, too.</summary>
    public double Efficiency => SpeedUp / Processes;

    /// <summary>Whether so many processes pay.</summary>
    public bool Pays => Efficiency >= Worth;

    /// <summary>Predicts the time for 1, 2, 4, … processes.</summary>
    /// <param name="values">The gradients and statistics of the network.</param>
    /// <param name="batch">Samples per update.</param>
    /// <param name="shares">The shares of a batch; null for those that <c>pmoe train</c> takes.</param>
    /// <param name="processes">The most processes; more than there are samples, or shares, have nothing to do and are left out.</param>
    /// <param name="speed">The machines and the network.</param>
    public static IReadOnlyList<StepPrediction> Of(long values, int batch, int? shares, int processes, ClusterSpeed speed)
    {
        var predictions = new List<StepPrediction>();
        int most = Math.Min(processes, shares ?? batch);
        for (int count = 1; count <= most; count = count < most ? Math.Min(2 * count, most) : count + 1)
        {
            int cut = shares ?? DefaultShares.Of(batch, count);
            var tree = new ShareTree(cut, count);
            int samples = 0;
            int nodes = 1;
            for (int process = 0; process < count; process++)
            {
                (int from, int to) = tree.SamplesOf(process, batch);
                samples = Math.Max(samples, to - from);
                nodes = Math.Max(nodes, tree.NodesOf(process).Length);
            }

            ExchangeCost cost = ExchangeCost.Of(values, nodes, count);
            double compute = (samples * speed.SecondsPerSample) + speed.SecondsPerUpdate;
            double exchange = (cost.Bytes / speed.BytesPerSecond) + (cost.Messages * speed.Latency);
            double alone = (batch * speed.SecondsPerSample) + speed.SecondsPerUpdate;
            predictions.Add(new StepPrediction(count, samples, compute, exchange, alone / (compute + exchange)));
        }

        return predictions;
    }
}
