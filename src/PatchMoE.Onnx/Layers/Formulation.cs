namespace PatchMoE.Onnx.Layers;

/// <summary>What the router decided.</summary>
/// <param name="Scores">[k, N, n].</param>
/// <param name="Chosen">The chosen patches within each instance, int64 [k, N, l].</param>
/// <param name="Gates">Their gate values [k, N, l]; null if all are 1.</param>
internal sealed record Choice(string Scores, string Chosen, string? Gates);

/// <summary>A way to compute the gated sum of the chosen patches' activations.</summary>
internal interface IFormulation
{
    /// <summary>Σ_{j∈J_s} G_{j,s}·ReLU(⟨v_{s,r}, x_j⟩ + b_{s,r}), [N, m].</summary>
    /// <param name="rows">The patches, [N·n, d].</param>
    /// <param name="choice">The chosen ones.</param>
    string Sum(string rows, Choice choice);
}

/// <summary>The kinds of formulation.</summary>
internal enum FormulationKind
{
    /// <summary>Whichever is the fastest for a layer's sizes.</summary>
    Fastest,

    /// <summary><see cref="Layers.MaskedPatches"/>; with lengths, <see cref="AllExperts"/> instead.</summary>
    MaskedPatches,

    /// <summary><see cref="Layers.AllExperts"/>.</summary>
    AllExperts,

    /// <summary><see cref="Layers.ExpertByExpert"/>.</summary>
    ExpertByExpert,
}

/// <summary>Chooses the formulation that ONNX Runtime computes fastest; docs/onnx.md has the times.</summary>
internal static class Formulation
{
    // ONNX Runtime's products of matrices compute 16 neurons at a time, and copying a patch takes about as long as 16 more.
    private const long Tile = 16;
    private const long NeuronsOfACopy = 16;

    // From 256 KB per expert on, it pays that ONNX Runtime packs weights when it loads them, which it does for products of two matrices only.
    private const long PackedWeights = 1 << 16;

    /// <summary>For patches that are all valid.</summary>
    public static IFormulation Of(LayerScope scope)
    {
        bool masked = scope.Formulation == FormulationKind.Fastest ? MaskIsFaster(scope.Sizes) : scope.Formulation == FormulationKind.MaskedPatches;
        return masked ? new MaskedPatches(scope) : OfRows(scope);
    }

    /// <summary>Among those that read chosen patches only.</summary>
    public static IFormulation OfRows(LayerScope scope)
    {
        bool packed = scope.Formulation == FormulationKind.Fastest ? PackingIsFaster(scope.Sizes) : scope.Formulation == FormulationKind.ExpertByExpert;
        return packed ? new ExpertByExpert(scope) : new AllExperts(scope);
    }

    private static bool MaskIsFaster(LayerShape sizes) =>
        sizes.Patches * Whole(sizes.Outputs) <= (long)sizes.PatchesPerExpert * sizes.Experts * (Whole(sizes.Neurons) + NeuronsOfACopy);

    private static bool PackingIsFaster(LayerShape sizes) => sizes.Neurons * (long)sizes.Dimension >= PackedWeights;

    private static long Whole(long neurons) => (neurons + Tile - 1) / Tile * Tile;
}
