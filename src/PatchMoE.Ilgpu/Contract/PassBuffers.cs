using System.ComponentModel;
using ILGPU;

namespace PatchMoE.Ilgpu;

/// <summary>The arrays of a pass in device memory, dense and row-major. Those that a pass does not need may be empty. Each is aligned to 64 bytes.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct PassBuffers
{
    /// <summary>The parameter buffer, laid out as described by <see cref="ModelParameters"/>.</summary>
    public ArrayView<float> Parameters { get; init; }

    /// <summary>[B, …].</summary>
    public ArrayView<float> Input { get; init; }

    /// <summary>[B]; −1 or +1 for the logistic loss, 0…C−1 for softmax cross entropy.</summary>
    public ArrayView<int> Labels { get; init; }

    /// <summary>How much each sample counts in the loss, [B], with the mean 1; empty if all count the same.</summary>
    public ArrayView<float> Weights { get; init; }

    /// <summary>Valid patches, [B] or [B, groups]; empty if all are valid.</summary>
    public ArrayView<int> Lengths { get; init; }

    /// <summary>[B, C].</summary>
    public ArrayView<float> Logits { get; init; }

    /// <summary>[B], the loss of each sample times its weight, plus the auxiliary losses of the batch; the caller computes the mean.</summary>
    public ArrayView<float> Losses { get; init; }

    /// <summary>As long as the parameter buffer; 0 where there is no gradient.</summary>
    public ArrayView<float> Gradients { get; init; }

    /// <summary>[B, …]; empty if not wanted.</summary>
    public ArrayView<float> InputGradient { get; init; }

    /// <summary>[B·T, k, l], for sample routing [B·T, 1, 1], for token choice the experts of each patch, [B·T, n, t]; best first, −1 for none.</summary>
    public ArrayView<int> Routes { get; init; }

    /// <summary>Scratch of <see cref="IIlgpuModel.ScratchFloats"/> values; its contents before a pass do not matter.</summary>
    public ArrayView<float> Floats { get; init; }

    /// <summary>Scratch of <see cref="IIlgpuModel.ScratchIntegers"/> values; its contents before a pass do not matter.</summary>
    public ArrayView<int> Integers { get; init; }
}
