namespace PatchMoE.Reference;

/// <summary>The result of a pass over B samples. T groups per sample in layer 0 (1 without groups), k experts, l patches per expert.</summary>
/// <param name="Logits">[B, C].</param>
/// <param name="Loss">The mean loss and the auxiliary losses; null without labels.</param>
/// <param name="Gradients">
/// The gradient of the loss by weight name, for the weights that have one (<see cref="ParameterSpec.HasGradient"/>), and <c>input</c>; each row-major;
/// empty without labels.
/// </param>
/// <param name="Routes">
/// Of layer 0: [B·T, k, l] patches, best first, −1 where fewer are valid; for sample routing [B·T, 1, 1] experts; for token choice [B·T, n, t] experts,
/// best first, −1 where the pair was dropped or the patch is not valid; null for dense.
/// </param>
/// <param name="RouteScores">The router's score of each route, 0 for −1; null for dense.</param>
/// <param name="RouteGates">The gate value of each route, 0 for −1; null for dense.</param>
public sealed record ReferenceResult(
    double[] Logits,
    double? Loss,
    IReadOnlyDictionary<string, double[]> Gradients,
    int[]? Routes,
    double[]? RouteScores,
    double[]? RouteGates)
{
    /// <summary>The sum of the auxiliary losses of all layers, with or without labels; 0 if no layer has one.</summary>
    public double AuxiliaryLoss { get; init; }

    /// <summary>
    /// The smallest gap between two different scores whose order decided a choice, in any layer, relative to the largest absolute score there; infinity if nothing was
    /// chosen. Where it is near the rounding error of float, other arithmetic may choose differently.
    /// </summary>
    public double SmallestScoreGap { get; init; }
}
