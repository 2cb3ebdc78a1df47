using PatchMoE.Kernels;
using PatchMoE.Training.Data;
using PatchMoE.Training.Evaluation;
using PatchMoE.Training.Runs;

namespace PatchMoE.Training.Notices;

/// <summary>Looks at a finished run for signs that it has failed, which its loss curve alone does not tell. Costs one pass over a few hundred samples.</summary>
/// <param name="engine">The engine with the run's weights.</param>
/// <param name="model">The weights.</param>
/// <param name="parts">The data of the run.</param>
/// <param name="meter">Measures the use of the experts; null if layer 0 does not route.</param>
internal sealed class TrainingNotices(INetworkEngine engine, INetworkWeights model, TrainingParts parts, ExpertUseMeter? meter)
{
    // The thresholds keep clear of what healthy runs show; docs/training.md has the numbers.
    private const double FittedLoss = 0.2;
    private const double LearntSkill = 0.5;
    private const double UnmovedLoss = 0.98;
    private const double WholeShare = 0.99;

    /// <summary>Two experts that have so much in common, each of the other, take the same patches.</summary>
    internal const double SameShare = 0.98;

    private readonly ModelSpec _model = model.Spec.Model;

    /// <summary>The notices of a run, by number.</summary>
    /// <param name="history">Its epochs.</param>
    /// <param name="final">Its evaluation on the test data.</param>
    public IReadOnlyList<SpecDiagnostic> Of(IReadOnlyList<EpochMetrics> history, EvaluationResult final) => history.LastOrDefault(epoch => epoch.Phase != TrainingPhase.Routers) is { } last
        ? [.. OfLoss(last, final).Concat(OfExperts()).OrderBy(notice => notice.Rule.Id, StringComparer.Ordinal)]
        : [];

    private IEnumerable<SpecDiagnostic> OfLoss(EpochMetrics last, EvaluationResult final)
    {
        double guessing = Entropy(parts.Train.Labels, parts.Trained, parts.Weights);
        double mostFrequent = LargestShare(parts.Test.Labels);
        if (last.TrainLoss < FittedLoss * guessing && mostFrequent < 1 && final.Accuracy - mostFrequent < LearntSkill * (1 - mostFrequent))
        {
            yield return Notice(
                DiagnosticRules.FitsButDoesNotGeneralize, Text(last.TrainLoss), Text(guessing), Percent(final.Accuracy), Percent(mostFrequent), Remedy());
        }

        if (last.TrainLoss > UnmovedLoss * guessing)
        {
            yield return Notice(DiagnosticRules.LossDoesNotMove, last.Epoch == 1 ? "1 epoch" : $"{last.Epoch} epochs", Text(last.TrainLoss), Text(guessing));
        }
    }

    private string Remedy() => _model.Layers.Any(layer => layer.Routing == Routing.ExpertChoice)
        ? "where the experts may miss the patches that matter, raise 'patchesPerExpert' or 'experts', use the gate 'softmaxAll', or train several seeds and keep the best (--seeds 5)"
        : "use fewer neurons, stop early (--patience 10), or train several seeds and keep the best (--seeds 5)";

    private IEnumerable<SpecDiagnostic> OfExperts()
    {
        bool collapsed = false;
        if (meter is not null && _model.Layers[0].Experts > 1)
        {
            (ExpertUse use, ExpertOverlap overlap) = meter.Measure(parts.Unseen, model.Parameters);
            EquatableArray<double> shares = _model.Layers[0].Routing == Routing.Sample || use.Gate.Count == 0 ? use.Patches : use.Gate;
            int busiest = shares.ToList().IndexOf(shares.Max());
            if (shares[busiest] >= WholeShare)
            {
                collapsed = true;
                yield return Notice(
                    DiagnosticRules.OneExpertAlone,
                    busiest,
                    Percent(shares[busiest]),
                    _model.Layers[0].Routing == Routing.Sample ? "samples" : "sum of all gate values",
                    _model.Layers[0].Experts);
            }
            else if (SameChoices(overlap) is { Count: > 0 } pairs)
            {
                yield return Notice(
                    DiagnosticRules.ExpertsTakeTheSame,
                    string.Join(", ", pairs.Take(3).Select(pair => $"{pair.First} and {pair.Second}")) + (pairs.Count > 3 ? $" and {pairs.Count - 3} more pairs" : ""),
                    Percent(pairs.Min(pair => pair.Share)));
            }
        }

        foreach (int layer in collapsed ? [] : Enumerable.Range(0, _model.Layers.Count))
        {
            (IReadOnlyList<int> silent, int samples) = SilentExperts.Of(engine, parts.Unseen, layer);
            if (silent.Count > 0)
            {
                yield return Notice(DiagnosticRules.ExpertNeverUsed, Names(silent), layer, samples);
            }
        }
    }

    /// <summary>The pairs of experts of layer 0 that take nearly the same patches although there are others to take.</summary>
    private List<(int First, int Second, double Share)> SameChoices(ExpertOverlap overlap)
    {
        LayerShape shape = _model.LayerShapes()[0];
        var pairs = new List<(int, int, double)>();
        for (int s = 0; s < shape.Experts && _model.Layers[0].Routing == Routing.ExpertChoice && shape.PatchesPerExpert < shape.Patches; s++)
        {
            for (int other = s + 1; other < shape.Experts; other++)
            {
                if (overlap.Between(s, other) is >= SameShare and var share)
                {
                    pairs.Add((s, other, share));
                }
            }
        }

        return pairs;
    }

    /// <summary>The lowest loss of a network that answers every sample alike: −Σ_c p_c·log p_c of the classes' (weighted) shares; log C if they are equal.</summary>
    private static double Entropy(ReadOnlySpan<int> labels, int[] samples, ClassWeights? weights)
    {
        var counts = new Dictionary<int, double>();
        foreach (int sample in samples)
        {
            counts[labels[sample]] = counts.GetValueOrDefault(labels[sample]) + (weights?.Of(labels[sample]) ?? 1);
        }

        double total = counts.Values.Sum();
        return counts.Values.Sum(count => count / total * StrictMath.Log(total / count));
    }

    private static double LargestShare(ReadOnlySpan<int> labels) => (double)labels.ToArray().CountBy(label => label).Max(pair => pair.Value) / labels.Length;

    private static string Names(IReadOnlyList<int> experts) => experts.Count == 1
        ? $"expert {experts[0]}"
        : $"experts {string.Join(", ", experts.Take(experts.Count - 1))} and {experts[^1]}";

    private static string Text(double value) => FormattableString.Invariant($"{value:0.000}");

    private static string Percent(double share) => FormattableString.Invariant($"{share * 100:0.#} %");

    private static SpecDiagnostic Notice(DiagnosticRule rule, params object?[] arguments) => SpecDiagnostic.Of(rule, "", default, arguments);
}
