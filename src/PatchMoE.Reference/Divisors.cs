namespace PatchMoE.Reference;

/// <summary>The divisor Z of an expert's sum.</summary>
internal static class Divisors
{
    /// <summary>selected: the number of patches taken · all: n, valid or not · sum: 1.</summary>
    public static double Of(Pooling pooling, int taken, int patches) => pooling switch
    {
        Pooling.Selected => taken,
        Pooling.All => patches,
        Pooling.Sum => 1,
        _ => throw new ArgumentException($"Unknown pooling {pooling}.", nameof(pooling)),
    };
}
