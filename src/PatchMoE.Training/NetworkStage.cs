using PatchMoE.Training.Data;
using PatchMoE.Training.Engines;
using PatchMoE.Training.Evaluation;
using PatchMoE.Training.Optimizers;
using PatchMoE.Training.Runs;

namespace PatchMoE.Training;

/// <summary>The network learns from its own loss: all tensors with a gradient, or all but the routers.</summary>
internal sealed class NetworkStage(
    TrainingPhase phase, INetworkWeights model, ITrainingEngine engine, TrainingSpec training, TrainingParts parts, Evaluator evaluator)
    : TrainingStage(phase, training.Epochs, Optimizer.Create(training.Optimizer, Trained(model, phase), model.Parameters.Length))
{
    private readonly bool _hasTable = model.Spec.Model.EmbeddingTable() is not null;
    private TableUpdate? _table;
    private float[] _inputGradient = [];
    private Dataset? _epochData;

    public override double LearningRate(int epoch, int batch, int batches) =>
        LearningRateSchedule.At(training.Schedule, training.Optimizer.LearningRate, Epochs, epoch, batch, batches);

    public override void Begin()
    {
        engine.SetParameters(model.Parameters);
        engine.BeginTraining(Optimizer, parts.Weights);
    }

    public override void BeginEpoch(int epoch) => _epochData = parts.Train.AtEpoch(epoch);

    public override double Step(ReadOnlySpan<int> samples, ReadOnlySpan<int> next, double learningRate)
    {
        if (!_hasTable)
        {
            return engine.Step(_epochData!, samples, next, learningRate);
        }

        _table ??= new TableUpdate(model, Optimizer);
        int values = checked(samples.Length * model.Spec.Model.InputLength());
        if (_inputGradient.Length < values)
        {
            _inputGradient = new float[values];
        }

        // The values of the next batch depend on this update, so nothing of it can be prepared.
        Span<float> gradient = _inputGradient.AsSpan(0, values);
        double loss = engine.Step(_epochData!, samples, next: [], learningRate, gradient);
        if (double.IsFinite(loss))
        {
            _table.Apply(_epochData!, samples, gradient, learningRate);
        }

        return loss;
    }

    public override void GetGradients(Span<float> gradients) => engine.GetGradients(gradients);

    public override void Collect()
    {
        engine.GetParameters(model.Parameters);
        engine.Collect();
    }

    public override EvaluationResult? Validate(CancellationToken cancellation) =>
        parts.Validation is { } validation ? evaluator.Evaluate(validation, parts.Weights, cancellation) : null;

    public override (double Loss, double? Accuracy, double? RouterHitRate) Test(CancellationToken cancellation)
    {
        EvaluationResult result = evaluator.Evaluate(parts.Test, cancellation);
        return (result.Loss, result.Accuracy, result.RouterHitRate);
    }

    private static IEnumerable<ParameterSpec> Trained(INetworkWeights model, TrainingPhase phase) => model.ParameterSpecs.Where(
        parameter => parameter.HasGradient && parameter.Role != ParameterRole.Embedding && (phase == TrainingPhase.All || parameter.Role != ParameterRole.Router));
}
