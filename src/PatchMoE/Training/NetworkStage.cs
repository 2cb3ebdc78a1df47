namespace PatchMoE;

/// <summary>The network learns on its own loss: all tensors with a gradient, or all but the routers.</summary>
internal sealed class NetworkStage : TrainingStage
{
    private readonly IPatchMoEModel _model;
    private readonly TrainingSpec _training;
    private readonly Dataset _train;
    private readonly Dataset _test;
    private readonly Workspace _workspace;
    private readonly Evaluator _evaluator;
    private readonly float[] _inputs;
    private readonly int[] _labels;
    private readonly int[] _lengths;
    private readonly float[] _logits;

    public NetworkStage(
        TrainingPhase phase, IPatchMoEModel model, TrainingSpec training, Dataset train, Dataset test, Workspace workspace, Evaluator evaluator)
        : base(phase, training.Epochs, Optimizer.Create(training.Optimizer, Trained(model, phase), model.Parameters.Length))
    {
        (_model, _training, _train, _test, _workspace, _evaluator) = (model, training, train, test, workspace, evaluator);
        _inputs = SampleArray.Allocate(training.Batch, train.InputLength, "training.batch");
        _labels = new int[training.Batch];
        _lengths = new int[training.Batch * train.LengthsPerSample];
        _logits = new float[training.Batch * model.Outputs];
    }

    public override double LearningRate(int epoch, int batch, int batches) =>
        LearningRateSchedule.At(_training.Schedule, _training.Optimizer.LearningRate, Epochs, epoch, batch, batches);

    public override double LossAndGradients(ReadOnlySpan<int> samples, Span<float> gradients)
    {
        int length = _train.InputLength;
        int lengths = _train.LengthsPerSample;
        for (int i = 0; i < samples.Length; i++)
        {
            _train.InputsOf(samples[i], 1).CopyTo(_inputs.AsSpan(i * length));
            _train.LengthsOf(samples[i], 1).CopyTo(_lengths.AsSpan(i * lengths));
            _labels[i] = _train.Labels[samples[i]];
        }

        return _model.LossAndGradients(
            _inputs.AsSpan(0, samples.Length * length),
            _labels.AsSpan(0, samples.Length),
            _logits.AsSpan(0, samples.Length * _model.Outputs),
            gradients,
            _workspace,
            lengths: _lengths.AsSpan(0, samples.Length * lengths));
    }

    public override (double Loss, double? Accuracy, double? RouterHitRate) Test(CancellationToken cancellation)
    {
        EvaluationResult result = _evaluator.Evaluate(_test, cancellation);
        return (result.Loss, result.Accuracy, result.RouterHitRate);
    }

    private static IEnumerable<ParameterSpec> Trained(IPatchMoEModel model, TrainingPhase phase) => model.ParameterSpecs.Where(
        parameter => parameter.HasGradient && (phase == TrainingPhase.All || parameter.Role != ParameterRole.Router));
}
