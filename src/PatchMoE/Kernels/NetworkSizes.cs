using System.ComponentModel;

namespace PatchMoE.Kernels;

/// <summary>The sizes of a compiled network: what its passes' arrays must hold, and the scratch that they need.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record NetworkSizes
{
    /// <summary>The name of the model's class, for messages.</summary>
    public required string Model { get; init; }

    /// <summary>Values of one sample.</summary>
    public required int InputLength { get; init; }

    /// <summary>C, the logits of one sample.</summary>
    public required int Outputs { get; init; }

    /// <summary>m, the values of one sample's feature vector.</summary>
    public required int FeatureLength { get; init; }

    /// <summary>The length of the parameter buffer.</summary>
    public required int ParameterLength { get; init; }

    /// <summary>The loss, which says what labels are valid.</summary>
    public required Loss Loss { get; init; }

    /// <summary>Groups of patches in a sample, each with a valid-patch count of its own.</summary>
    public required int Groups { get; init; }

    /// <summary>n, the patches of a group.</summary>
    public required int Patches { get; init; }

    /// <summary>Routes of one sample in layer 0; 0 where it is dense.</summary>
    public required int Routes { get; init; }

    /// <summary>Floats of one sample's scratch, a multiple of 16.</summary>
    public required int SlotFloats { get; init; }

    /// <summary>Integers of one sample's scratch, a multiple of 16.</summary>
    public required int SlotIntegers { get; init; }

    /// <summary>Floats of the weights in panels.</summary>
    public required int PanelFloats { get; init; }

    /// <summary>Floats of each worker's own scratch.</summary>
    public required int WorkerFloats { get; init; }

    /// <summary>Samples whose scratch a training pass holds at once.</summary>
    public required int Window { get; init; }

    /// <summary>Samples whose scratch a pass without gradients holds at once; 1 where each worker needs that of one.</summary>
    public required int ForwardWindow { get; init; }

    /// <summary>FLOPs of one sample's forward pass: a pass of few FLOPs runs on the caller's thread alone.</summary>
    public required long SampleFlops { get; init; }

    /// <summary>Into how many equal parts of its experts workers may divide a training pass; 1: they cannot.</summary>
    public required int ExpertParts { get; init; }

    /// <summary>The largest batch that they divide so; 0: none.</summary>
    public required int SharedBatch { get; init; }
}
