namespace PatchMoE.Gen.Planning;

/// <summary>The blocks of d in which patches pass over weights that the caches cannot hold.</summary>
/// <param name="Size">Values of a block; the last may have fewer.</param>
/// <param name="Run">Values that follow each other, which are cut into blocks: a patch, or its part of a pixel row.</param>
internal sealed record ValueBlocks(int Size, int Run)
{
    /// <summary>Whether there is one only.</summary>
    public bool IsOne => Run <= Size;

    /// <summary>Whether all are equally long.</summary>
    public bool AreEven => IsOne || Run % Size == 0;

    /// <summary>The values of the longest.</summary>
    public int Longest => Math.Min(Size, Run);

    /// <summary>Equal blocks of at most so many values, whole vectors but for the last.</summary>
    public static ValueBlocks Of(int run, int longest)
    {
        int blocks = (run + longest - 1) / longest;
        return new ValueBlocks(Slots.Align((run + blocks - 1) / blocks), run);
    }
}
