namespace PatchMoE;

/// <summary>What a pMoE layer on a backbone's map outputs.</summary>
public enum LayerOutput
{
    /// <summary>Its feature vector y ∈ R^m, pooled over the patches taken; the head follows directly.</summary>
    Features,

    /// <summary>
    /// A sparse map [gridHeight, gridWidth, m]: G_{j,s}·ReLU(⟨v_{s,r}, x_j⟩ + b_{s,r}) where expert s took patch j, else 0; then batch norm, ReLU and the
    /// average over the grid (the paper's code).
    /// </summary>
    Map,
}

/// <summary>
/// A Wide ResNet (Zagoruyko and Komodakis, 2016) in front of the head: a 3×3 convolution to <see cref="Stem"/> channels, then one group of pre-activation
/// residual blocks per width, each group but the first halving height and width. With pMoE layers (<see cref="Output"/> not null) the last group is
/// just BN-ReLU-Conv3×3/2, and its map is the layer's input; without them BN, ReLU, the average over the map and the head follow.
/// </summary>
/// <param name="Height">The number of rows of the image, ≥ 1.</param>
/// <param name="Width">The number of columns of the image, ≥ 1.</param>
/// <param name="Channels">The number of channels of the image, ≥ 1.</param>
/// <param name="Widths">The number of channels of each group, for 2 to 6 groups.</param>
/// <param name="Blocks">The number of residual blocks in each group, ≥ 1.</param>
/// <param name="Stem">The number of channels of the first convolution, ≥ 1.</param>
/// <param name="Output">What the pMoE layer outputs; null if the model has none.</param>
public sealed record BackboneSpec(
    int Height, int Width, int Channels, EquatableArray<int> Widths, int Blocks, int Stem, LayerOutput? Output = null);
