namespace PatchMoE.Tests;

/// <summary>
/// A stand-in for a compiled model: one layer, dense or expert choice without a gate, in plain loops. It allocates nothing in a pass.
/// </summary>
internal sealed class LoopModel : IPatchMoEModel
{
    private readonly LayerShape _shape;
    private readonly ParameterSpec? _router;
    private readonly ParameterSpec _experts;
    private readonly ParameterSpec _head;
    private readonly float[] _parameters;
    private readonly float[] _patches;
    private readonly float[] _scores;
    private readonly int[] _routes;
    private readonly float[] _outputs;
    private readonly float[] _logitsGradient;

    public ModelMetadata Metadata { get; set; } = ModelMetadata.None;

    public LoopModel(PatchMoESpec spec)
    {
        Spec = spec;
        _shape = spec.Model.LayerShapes()[0];
        if (spec.Model.Layers.Count != 1 || spec.Model.Layers[0] is { Gate: not Gate.None } or { Bias: true } or { Routing: Routing.Sample } || spec.Model.Head.Bias)
        {
            throw new NotSupportedException("One layer without gate and biases.");
        }

        ParameterSpecs = spec.Model.Parameters();
        _router = ParameterSpecs.FirstOrDefault(p => p.Role == ParameterRole.Router);
        _experts = ParameterSpecs.Single(p => p.Role == ParameterRole.Experts);
        _head = ParameterSpecs.Single(p => p.Role == ParameterRole.Head);
        _parameters = new float[ModelParameters.BufferLength(ParameterSpecs)];
        _patches = new float[_shape.Patches * _shape.Dimension];
        _scores = new float[_shape.Patches];
        _routes = new int[_shape.Experts * _shape.PatchesPerExpert];
        _outputs = new float[_shape.Outputs];
        _logitsGradient = new float[Outputs];
        RouteShape = _router is null ? [] : [1, _shape.Experts, _shape.PatchesPerExpert];
        WeightInitializer.Initialize(spec, 1, _parameters);
    }

    public PatchMoESpec Spec { get; }

    public int InputLength => Spec.Model.InputLength();

    public int Outputs => Spec.Model.Head.Outputs;

    public int FeatureLength => _shape.Outputs;

    public IReadOnlyList<ParameterSpec> ParameterSpecs { get; }

    public Span<float> Parameters => _parameters;

    public IReadOnlyList<int> RouteShape { get; }

    /// <summary>What <see cref="LossAndGradients"/> does after its own work; lets a test corrupt the gradients.</summary>
    public Action<float[]>? Spoil { get; set; }

    /// <summary>The loops do not need a workspace's scratch; its threads update the weights.</summary>
    public Workspace CreateWorkspace(int threads = 1) =>
        new(threads);

    public void Predict(ReadOnlySpan<float> input, Span<int> classes, Workspace workspace, ReadOnlySpan<int> lengths = default)
    {
        var logits = new float[classes.Length * Outputs];
        Forward(input, logits, workspace, lengths);
        for (int b = 0; b < classes.Length; b++)
        {
            classes[b] = Losses.Predict(Spec.Model.Loss, logits.AsSpan(b * Outputs, Outputs));
        }
    }

    public void Forward(ReadOnlySpan<float> input, Span<float> logits, Workspace workspace, ReadOnlySpan<int> lengths = default)
    {
        int inputLength = input.Length / (logits.Length / Outputs);
        for (int i = 0; i < logits.Length / Outputs; i++)
        {
            ForwardOne(input.Slice(i * inputLength, inputLength), logits.Slice(i * Outputs, Outputs));
        }
    }

    public double LossAndGradients(
        ReadOnlySpan<float> input, ReadOnlySpan<int> labels, Span<float> logits, Span<float> gradients, Workspace workspace, Span<float> inputGradient = default, ReadOnlySpan<int> lengths = default)
    {
        gradients.Clear();
        int inputLength = input.Length / labels.Length;
        double loss = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            Span<float> sample = logits.Slice(i * Outputs, Outputs);
            ForwardOne(input.Slice(i * inputLength, inputLength), sample);
            loss += Losses.Of(Spec.Model.Loss, sample, labels[i]) / labels.Length;
            LogitsGradient(sample, labels[i], 1f / labels.Length);
            BackwardOne(gradients);
        }

        if (Spoil is not null)
        {
            float[] copy = gradients.ToArray();
            Spoil(copy);
            copy.CopyTo(gradients);
        }

