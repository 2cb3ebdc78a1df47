namespace PatchMoE;

/// <summary>One pMoE layer: k experts of M neurons each.</summary>
/// <param name="Routing">Which expert sees which patches.</param>
/// <param name="Experts">k ≥ 1.</param>
/// <param name="NeuronsPerExpert">M ≥ 1.</param>
/// <param name="PatchesPerExpert">l, 1…n; 0 for every other routing than <see cref="Routing.ExpertChoice"/>.</param>
/// <param name="Gate">The gate; <see cref="Gate.None"/> for <see cref="Routing.Dense"/> and <see cref="Routing.Sample"/>.</param>
/// <param name="Pooling">The divisor; <see cref="Pooling.Selected"/> for a map, and for <see cref="Routing.Dense"/> and <see cref="Routing.Sample"/>.</param>
/// <param name="Bias">Whether each neuron has a trained bias.</param>
public sealed record LayerSpec(
    Routing Routing,
    int Experts,
    int NeuronsPerExpert,
    int PatchesPerExpert = 0,
    Gate Gate = Gate.None,
    Pooling Pooling = Pooling.Selected,
    bool Bias = false)
{
    /// <summary>How patches choose experts; null unless the routing is <see cref="Routing.TokenChoice"/>.</summary>
    public TokenChoiceSpec? Choice { get; init; }

    /// <summary>
    /// Whether the layer gives a map, z_j ∈ R^m with z_{j,(s,r)} = G_{j,s}·ReLU(⟨v_{s,r}, x_j⟩ + b_{s,r}) for each patch j and 0 where expert s did not take it, in place of the
    /// pooled y = (1/Z) Σ_j z_j.
    /// </summary>
    public bool Map { get; init; }

    /// <summary>How the layer cuts the map of the layer below into its patches; null if there is no map below.</summary>
    public WindowSpec? Window { get; init; }
}

/// <summary>Windows of a map: the patches of the layer above it. A window flattens in the order row, column, channel.</summary>
/// <param name="Height">Rows of a window, ≥ 1; for a sequence, which is a map of one column, its length.</param>
/// <param name="Width">Columns of a window, ≥ 1; 1 for a sequence.</param>
/// <param name="StrideHeight">The step between rows of windows, ≥ 1.</param>
/// <param name="StrideWidth">The step between columns of windows, ≥ 1; 1 for a sequence.</param>
/// <param name="Padding">What surrounds the map.</param>
public sealed record WindowSpec(int Height, int Width, int StrideHeight, int StrideWidth, Padding Padding)
{
    /// <summary>Zeros above and below the map.</summary>
    public int PaddingHeight => Padding == Padding.Same ? Height / 2 : 0;

    /// <summary>Zeros left and right of the map.</summary>
    public int PaddingWidth => Padding == Padding.Same ? Width / 2 : 0;

    /// <summary>The windows in a column of a map.</summary>
    /// <param name="rows">The map's rows.</param>
    public int Rows(int rows) => ((rows + (2 * PaddingHeight) - Height) / StrideHeight) + 1;

    /// <summary>The windows in a row of a map.</summary>
    /// <param name="columns">The map's columns.</param>
    public int Columns(int columns) => ((columns + (2 * PaddingWidth) - Width) / StrideWidth) + 1;
}
