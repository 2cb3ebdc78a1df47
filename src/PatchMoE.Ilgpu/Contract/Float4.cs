namespace PatchMoE.Ilgpu;

/// <summary>Four neighbouring values: emitted kernels read and write them at once, as 128 bits.</summary>
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
