using PatchMoE.Training.Data;

namespace PatchMoE.Cli.Bags;

/// <summary>What a network answered for bags.</summary>
/// <param name="Logits">[N], above 0 for a positive answer.</param>
/// <param name="Picks">[N], the patch that speaks most for a positive answer; −1 for none.</param>
internal sealed record BagScores(float[] Logits, int[] Picks)
{
    /// <summary>Compares the answers with the truth.</summary>
    /// <param name="data">The bags.</param>
    /// <param name="secondsPerEpoch">See <see cref="BagResult"/>.</param>
    /// <param name="weights">See <see cref="BagResult"/>.</param>
    public BagResult Judge(Dataset data, double secondsPerEpoch, int weights)
    {
        bool[] isPositive = [.. data.Labels.ToArray().Select(label => label > 0)];
        int[] positive = [.. Enumerable.Range(0, data.Count).Where(i => isPositive[i])];
        return new BagResult(
            AreaUnderCurve.Of(Logits, isPositive),
            Logits.Where((logit, i) => logit > 0 == isPositive[i]).Count() / (double)data.Count,
            positive.Count(i => data.DiscriminativePatchesOf(i).Contains(Picks[i])) / (double)positive.Length,
            secondsPerEpoch,
            weights);
    }
}
