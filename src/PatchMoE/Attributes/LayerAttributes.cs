namespace PatchMoE;

/// <summary>A pMoE layer with expert-choice routing. Several of these attributes make a hierarchy of levels, lowest first.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class ExpertLayerAttribute : Attribute
{
    /// <summary>k, the number of experts.</summary>
    public int Experts { get; set; }

    /// <summary>l, the number of patches each expert takes.</summary>
    public int PatchesPerExpert { get; set; }

    /// <summary>M, the number of neurons per expert.</summary>
    public int NeuronsPerExpert { get; set; }

    /// <summary>The gate; <see cref="PatchMoE.Gate.None"/> if not given.</summary>
    public Gate Gate { get; set; }

    /// <summary>What the sum over patches is divided by; <see cref="PatchMoE.Pooling.Selected"/> if not given.</summary>
    public Pooling Pooling { get; set; }

    /// <summary>Whether neurons have a bias; false if not given.</summary>
    public bool Bias { get; set; }
}

/// <summary>A layer without a router: every expert sees every patch. With one expert, this is the ordinary CNN.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class DenseLayerAttribute : Attribute
{
    /// <summary>k, the number of experts; 1 if not given.</summary>
    public int Experts { get; set; } = 1;

    /// <summary>M, the number of neurons per expert.</summary>
    public int NeuronsPerExpert { get; set; }

    /// <summary>Whether neurons have a bias; false if not given.</summary>
    public bool Bias { get; set; }
}

/// <summary>A conventional, sample-level mixture of experts: the best expert sees the whole sample.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class SampleLayerAttribute : Attribute
{
    /// <summary>k, the number of experts.</summary>
    public int Experts { get; set; }

    /// <summary>M, the number of neurons per expert.</summary>
    public int NeuronsPerExpert { get; set; }

    /// <summary>Whether neurons have a bias; false if not given.</summary>
    public bool Bias { get; set; }
}
