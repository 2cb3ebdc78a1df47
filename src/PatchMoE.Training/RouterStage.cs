using PatchMoE.Kernels;
using PatchMoE.Training.Data;
using PatchMoE.Training.Engines;
using PatchMoE.Training.Evaluation;
using PatchMoE.Training.Optimizers;
using PatchMoE.Training.Runs;

namespace PatchMoE.Training;

/// <summary>
/// The routers learn alone, by mini-batch SGD on the linear loss −(1/N) Σ y·⟨w₁ − w₂, Σ_j x_j⟩ (Chowdhury et al., ICML 2023). Its gradient is
/// −mean(y·Σ_j x_j) for w₁ (expert 0) and the negative of that for w₂ (expert 1), whatever the weights, so neither the model nor a schedule is needed. y is +1 for
/// a label &gt; 0, else −1.
/// </summary>
internal sealed class RouterStage(INetworkWeights model, INetworkEngine engine, TrainingSpec training, TrainingParts parts, Evaluator evaluator)
    : TrainingStage(
        TrainingPhase.Routers,
        training.RouterEpochs,
        new Sgd(training.Optimizer with { WeightDecay = 0 }, model.ParameterSpecs.Where(parameter => parameter.Role == ParameterRole.Router)))
{
    private readonly float[] _gradients = new float[model.Parameters.Length];
    private readonly ParameterSpec _router = model.ParameterSpecs.Single(parameter => parameter.Role == ParameterRole.Router);
    private readonly float[] _trainSums = PatchSums.Of(parts.Train, model.Spec.Model);
    private readonly float[] _testMean = TestMean(parts.Test, model.Spec.Model);

    private int Dimension => _testMean.Length;

    /// <summary>Checks that the linear loss is defined for the network.</summary>
    /// <exception cref="BadInputException">It is not.</exception>
    public static void CheckModel(ModelSpec model)
    {
        if (TrainingRules.Separate(model).FirstOrDefault() is { } diagnostic)
        {
            throw new BadInputException(diagnostic.Message);
        }
    }

    public override double LearningRate(int epoch, int batch, int batches) => training.Optimizer.LearningRate;

    public override void Begin()
    {
        // The routers are trained in the model's own buffer.
    }

    public override double Step(ReadOnlySpan<int> samples, ReadOnlySpan<int> next, double learningRate)
    {
        double loss = LossAndGradients(samples, _gradients);
        if (double.IsFinite(loss) && FiniteCheck.FirstNotFinite(_gradients.AsSpan(_router.Offset, 2 * Dimension)) < 0)
        {
            Optimizer.Step(model.Parameters, _gradients, learningRate);
            return loss;
        }

        return double.NaN;
    }

    public override void GetGradients(Span<float> gradients) => _gradients.CopyTo(gradients);

    public override void Collect()
    {
    }

    /// <summary>The linear loss of a batch and its gradients.</summary>
    /// <param name="samples">The batch.</param>
    /// <param name="gradients">As long as the parameter buffer; the routers' are overwritten.</param>
    public double LossAndGradients(ReadOnlySpan<int> samples, Span<float> gradients)
    {
        Span<float> first = gradients.Slice(_router.Offset, Dimension);
        Span<float> second = gradients.Slice(_router.Offset + Dimension, Dimension);
        MeanOfSignedSums(_trainSums, parts.Train.Labels, samples, parts.Weights, second);
        for (int i = 0; i < Dimension; i++)
        {
            first[i] = -second[i];
        }

        return LinearLoss(second);
    }

    public override (double Loss, double? Accuracy, double? RouterHitRate) Test(CancellationToken cancellation)
    {
        engine.SetParameters(model.Parameters);
        return (LinearLoss(_testMean), null, evaluator.HitRate(parts.Test, cancellation));
    }

    private static float[] TestMean(Dataset test, ModelSpec model)
    {
        var mean = new float[model.LayerShapes()[0].Dimension];
        MeanOfSignedSums(PatchSums.Of(test, model), test.Labels, [.. Enumerable.Range(0, test.Count)], weights: null, mean);
        return mean;
    }

    /// <summary>mean(y·Σ_j x_j), [d]; with class weights a weighted mean.</summary>
    private static void MeanOfSignedSums(ReadOnlySpan<float> sums, ReadOnlySpan<int> labels, ReadOnlySpan<int> samples, ClassWeights? weights, Span<float> mean)
    {
        mean.Clear();
        double total = samples.Length;
        if (weights is not null)
        {
            total = 0;
            foreach (int sample in samples)
            {
                total += weights.Of(labels[sample]);
            }
        }

        foreach (int sample in samples)
        {
            float share = (labels[sample] > 0 ? 1f : -1f) * (float)(weights?.Of(labels[sample]) ?? 1) / (float)total;
            FloatSums.AddScaled(sums.Slice(sample * mean.Length, mean.Length), share, mean);
        }
    }

    /// <summary>−⟨w₁ − w₂, mean⟩.</summary>
    private double LinearLoss(ReadOnlySpan<float> mean)
    {
        ReadOnlySpan<float> weights = model.Parameters.Slice(_router.Offset, 2 * Dimension);
        double loss = 0;
        for (int i = 0; i < mean.Length; i++)
        {
            loss -= ((double)weights[i] - weights[Dimension + i]) * mean[i];
        }

        return loss;
    }
}
