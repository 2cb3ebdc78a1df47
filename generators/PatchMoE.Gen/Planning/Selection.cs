namespace PatchMoE.Gen.Planning;

/// <summary>How the l largest of n scores are found: the name of a method of <c>TopScores</c>, behind <c>By</c>.</summary>
internal enum SelectionKernel
{
    /// <summary>Each score's rank is counted with vectors of comparisons: n² / lanes steps without a branch.</summary>
    Rank,

    /// <summary>A look through all scores for each of the best: l · n / lanes steps.</summary>
    Rounds,

    /// <summary>Bisection for the key that separates the best, then their ranks: about 10 · n / lanes + n + l² / lanes steps.</summary>
    Threshold,

    /// <summary>A sort of all n by 64-bit keys of score and index: about n log n steps.</summary>
    Sort,
}

/// <summary>The choice of a selection kernel.</summary>
/// <param name="Kernel">The kernel.</param>
/// <param name="Scratch">Integers of scratch that it needs.</param>
/// <param name="Reason">Why.</param>
internal sealed record Selection(SelectionKernel Kernel, int Scratch, string Reason)
{
    /// <summary>Up to so many scores, comparing all with all costs less than the mispredicted branches of anything that looks at fewer.</summary>
    private const int MostRanked = 32;

    /// <summary>Up to so many kept scores, a round for each costs less than bisection.</summary>
    private const int MostRounds = 8;

    /// <summary>Scratch of the rounds besides a list: two vectors.</summary>
    private const int RoundLanes = 32;

    /// <summary>Above so many kept scores, ranking them costs more than a sort.</summary>
    private const int MostSeparated = 256;

    /// <summary>Up to so many scores to be put in order, counting ranks costs less than a sort.</summary>
    private const int MostOrdered = 128;

    /// <summary>To put all of n scores in order.</summary>
    public static Selection OfAll(int patches) => patches <= MostOrdered
        ? new Selection(SelectionKernel.Rank, 3 * Slots.Align(patches), $"n = {patches} is at most {MostOrdered}: each one's rank is counted")
        : new Selection(SelectionKernel.Sort, 3 * Slots.Align(patches), $"n = {patches} is more than {MostOrdered}: a sort");

    /// <summary>Chooses by the sizes of n and l.</summary>
    public static Selection Of(int patches, int taken)
    {
        if (patches <= MostRanked)
        {
            return new Selection(SelectionKernel.Rank, 3 * Slots.Align(patches), $"n = {patches} is at most {MostRanked}: each score's rank is counted");
        }

        if (taken <= MostRounds)
        {
            return new Selection(SelectionKernel.Rounds, Slots.Align(patches) + RoundLanes, $"l = {taken} is at most {MostRounds}: a look through all scores for each");
        }

        return taken <= MostSeparated
            ? new Selection(SelectionKernel.Threshold, 4 * Slots.Align(Math.Max(patches, taken + 1)), $"l = {taken} of n = {patches}: bisection for the score that separates them, then their ranks")
            : new Selection(SelectionKernel.Sort, 3 * Slots.Align(patches), $"l = {taken} is more than {MostSeparated}: a sort of all scores");
    }
}
