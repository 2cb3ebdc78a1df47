using System.ComponentModel;

namespace PatchMoE.Ilgpu;

/// <summary>Four adjacent values: emitted kernels read and write them together, as 128 bits.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct Float4
{
    /// <summary>The first value.</summary>
    public float X;

    /// <summary>The second value.</summary>
    public float Y;

    /// <summary>The third value.</summary>
    public float Z;

    /// <summary>The fourth value.</summary>
    public float W;
}