        return loss;
    }

    public double SgdStep(ReadOnlySpan<float> input, ReadOnlySpan<int> labels, Span<float> logits, double learningRate, double weightDecay, Workspace workspace, ReadOnlySpan<int> lengths = default) =>
        throw new NotSupportedException();

    public void Backward(ReadOnlySpan<float> input, ReadOnlySpan<float> logitsGradient, Span<float> gradients, Workspace workspace, Span<float> inputGradient = default, ReadOnlySpan<int> lengths = default) =>
        throw new NotSupportedException();

    public void Features(ReadOnlySpan<float> input, Span<float> features, Workspace workspace, ReadOnlySpan<int> lengths = default) =>
        throw new NotSupportedException();

    public void BackwardFeatures(ReadOnlySpan<float> input, ReadOnlySpan<float> featuresGradient, Span<float> gradients, Workspace workspace, Span<float> inputGradient = default, ReadOnlySpan<int> lengths = default) =>
        throw new NotSupportedException();

    public void Route(ReadOnlySpan<float> input, Span<int> routes, Span<float> scores, Span<float> gates, Workspace workspace, ReadOnlySpan<int> lengths = default)
    {
        int samples = routes.Length / _routes.Length;
        int inputLength = input.Length / samples;
        for (int i = 0; i < samples; i++)
        {
            LoadPatches(input.Slice(i * inputLength, inputLength));
            ChoosePatches();
            _routes.CopyTo(routes[(i * _routes.Length)..]);
        }
    }

    public void Dispose()
    {
    }

    private void ForwardOne(ReadOnlySpan<float> sample, Span<float> logits)
    {
        LoadPatches(sample);
        ChoosePatches();
        for (int unit = 0; unit < _shape.Outputs; unit++)
        {
            float sum = 0;
            for (int r = 0; r < _shape.PatchesPerExpert; r++)
            {
                sum += Math.Max(Activation(unit, r), 0);
            }

            _outputs[unit] = sum / _shape.PatchesPerExpert;
        }

        for (int c = 0; c < Outputs; c++)
        {
            logits[c] = Dot(_parameters.AsSpan(_head.Offset + (c * _shape.Outputs), _shape.Outputs), _outputs);
        }
    }

    private void BackwardOne(Span<float> gradients)
    {
        for (int unit = 0; unit < _shape.Outputs; unit++)
        {
            float outputGradient = 0;
            for (int c = 0; c < Outputs; c++)
            {
                int head = _head.Offset + (c * _shape.Outputs) + unit;
                outputGradient += _logitsGradient[c] * _parameters[head];
                gradients[head] += _head.HasGradient ? _logitsGradient[c] * _outputs[unit] : 0;
            }

            Span<float> weights = gradients.Slice(_experts.Offset + (unit * _shape.Dimension), _shape.Dimension);
            for (int r = 0; r < _shape.PatchesPerExpert; r++)
            {
                if (Activation(unit, r) > 0)
                {
                    ReadOnlySpan<float> patch = Patch(_routes[(unit / _shape.Neurons * _shape.PatchesPerExpert) + r]);
                    for (int i = 0; i < weights.Length; i++)
                    {
                        weights[i] += outputGradient / _shape.PatchesPerExpert * patch[i];
                    }
                }
            }
        }
    }

    private void LogitsGradient(ReadOnlySpan<float> logits, int label, float share)
    {
        if (Spec.Model.Loss == Loss.Logistic)
        {
            _logitsGradient[0] = (float)(-label / (1 + Math.Exp(label * (double)logits[0]))) * share;
            return;
        }

        for (int c = 0; c < Outputs; c++)
        {
            double probability = Math.Exp(-Losses.SoftmaxCrossEntropy(logits, c));
            _logitsGradient[c] = (float)(probability - (c == label ? 1 : 0)) * share;
        }
    }

    private float Activation(int unit, int route) =>
        Dot(_parameters.AsSpan(_experts.Offset + (unit * _shape.Dimension), _shape.Dimension), Patch(_routes[(unit / _shape.Neurons * _shape.PatchesPerExpert) + route]));

    private ReadOnlySpan<float> Patch(int index) => _patches.AsSpan(index * _shape.Dimension, _shape.Dimension);

    private void ChoosePatches()
    {
        for (int s = 0; s < _shape.Experts; s++)
        {
            Span<int> routes = _routes.AsSpan(s * _shape.PatchesPerExpert, _shape.PatchesPerExpert);
            if (_router is null)
            {
                for (int j = 0; j < routes.Length; j++)
                {
                    routes[j] = j;
                }

                continue;
            }

            for (int j = 0; j < _shape.Patches; j++)
            {
                _scores[j] = Dot(_parameters.AsSpan(_router.Offset + (s * _shape.Dimension), _shape.Dimension), Patch(j));
            }

            for (int r = 0; r < routes.Length; r++)
            {
                int best = -1;
                for (int j = 0; j < _shape.Patches; j++)
                {
                    if (!routes[..r].Contains(j) && (best < 0 || _scores[j] > _scores[best]))
                    {
                        best = j;
                    }
                }

                routes[r] = best;
            }
        }
    }

    private void LoadPatches(ReadOnlySpan<float> sample)
    {
        if (Spec.Model.Input is not ImageInputSpec image)
        {
            sample.CopyTo(_patches);
            return;
        }

        int target = 0;
        for (int j = 0; j < _shape.Patches; j++)
        {
            for (int row = 0; row < image.PatchHeight; row++)
            {
                for (int column = 0; column < image.PatchWidth; column++)
                {
                    for (int channel = 0; channel < image.Channels; channel++)
                    {
                        int y = (j / image.GridWidth * image.StrideHeight) + row;
                        int x = (j % image.GridWidth * image.StrideWidth) + column;
                        _patches[target++] = sample[(((y * image.Width) + x) * image.Channels) + channel];
                    }
                }
            }
        }
    }

    private static float Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        float sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            sum += x[i] * y[i];
        }

        return sum;
    }
}
