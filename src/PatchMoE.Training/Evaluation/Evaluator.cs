using PatchMoE.Training.Data;
using PatchMoE.Training.Engines;

namespace PatchMoE.Training.Evaluation;

/// <summary>How well a model does on a data set.</summary>
/// <param name="Loss">The mean loss.</param>
/// <param name="Accuracy">The share of samples whose class is predicted correctly, 0…1 (see <see cref="Losses.Predict"/>).</param>
/// <param name="RouterHitRate">
/// Among the samples whose discriminative patch is known, the share for which it, or one of several, is among the patches of its expert, 0…1 (see
/// <see cref="RouterHits"/>); null if none is known or layer 0 does not choose patches.
/// </param>
public sealed record EvaluationResult(double Loss, double Accuracy, double? RouterHitRate);

/// <summary>Evaluates a model on data in batches, without gradients. Allocates its buffers once.</summary>
/// <param name="engine">Computes the passes with its own weights; the caller owns and disposes it.</param>
/// <param name="batch">Samples per pass, ≥ 1.</param>
public sealed class Evaluator(INetworkEngine engine, int batch = 256)
{
    private readonly ModelSpec _model = engine.Spec.Model;
    private readonly float[] _logits = new float[batch * engine.Spec.Model.Head.Outputs];
    private readonly int[] _routes = RouterHits.AreDefinedFor(engine.Spec.Model) ? new int[batch * RouteLength(engine.Spec.Model)] : [];
    private float[] _inputs = [];

    /// <summary>Evaluates the model.</summary>
    /// <param name="data">The samples; labels and shape must fit the model (see <see cref="DatasetRules.Check"/>).</param>
    /// <param name="cancellation">Stops the evaluation between two passes.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public EvaluationResult Evaluate(Dataset data, CancellationToken cancellation = default) => Evaluate(data, weights: null, cancellation);

    /// <summary>Evaluates the model with a weighted mean as the loss.</summary>
    /// <param name="data">As in the other overload.</param>
    /// <param name="weights">How much each class counts in the loss; null if all count the same.</param>
    /// <param name="cancellation">Stops the evaluation between two passes.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    internal EvaluationResult Evaluate(Dataset data, ClassWeights? weights, CancellationToken cancellation)
    {
        Loss kind = _model.Loss;
        (double loss, double total) = (0, 0);
        int right = 0;

        // One pass gives the routes, too, where the engine can.
        bool reports = WantsHits(data) && engine.ReportsRoutes();
        (int hits, int known) = (0, 0);
        for (int start = 0; start < data.Count; start += batch)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(batch, data.Count - start);
            Span<float> logits = _logits.AsSpan(0, count * _model.Head.Outputs);
            Span<int> routes = reports ? _routes.AsSpan(0, count * RouteLength(_model)) : [];
            engine.ForwardOf(data, start, logits, routes, ref _inputs);
            if (reports)
            {
                CountHits(data, start, routes, ref hits, ref known);
            }

            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<float> sample = logits.Slice(i * _model.Head.Outputs, _model.Head.Outputs);
                int label = data.Labels[start + i];
                double weight = weights?.Of(label) ?? 1;
                loss += weight * Losses.Of(kind, sample, label);
                total += weight;
                right += Losses.Predict(kind, sample) == label ? 1 : 0;
            }
        }

        double? hitRate = reports ? Rate(hits, known) : HitRate(data, cancellation);
        return new EvaluationResult(loss / total, (double)right / data.Count, hitRate);
    }

    /// <summary>The router hit rate alone (see <see cref="EvaluationResult"/>).</summary>
    /// <param name="data">The samples.</param>
    /// <param name="cancellation">Stops the measurement between two passes.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public double? HitRate(Dataset data, CancellationToken cancellation = default)
    {
        if (!WantsHits(data))
        {
            return null;
        }

        int length = RouteLength(_model);
        (int hits, int known) = (0, 0);
        for (int start = 0; start < data.Count; start += batch)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(batch, data.Count - start);
            Span<int> routes = _routes.AsSpan(0, count * length);
            engine.Route(data.InputsOf(start, count, ref _inputs), routes, data.LengthsOf(start, count));
            CountHits(data, start, routes, ref hits, ref known);
        }

        return Rate(hits, known);
    }

    private static double? Rate(int hits, int known) => known == 0 ? null : (double)hits / known;

    private bool WantsHits(Dataset data) => _routes.Length > 0 && !data.DiscriminativePatches.IsEmpty;

    /// <summary>Counts the samples from <paramref name="start"/> on whose discriminative patch is known, and the hits among them.</summary>
    private void CountHits(Dataset data, int start, ReadOnlySpan<int> routes, ref int hits, ref int known)
    {
        int length = RouteLength(_model);
        for (int i = 0; i < routes.Length / length; i++)
        {
            int sample = start + i;
            if (data.DiscriminativePatches[sample] >= 0)
            {
                known++;
                hits += IsHit(routes.Slice(i * length, length), data, sample) ? 1 : 0;
            }
        }
    }

    /// <summary>Whether any discriminative patch of a sample is a hit.</summary>
    private bool IsHit(ReadOnlySpan<int> routes, Dataset data, int sample)
    {
        foreach (int patch in data.DiscriminativePatchesOf(sample))
        {
            if (RouterHits.IsHit(routes, _model.Layers[0].Experts, data.Labels[sample], patch))
            {
                return true;
            }
        }

        return false;
    }

    private static int RouteLength(ModelSpec model) => model.RouteShape().Aggregate(1, (product, size) => product * size);
}
