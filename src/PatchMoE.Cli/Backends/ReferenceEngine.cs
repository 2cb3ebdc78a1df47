using PatchMoE.Reference;
using PatchMoE.Training.Engines;

namespace PatchMoE.Cli.Backends;

/// <summary>The generic reference, in double precision on one thread.</summary>
internal sealed class ReferenceEngine(PatchMoESpec spec) : HostEngine(spec)
{
    private readonly ReferenceModel _model = new(spec.Model);
    private readonly float[] _parameters = new float[ModelParameters.BufferLength(spec.Model.Parameters())];

    public override string Device => "reference in double precision, 1 thread";

    private protected override Span<float> Parameters => _parameters;

    public override void Forward(ReadOnlySpan<float> input, Span<float> logits, ReadOnlySpan<int> lengths = default) =>
        Singles(Run(input, labels: null, lengths).Logits, logits);

    public override double LossAndGradients(
        ReadOnlySpan<float> input,
        ReadOnlySpan<int> labels,
        Span<float> logits,
        Span<float> gradients,
        Span<float> inputGradient = default,
        ReadOnlySpan<int> lengths = default) => LossAndGradients(input, labels, default, logits, gradients, inputGradient, lengths);

    private protected override double LossAndGradients(Span<float> gradients, Span<float> inputGradient) =>
        LossAndGradients(Batch.Inputs, Batch.Labels, Batch.Weights, BatchLogits, gradients, inputGradient, Batch.Lengths);

    private double LossAndGradients(
        ReadOnlySpan<float> input,
        ReadOnlySpan<int> labels,
        ReadOnlySpan<float> weights,
        Span<float> logits,
        Span<float> gradients,
        Span<float> inputGradient,
        ReadOnlySpan<int> lengths)
    {
        ReferenceResult result = Run(input, labels.ToArray(), lengths, weights);
        Singles(result.Logits, logits);
        gradients.Clear();
        foreach (ParameterSpec parameter in Spec.Model.NetworkParameters().Where(parameter => parameter.HasGradient))
        {
            Singles(result.Gradients[parameter.Name], gradients.Slice(parameter.Offset, parameter.Length));
        }

        if (!inputGradient.IsEmpty)
        {
            Singles(result.Gradients["input"], inputGradient);
        }

        return result.Loss!.Value;
    }

    public override void Route(ReadOnlySpan<float> input, Span<int> routes, ReadOnlySpan<int> lengths = default) =>
        Run(input, labels: null, lengths).Routes.CopyTo(routes);

    private ReferenceResult Run(ReadOnlySpan<float> input, int[]? labels, ReadOnlySpan<int> lengths, ReadOnlySpan<float> weights = default) => _model.Run(
        _model.NamedWeights(_parameters),
        Doubles(input),
        labels,
        lengths.IsEmpty ? null : lengths.ToArray(),
        weights.IsEmpty ? null : Doubles(weights));

    private static double[] Doubles(ReadOnlySpan<float> values) => Array.ConvertAll(values.ToArray(), value => (double)value);

    private static void Singles(double[] values, Span<float> singles)
    {
        for (int i = 0; i < values.Length; i++)
        {
            singles[i] = (float)values[i];
        }
    }
}
