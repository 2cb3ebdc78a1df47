namespace PatchMoE;

/// <summary>How patches choose their experts (V-MoE, Switch Transformer, Mixtral).</summary>
/// <param name="ExpertsPerPatch">t, 1…k.</param>
public sealed record TokenChoiceSpec(int ExpertsPerPatch)
{
    /// <summary>c &gt; 0: an expert takes at most ⌈c·t·n/k⌉ patches of a sample, and the others that chose it are dropped; null for no limit.</summary>
    public double? CapacityFactor { get; init; }

    /// <summary>Which patches get the places of an expert first.</summary>
    public Priority Priority { get; init; }

    /// <summary>The loss that balances the experts' loads; null for none.</summary>
    public BalanceSpec? Balance { get; init; }

    /// <summary>a ≥ 0: the loss has the term a·mean_j (logsumexp_e s_{j,e})² over all patches of the batch, which keeps scores small (ST-MoE).</summary>
    public double ZLoss { get; init; }

    /// <summary>Whether the layer adds to the loss.</summary>
    public bool HasAuxiliaryLoss => Balance is not null || ZLoss > 0;

    /// <summary>The number of patches that an expert takes at most: ⌈c·t·n/k⌉, or n if that is less or there is no limit.</summary>
    /// <param name="patches">n ≥ 0, the patches of the sample.</param>
    /// <param name="experts">k ≥ 1.</param>
    public int Capacity(int patches, int experts)
    {
        if (CapacityFactor is not { } factor)
        {
            return patches;
        }

        // In decimal, 0.7·10 is 7 and not 7.000000000000001; a factor outside its range limits nothing, or everything but one patch.
        double rough = factor * ExpertsPerPatch * patches / experts;
        if (rough >= patches)
        {
            return patches;
        }

        return rough < 1 ? Math.Min(1, patches) : (int)Math.Min(patches, decimal.Ceiling((decimal)factor * ExpertsPerPatch * patches / experts));
    }
}

/// <summary>A loss that balances the loads of experts.</summary>
/// <param name="Kind">Its formula.</param>
/// <param name="Weight">The factor a ≥ 0 with which it is added to the loss.</param>
public sealed record BalanceSpec(BalanceKind Kind, double Weight);
