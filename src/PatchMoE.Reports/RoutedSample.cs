using PatchMoE.Training.Data;
using PatchMoE.Training.Evaluation;

namespace PatchMoE.Reports;

/// <summary>One sample with the routes it took in layer 0.</summary>
/// <param name="Input">Its values as they were before they were normalised.</param>
/// <param name="Label">Its label; null if it is unknown.</param>
/// <param name="Prediction">What the model predicts.</param>
/// <param name="Routes">[T, k, l], best first, −1 for none; for token choice [T, n, t], the experts; for sample routing [T, 1, 1], the expert.</param>
/// <param name="Gates">The gate value of each route.</param>
/// <param name="DiscriminativePatch">The patch that decides the class; −1 if it is unknown.</param>
public sealed record RoutedSample(float[] Input, int? Label, int Prediction, int[] Routes, float[] Gates, int DiscriminativePatch)
{
    /// <summary>What it is called, for example its file; null if it has no name.</summary>
    public string? Name { get; init; }

    /// <summary>Routes samples through a model.</summary>
    /// <param name="model">The model; its layer 0 must route.</param>
    /// <param name="workspace">A workspace of the model.</param>
    /// <param name="data">The data.</param>
    /// <param name="samples">The indices of its samples.</param>
    /// <exception cref="BadInputException">The model's routing is dense: there is nothing to draw.</exception>
    public static IReadOnlyList<RoutedSample> Of(IPatchMoEModel model, Workspace workspace, Dataset data, IEnumerable<int> samples)
    {
        if (model.Spec.Model.Layers[0].Routing == Routing.Dense)
        {
            throw new BadInputException("model.layers[0].routing: dense has no routes, since every expert sees every patch. Give a model that routes.");
        }

        return [.. samples.Select(sample => Of(model, workspace, data, sample, isRouted: true))];
    }

    /// <summary>Samples with the model's predictions and no routes, for layers above one that does not route.</summary>
    internal static IReadOnlyList<RoutedSample> Predicted(IPatchMoEModel model, Workspace workspace, Dataset data, IEnumerable<int> samples) =>
        [.. samples.Select(sample => Of(model, workspace, data, sample, isRouted: false))];

    private static RoutedSample Of(IPatchMoEModel model, Workspace workspace, Dataset data, int sample, bool isRouted)
    {
        int length = isRouted ? model.RouteShape.Aggregate(1, (product, size) => product * size) : 0;
        var logits = new float[model.Outputs];
        var routes = new int[length];
        var gates = new float[length];
        var input = new float[data.InputLength];
        data.CopyInputs(sample, 1, input);
        model.Forward(input, logits, workspace, data.LengthsOf(sample, 1));
        if (isRouted)
        {
            model.Route(input, routes, [], gates, workspace, data.LengthsOf(sample, 1));
        }

        model.Metadata.Normalization?.Undo(input);
        int patch = data.DiscriminativePatches.IsEmpty ? -1 : data.DiscriminativePatches[sample];
        return new RoutedSample(input, data.Labels[sample], Losses.Predict(model.Spec.Model.Loss, logits), routes, gates, patch)
        {
            Name = data.Names.Count == 0 ? null : data.Names[sample],
        };
    }
}
