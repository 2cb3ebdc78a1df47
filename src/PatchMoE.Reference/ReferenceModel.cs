namespace PatchMoE.Reference;

/// <summary>
/// The generic reference: reads a spec at run time and computes it with plain loops in double precision, forward and backward, from the formulas of
/// Chowdhury et al. 2023 and their derivatives. It is slow and never optimised: everything fast is checked against it.
/// </summary>
/// <param name="spec">A valid model.</param>
public sealed class ReferenceModel(ModelSpec spec)
{
    private readonly Network _network = new(spec);
    private readonly Batch _batch = new(spec);

    /// <summary>The model.</summary>
    public ModelSpec Spec { get; } = spec;

    /// <summary>Computes logits and routes and, with labels, the loss and its gradients: the mean over the batch, and the auxiliary losses of token choice.</summary>
    /// <param name="weights">Each weight by name, row-major.</param>
    /// <param name="input">[B, …] as described by <see cref="ModelShapes.InputShape"/>; its length determines B ≥ 1.</param>
    /// <param name="labels">[B]; −1 or +1 for the logistic loss, 0…C−1 for softmax cross entropy; or null.</param>
    /// <param name="lengths">Valid patches, 0…n: [B], or [B, groups] with groups; null if all are valid. A patch beyond the count has no influence.</param>
    /// <param name="sampleWeights">[B], how much each sample counts in the loss; null if all count the same.</param>
    /// <exception cref="ArgumentException">A weight is missing, a length does not fit, or a label or count is out of range.</exception>
    public ReferenceResult Run(
        IReadOnlyDictionary<string, double[]> weights, double[] input, int[]? labels = null, int[]? lengths = null, double[]? sampleWeights = null)
    {
        int samples = _batch.Samples(input);
        _batch.RequireLabels(labels, samples);
        SamplePass[] passes = Forward(weights, input, lengths);

        var routes = new RouteTable(Spec.Layers[0]);
        foreach (SamplePass pass in passes)
        {
            routes.Add(pass);
        }

        var auxiliary = new AuxiliaryLosses(Spec, passes);
        (double? loss, IReadOnlyDictionary<string, double[]> gradients) = (null, new Dictionary<string, double[]>());
        if (labels is not null)
        {
            // L = Σ_b c_b·L_b / Σ_b c_b, where c_b is 1 unless samples have weights; they do not touch the auxiliary losses.
            double[] counts = sampleWeights ?? [.. Enumerable.Repeat(1.0, samples)];
            double total = counts.Sum();
            (double Loss, double[] Gradient)[] losses = [.. passes.Select((pass, b) => Losses.Of(Spec.Loss, pass.Logits, labels[b]))];
            loss = (losses.Select((sample, b) => counts[b] * sample.Loss).Sum() / total) + auxiliary.Total;
            double[] logitsGradient = [.. losses.SelectMany((sample, b) => sample.Gradient.Select(g => counts[b] * g / total))];
            gradients = Backward(weights, input, passes, logitsGradient, auxiliary);
        }

        double[] logits = [.. passes.SelectMany(pass => pass.Logits)];
        return new ReferenceResult(logits, loss, gradients, routes.Routes, routes.Scores, routes.Gates)
        {
            AuxiliaryLoss = auxiliary.Total,
            SmallestScoreGap = ScoreGaps.Smallest(Spec, passes),
        };
    }

    /// <summary>The gradients for a given gradient with respect to the logits, for a custom loss; summed over the batch, without auxiliary losses.</summary>
    /// <param name="weights">Each weight by name, row-major.</param>
    /// <param name="input">[B, …].</param>
    /// <param name="logitsGradient">[B, C].</param>
    /// <param name="lengths">As in <see cref="Run"/>.</param>
    /// <returns>As <see cref="ReferenceResult.Gradients"/>.</returns>
    /// <exception cref="ArgumentException">A weight is missing, a length does not fit, or a count is out of range.</exception>
    public IReadOnlyDictionary<string, double[]> Backward(
        IReadOnlyDictionary<string, double[]> weights, double[] input, double[] logitsGradient, int[]? lengths = null)
    {
        _batch.RequireLogitsGradient(logitsGradient, _batch.Samples(input));
        return Backward(weights, input, Forward(weights, input, lengths), logitsGradient, auxiliary: null);
    }

    /// <summary>Copies a parameter buffer into the named arrays that <see cref="Run"/> takes.</summary>
    /// <param name="parameters">The buffer of <see cref="ModelParameters"/>.</param>
    /// <exception cref="ArgumentException">The buffer's length is not the model's.</exception>
    public IReadOnlyDictionary<string, double[]> NamedWeights(ReadOnlySpan<float> parameters)
    {
        EquatableArray<ParameterSpec> specs = Spec.Parameters();
        int needed = ModelParameters.BufferLength(specs);
        if (parameters.Length != needed)
        {
            throw new ArgumentException($"The buffer has {parameters.Length} values, but the model's parameters take {needed}.", nameof(parameters));
        }

        var weights = new Dictionary<string, double[]>();
        foreach (ParameterSpec parameter in specs)
        {
            weights[parameter.Name] = [.. parameters.Slice(parameter.Offset, parameter.Length).ToArray().Select(value => (double)value)];
        }

        return weights;
    }

    /// <summary>The forward pass of each sample.</summary>
    internal SamplePass[] Forward(IReadOnlyDictionary<string, double[]> weights, double[] input, int[]? lengths)
    {
        int samples = _batch.Samples(input);
        int[][] valid = _batch.Valid(lengths, samples);
        NetworkWeights shaped = NetworkWeights.FromNamed(Spec, weights);
        return [.. Enumerable.Range(0, samples).Select(b => _network.Forward(shaped, PatchGrid.Cut(Spec, input, b * Spec.InputLength()), valid[b]))];
    }

    private Dictionary<string, double[]> Backward(
        IReadOnlyDictionary<string, double[]> weights, double[] input, SamplePass[] passes, double[] logitsGradient, AuxiliaryLosses? auxiliary)
    {
        NetworkWeights shaped = NetworkWeights.FromNamed(Spec, weights);
        NetworkWeights sums = shaped.ZerosLike();
        var inputGradient = new double[input.Length];
        int outputs = Spec.Head.Outputs;
        for (int b = 0; b < passes.Length; b++)
        {
            double[] sampleGradient = logitsGradient[(b * outputs)..((b + 1) * outputs)];
            int sample = b;
            double[][,] xGradient = _network.Backward(shaped, passes[b], sampleGradient, layer => auxiliary?.ScoreGradient(layer, sample), sums);
            PatchGrid.Add(Spec, xGradient, inputGradient, b * Spec.InputLength());
        }

        Dictionary<string, double[]> gradients = Spec.NetworkParameters()
            .Where(parameter => parameter.HasGradient)
            .ToDictionary(parameter => parameter.Name, sums.Flat);
        gradients["input"] = inputGradient;
        return gradients;
    }
}
