namespace PatchMoE.Kernels;

/// <summary>
/// 1/255 as the sum of two floats: fma(p, <see cref="High"/>, p·<see cref="Low"/>) is p/255, rounded once, for every p from 0 to 255. A vector's division takes as long as ten multiplications.
/// </summary>
internal static class PixelScale
{
    /// <summary>1/255 as a float.</summary>
    public const float High = 1f / 255;

    /// <summary>What it leaves.</summary>
    public const float Low = (float)((1.0 / 255) - High);
}
