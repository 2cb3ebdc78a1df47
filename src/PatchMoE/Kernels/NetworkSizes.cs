using System.ComponentModel;

namespace PatchMoE.Kernels;

/// <summary>The sizes of a compiled network: the lengths of its passes' arrays, and the scratch they need.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record NetworkSizes
{
    /// <summary>The name of the model's class, for messages.</summary>
    public required string Model { get; init; }

    /// <summary>The number of values in one sample.</summary>
    public required int InputLength { get; init; }

    /// <summary>C, the number of logits of one sample.</summary>
    public required int Outputs { get; init; }

    /// <summary>m, the length of one sample's feature vector.</summary>
    public required int FeatureLength { get; init; }

    /// <summary>The length of the part of the parameter buffer that passes read, and of a buffer of gradients.</summary>
    public required int ParameterLength { get; init; }

    /// <summary>The length of what follows it, a table of tokens and the gap behind it; 0 without one.</summary>
    public int TableLength { get; init; }

    /// <summary>The loss, which determines which labels are valid.</summary>
    public required Loss Loss { get; init; }

    /// <summary>The number of groups of patches in a sample, each with its own valid-patch count.</summary>
    public required int Groups { get; init; }

    /// <summary>n, the number of patches in a group.</summary>
    public required int Patches { get; init; }

    /// <summary>The number of routes of one sample in layer 0; 0 if it is dense.</summary>
    public required int Routes { get; init; }

    /// <summary>The size of one sample's scratch in floats, a multiple of 16.</summary>
    public required int SlotFloats { get; init; }

    /// <summary>The size of one sample's scratch in integers, a multiple of 16.</summary>
    public required int SlotIntegers { get; init; }

    /// <summary>The size of the weights in panels, in floats.</summary>
    public required int PanelFloats { get; init; }

    /// <summary>The size of each worker's own scratch, in floats.</summary>
    public required int WorkerFloats { get; init; }

    /// <summary>The number of samples whose scratch a training pass holds at once.</summary>
    public required int Window { get; init; }

    /// <summary>The number of samples whose scratch a pass without gradients holds at once; 1 if each worker needs only that of one.</summary>
    public required int ForwardWindow { get; init; }

    /// <summary>FLOPs of one sample's forward pass: a pass with few FLOPs runs on the caller's thread alone.</summary>
    public required long SampleFlops { get; init; }

    /// <summary>The number of equal parts of its experts that workers can share in a training pass; 1 if they cannot.</summary>
    public required int ExpertParts { get; init; }

    /// <summary>The largest batch for which they share experts; 0 if never.</summary>
    public required int SharedBatch { get; init; }

    /// <summary>Whether a sample may have fewer valid patches than n: not where layers cut the map of an image.</summary>
    public bool HasLengths { get; init; } = true;

    /// <summary>Whether a pass can read pixels of a byte: where it copies an image before anything else.</summary>
    public bool TakesPixels { get; init; }

    /// <summary>The number of doubles that the totals of auxiliary losses over a batch take; 0 without any.</summary>
    public int AuxiliaryLength { get; init; }
}
