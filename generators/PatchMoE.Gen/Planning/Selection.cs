namespace PatchMoE.Gen.Planning;

/// <summary>How the l largest of n scores are found.</summary>
internal enum SelectionKernel
{
    /// <summary>A sorted list of the best so far, kept by insertion: about n + l² / 4 steps.</summary>
    Insertion,

    /// <summary>A sort of all n by 64-bit keys of score and index: about n log n steps.</summary>
    Sort,
}

/// <summary>The choice of a selection kernel.</summary>
/// <param name="Kernel">The kernel.</param>
/// <param name="Reason">Why.</param>
internal sealed record Selection(SelectionKernel Kernel, string Reason)
{
    /// <summary>Above this many kept scores, shifting them costs more than a sort.</summary>
    private const int MostInserted = 48;

    /// <summary>Chooses by the sizes of n and l.</summary>
    public static Selection Of(int patches, int taken) => taken <= MostInserted
        ? new Selection(SelectionKernel.Insertion, $"l = {taken} is at most {MostInserted}: insertion into a sorted list")
        : new Selection(SelectionKernel.Sort, $"l = {taken} of n = {patches} is more than {MostInserted}: a sort of all scores");
}
