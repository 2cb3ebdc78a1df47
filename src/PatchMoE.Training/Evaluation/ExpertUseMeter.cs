using PatchMoE.Kernels;
using PatchMoE.Training.Data;

namespace PatchMoE.Training.Evaluation;

/// <summary>
/// Measures the use of layer 0's experts on the first samples of a data set: one pass for the routes, and the gate values from the router's weights.
/// </summary>
/// <param name="engine">Computes the routes with its own weights; the caller owns and disposes it.</param>
internal sealed class ExpertUseMeter(INetworkEngine engine)
{
    /// <summary>The most samples that are measured: shares of so many are exact enough, and cost little beside an epoch.</summary>
    public const int MaximumSamples = 128;

    private const int Decimals = 6;

    private readonly ModelSpec _model = engine.Spec.Model;
    private readonly LayerShape _shape = engine.Spec.Model.LayerShapes()[0];
    private readonly GateValues? _gates = engine.Spec.Model.Backbone is null ? new GateValues(engine.Spec.Model) : null;
    private readonly RouteLayout _layout = RouteLayout.Of(engine.Spec.Model);
    private int[] _routes = [];
    private float[] _inputs = [];

    private bool IsSample => _model.Layers[0].Routing == Routing.Sample;

    /// <summary>A meter for a network; null if its layer 0 does not route.</summary>
    public static ExpertUseMeter? For(INetworkEngine engine) => engine.Spec.Model.RouteShape().Count == 0 ? null : new ExpertUseMeter(engine);

    /// <summary>Measures.</summary>
    /// <param name="data">The samples, checked against the model.</param>
    /// <param name="parameters">The engine's weights.</param>
    /// <returns>The use, and which patches experts take together.</returns>
    public (ExpertUse Use, ExpertOverlap Overlap) Measure(Dataset data, ReadOnlySpan<float> parameters)
    {
        int samples = Math.Min(data.Count, MaximumSamples);
        int instances = samples * _shape.Instances;
        if (_routes.Length < instances * _layout.Length)
        {
            _routes = new int[instances * _layout.Length];
        }

        Span<int> routes = _routes.AsSpan(0, instances * _layout.Length);
        ReadOnlySpan<int> lengths = data.LengthsOf(0, samples);
        ReadOnlySpan<float> inputs = data.InputsOf(0, samples, ref _inputs);
        engine.Route(inputs, routes, lengths);
        var counts = new Counts(_model);
        int instanceLength = data.InputLength / _shape.Instances;
        for (int i = 0; i < instances; i++)
        {
            int valid = lengths.IsEmpty ? _shape.Patches : lengths[i];
            ReadOnlySpan<int> taken = routes.Slice(i * _layout.Length, _layout.Length);
            _gates?.AddTo(counts.Gate, parameters, inputs.Slice(i * instanceLength, instanceLength), valid, taken);
            counts.Overlap.Add(taken);
            counts.Valid += valid;
        }

        return (counts.Use(_gates is not null, IsSample, _model.Layers[0].Choice), counts.Overlap);
    }

    private sealed class Counts(ModelSpec model)
    {
        public double[] Gate { get; } = new double[model.Layers[0].Experts];

        public ExpertOverlap Overlap { get; } = new(model);

        public long Valid { get; set; }

        public ExpertUse Use(bool hasGates, bool isSample, TokenChoiceSpec? choice)
        {
            double[] patches = Shares([.. Overlap.Taken.Select(count => (double)count)]);
            double[] gate = hasGates ? Shares(Gate) : [];
            double entropy = patches.Length == 1 ? 1 : (hasGates ? gate : patches).Sum(share => share > 0 ? share * StrictMath.Log(1 / share) : 0) / StrictMath.Log(patches.Length);
            double covered = isSample ? 1 : Valid == 0 ? 0 : (double)Overlap.Covered / Valid;
            double? dropped = choice is null ? null : Valid == 0 ? 0 : Math.Round(1 - ((double)Overlap.Taken.Sum() / (Valid * choice.ExpertsPerPatch)), Decimals);
            return new ExpertUse(Rounded(patches), Rounded(gate), Math.Round(entropy, Decimals), Math.Round(covered, Decimals)) { Dropped = dropped };
        }

        private static double[] Shares(double[] values) => values.Sum() is > 0 and var sum ? [.. values.Select(value => value / sum)] : values;

        private static EquatableArray<double> Rounded(double[] shares) => shares.Select(share => Math.Round(share, Decimals)).ToEquatableArray();
    }
}
