using PatchMoE.Kernels;
using PatchMoE.Training.Data;
using PatchMoE.Training.Evaluation;
using PatchMoE.Training.Optimizers;
using PatchMoE.Training.Runs;

namespace PatchMoE.Training;

/// <summary>
/// The routers learn alone, by mini-batch SGD on the linear loss −(1/N) Σ y·⟨w₁ − w₂, Σ_j x_j⟩ (Chowdhury et al., ICML 2023). Its gradient is
/// −mean(y·Σ_j x_j) for w₁ (expert 0) and the negative of that for w₂ (expert 1), whatever the weights, so neither the model nor a schedule is needed. y is +1 for
/// a label &gt; 0, else −1.
/// </summary>
internal sealed class RouterStage : TrainingStage
{
    private readonly INetworkWeights _model;
    private readonly INetworkEngine _engine;
    private readonly float[] _gradients;
    private readonly double _learningRate;
    private readonly Dataset _train;
    private readonly Dataset _test;
    private readonly Evaluator _evaluator;
    private readonly ParameterSpec _router;
    private readonly int _dimension;
    private readonly float[] _trainSums;
    private readonly float[] _testMean;

    public RouterStage(INetworkWeights model, INetworkEngine engine, TrainingSpec training, Dataset train, Dataset test, Evaluator evaluator)
        : base(
            TrainingPhase.Routers,
            training.RouterEpochs,
            new Sgd(training.Optimizer with { WeightDecay = 0 }, model.ParameterSpecs.Where(parameter => parameter.Role == ParameterRole.Router)))
    {
        ModelSpec spec = model.Spec.Model;
        (_model, _engine) = (model, engine);
        _gradients = new float[model.Parameters.Length];
        _learningRate = training.Optimizer.LearningRate;
        (_train, _test, _evaluator) = (train, test, evaluator);
        _router = model.ParameterSpecs.Single(parameter => parameter.Role == ParameterRole.Router);
        _dimension = spec.LayerShapes()[0].Dimension;
        _trainSums = PatchSums.Of(train, spec);
        _testMean = new float[_dimension];
        MeanOfSignedSums(PatchSums.Of(test, spec), test.Labels, Enumerable.Range(0, test.Count).ToArray(), _testMean);
    }

    /// <summary>Checks that the linear loss is defined for the network.</summary>
    /// <exception cref="BadInputException">It is not.</exception>
    public static void CheckModel(ModelSpec model)
    {
        if (TrainingRules.Separate(model).FirstOrDefault() is { } diagnostic)
        {
            throw new BadInputException(diagnostic.Message);
        }
    }

    public override double LearningRate(int epoch, int batch, int batches) => _learningRate;

    public override void Begin()
    {
        // The routers are trained in the model's own buffer.
    }

    public override double Step(ReadOnlySpan<int> samples, ReadOnlySpan<int> next, double learningRate)
    {
        double loss = LossAndGradients(samples, _gradients);
        if (double.IsFinite(loss) && FiniteCheck.FirstNotFinite(_gradients) < 0)
        {
            Optimizer.Step(_model.Parameters, _gradients, learningRate);
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
    /// <param name="gradients">As long as the parameter buffer, overwritten.</param>
    public double LossAndGradients(ReadOnlySpan<int> samples, Span<float> gradients)
    {
        gradients.Clear();
        Span<float> first = gradients.Slice(_router.Offset, _dimension);
        Span<float> second = gradients.Slice(_router.Offset + _dimension, _dimension);
        MeanOfSignedSums(_trainSums, _train.Labels, samples, second);
        for (int i = 0; i < _dimension; i++)
        {
            first[i] = -second[i];
        }

        return LinearLoss(second);
    }

    public override (double Loss, double? Accuracy, double? RouterHitRate) Test(CancellationToken cancellation)
    {
        _engine.SetParameters(_model.Parameters);
        return (LinearLoss(_testMean), null, _evaluator.HitRate(_test, cancellation));
    }

    /// <summary>mean(y·Σ_j x_j), [d].</summary>
    private void MeanOfSignedSums(ReadOnlySpan<float> sums, ReadOnlySpan<int> labels, ReadOnlySpan<int> samples, Span<float> mean)
    {
        mean.Clear();
        foreach (int sample in samples)
        {
            ReadOnlySpan<float> sum = sums.Slice(sample * _dimension, _dimension);
            float share = (labels[sample] > 0 ? 1f : -1f) / samples.Length;
            for (int i = 0; i < mean.Length; i++)
            {
                mean[i] += share * sum[i];
            }
        }
    }

    /// <summary>−⟨w₁ − w₂, mean⟩.</summary>
    private double LinearLoss(ReadOnlySpan<float> mean)
    {
        ReadOnlySpan<float> weights = _model.Parameters.Slice(_router.Offset, 2 * _dimension);
        double loss = 0;
        for (int i = 0; i < mean.Length; i++)
        {
            loss -= ((double)weights[i] - weights[_dimension + i]) * mean[i];
        }

        return loss;
    }
}
