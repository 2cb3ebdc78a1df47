namespace PatchMoE.Gen.Planning;

/// <summary>
/// The scratch of one sample and how many samples a training pass holds at once (the window).
/// </summary>
/// <param name="Patches">The sample's patches as rows, [n, d]; −1 where they are read from the input.</param>
/// <param name="Logits">[C].</param>
/// <param name="LogitsGradient">[C].</param>
/// <param name="Loss">One double.</param>
/// <param name="Floats">The length of a sample's float scratch.</param>
/// <param name="Selection">Scratch of the selection, in the integer part; −1 if none needs any.</param>
/// <param name="Sample">The sample's index in the input, in the integer part; −1 where kernels over a window read copies of its patches.</param>
/// <param name="Integers">The length of a sample's integer scratch.</param>
/// <param name="Panels">Floats of the weights in panels, shared by all samples.</param>
/// <param name="WorkerFloats">Floats of each worker's own scratch; the gradient of packed patches, [n, d], has room in it.</param>
/// <param name="Window">Samples whose scratch is held at once in a training pass.</param>
internal sealed record Slots(
    int Patches, int Logits, int LogitsGradient, int Loss, int Floats, int Selection, int Sample, int Integers, int Panels, int WorkerFloats, int Window)
{
    /// <summary>Scratch that is still in an L2 cache of 2 MB while the weight gradients read it again.</summary>
    private const long WindowBytes = 1L << 20;

    /// <summary>Fewer samples would leave threads without work; more give nothing.</summary>
    private const int SmallestWindow = 8;
    public const int LargestWindow = 64;

    /// <summary>The next multiple of 16 values: 64 bytes.</summary>
    public static int Align(int length) => (length + 15) / 16 * 16;

    /// <summary>The window for a slot of so many floats: fixed by the network alone, so that sums have one order on every machine.</summary>
    public static int WindowFor(int floats) =>
        (int)Math.Max(SmallestWindow, Math.Min(LargestWindow, WindowBytes / (4L * floats)));
}
