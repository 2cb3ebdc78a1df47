using PatchMoE.Reference;
using PatchMoE.Reports;
using PatchMoE.Training.Data;

namespace PatchMoE.Cli.Inputs;

/// <summary>
/// What the experts of a stack's upper layers took, for pictures of a few samples. Compiled networks tell the routes of layer 0 only, so this is computed by the
/// reference, which is slow and exact; where two scores are equal up to rounding, the compiled network may choose otherwise.
/// </summary>
internal static class UpperLayers
{
    /// <summary>The choices of each layer above 0 whose experts choose or are chosen, and whose windows can be followed down to pixels; none if there is none.</summary>
    /// <param name="model">The model.</param>
    /// <param name="data">The data, as the model takes them.</param>
    /// <param name="samples">The indices of its samples.</param>
    public static IReadOnlyList<LayerChoices> Of(IPatchMoEModel model, Dataset data, IReadOnlyList<int> samples)
    {
        ModelSpec spec = model.Spec.Model;
        int[] layers = [.. Enumerable.Range(1, Math.Max(0, spec.Layers.Count - 1)).Where(layer => IsShown(spec, layer))];
        if (layers.Length == 0 || samples.Count == 0)
        {
            return [];
        }

        var reference = new ReferenceModel(spec);
        IReadOnlyDictionary<string, double[]> weights = reference.NamedWeights(model.Parameters);
        var input = new float[data.InputLength];
        SamplePass[] passes = [.. samples.Select(sample =>
        {
            data.CopyInputs(sample, 1, input);
            return reference.Forward(weights, Array.ConvertAll(input, value => (double)value), lengths: null).Single();
        })];
        return [.. layers.Select(layer => new LayerChoices(layer, [.. passes.Select(pass => Taken(pass.Layers[layer].Single().Assignment))]))];
    }

    private static bool IsShown(ModelSpec spec, int layer) =>
        spec.Layers[layer].Routing is Routing.ExpertChoice or Routing.TokenChoice && ReceptiveField.IsDefined(spec, layer);

    private static TakenWindow[] Taken(Assignment assignment) =>
        [.. assignment.Chosen.SelectMany((patches, expert) => patches.Select((patch, i) => new TakenWindow(expert, patch, assignment.Gates[expert][i])))];
}
