namespace PatchMoE;

/// <summary>A pMoE layer with expert-choice routing; several of these attributes are levels, lowest first.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class ExpertLayerAttribute : Attribute
{
    /// <summary>k.</summary>
    public int Experts { get; set; }

    /// <summary>l, the patches each expert takes.</summary>
    public int PatchesPerExpert { get; set; }

    /// <summary>M.</summary>
    public int NeuronsPerExpert { get; set; }

    /// <summary>The gate; <see cref="PatchMoE.Gate.None"/> if not given.</summary>
    public Gate Gate { get; set; }

    /// <summary>The divisor; <see cref="PatchMoE.Pooling.Selected"/> if not given.</summary>
    public Pooling Pooling { get; set; }

    /// <summary>Whether neurons have a bias; false if not given.</summary>
    public bool Bias { get; set; }
}

/// <summary>A layer without router: every expert sees every patch. With one expert, the ordinary CNN.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class DenseLayerAttribute : Attribute
{
    /// <summary>k; 1 if not given.</summary>
    public int Experts { get; set; } = 1;

    /// <summary>M.</summary>
    public int NeuronsPerExpert { get; set; }

    /// <summary>Whether neurons have a bias; false if not given.</summary>
    public bool Bias { get; set; }
}

/// <summary>A conventional, sample-level mixture of experts: the best expert sees the whole sample.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class SampleLayerAttribute : Attribute
{
    /// <summary>k.</summary>
    public int Experts { get; set; }

    /// <summary>M.</summary>
    public int NeuronsPerExpert { get; set; }

    /// <summary>Whether neurons have a bias; false if not given.</summary>
    public bool Bias { get; set; }
}
