namespace PatchMoE;

/// <summary>What every layer has. Several layers make a hierarchy of levels, or a stack in which every layer but the last gives a map; the lowest comes first.</summary>
public abstract class LayerAttribute : Attribute
{
    private protected LayerAttribute()
    {
    }

    /// <summary>k, the number of experts; a dense layer has 1 if not given.</summary>
    public int Experts { get; set; }

    /// <summary>M, the number of neurons per expert.</summary>
    public int NeuronsPerExpert { get; set; }

    /// <summary>Whether neurons have a bias; false if not given.</summary>
    public bool Bias { get; set; }

    /// <summary>Whether the layer gives a map, which the next layer cuts into windows, instead of pooling its patches; false if not given.</summary>
    public bool Map { get; set; }

    /// <summary>The size of a window of the map below, in both directions; 1 if not given.</summary>
    public int Window { get; set; }

    /// <summary>The rows of a window, in place of <see cref="Window"/>.</summary>
    public int WindowHeight { get; set; }

    /// <summary>The columns of a window, in place of <see cref="Window"/>.</summary>
    public int WindowWidth { get; set; }

    /// <summary>The step from window to window, in both directions; 1 if not given.</summary>
    public int Stride { get; set; }

    /// <summary>The step between rows of windows, in place of <see cref="Stride"/>.</summary>
    public int StrideHeight { get; set; }

    /// <summary>The step between columns of windows, in place of <see cref="Stride"/>.</summary>
    public int StrideWidth { get; set; }

    /// <summary>What surrounds the map below; <see cref="PatchMoE.Padding.Valid"/> if not given.</summary>
    public Padding Padding { get; set; }
}

/// <summary>A pMoE layer with expert-choice routing: each expert takes the patches that its router scores highest.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class ExpertLayerAttribute : LayerAttribute
{
    /// <summary>l, the number of patches each expert takes.</summary>
    public int PatchesPerExpert { get; set; }

    /// <summary>The gate; <see cref="PatchMoE.Gate.None"/> if not given.</summary>
    public Gate Gate { get; set; }

    /// <summary>What the sum over patches is divided by; <see cref="PatchMoE.Pooling.Selected"/> if not given.</summary>
    public Pooling Pooling { get; set; }
}

/// <summary>A layer with token choice: each patch takes the experts that score it highest (V-MoE, Switch Transformer, Mixtral).</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class TokenLayerAttribute : LayerAttribute
{
    /// <summary>t, the number of experts each patch takes; 1 if not given.</summary>
    public int ExpertsPerPatch { get; set; } = 1;

    /// <summary>The gate; <see cref="PatchMoE.Gate.None"/> if not given.</summary>
    public Gate Gate { get; set; }

    /// <summary>What the sum over patches is divided by; <see cref="PatchMoE.Pooling.Selected"/> if not given.</summary>
    public Pooling Pooling { get; set; }

    /// <summary>c: an expert takes at most ⌈c·t·n/k⌉ patches of a sample. No limit if not given.</summary>
    public double CapacityFactor { get; set; }

    /// <summary>Which patches get the places of an expert first; <see cref="PatchMoE.Priority.Order"/> if not given.</summary>
    public Priority Priority { get; set; }

    /// <summary>The loss that balances the experts' loads. None if not given.</summary>
    public BalanceKind Balance { get; set; }

    /// <summary>The factor of <see cref="Balance"/>; 0.01 if not given.</summary>
    public double BalanceWeight { get; set; }

    /// <summary>The factor of the loss that keeps scores small, mean (logsumexp s)²; 0 if not given.</summary>
    public double ZLoss { get; set; }
}

/// <summary>A layer without a router: every expert sees every patch. With one expert, this is the ordinary CNN.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class DenseLayerAttribute : LayerAttribute
{
    /// <summary>A layer of one expert.</summary>
    public DenseLayerAttribute() => Experts = 1;
}

/// <summary>A conventional, sample-level mixture of experts: the best expert sees the whole sample.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class SampleLayerAttribute : LayerAttribute;
