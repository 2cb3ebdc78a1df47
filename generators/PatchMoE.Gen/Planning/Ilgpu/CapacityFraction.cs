namespace PatchMoE.Gen.Planning.Ilgpu;

/// <summary>A fraction of small whole numbers with which a kernel computes what <see cref="TokenChoiceSpec.Capacity"/> computes in decimals: ⌈Numerator · valid / Denominator⌉.</summary>
/// <param name="Numerator">A capacity.</param>
/// <param name="Denominator">The valid patches that have it.</param>
internal sealed record CapacityFraction(int Numerator, int Denominator)
{
    /// <summary>
    /// The smallest capacity(v) / v for 1 ≤ v ≤ n. Since capacity(v) = ⌈α·v⌉, it is at least α; and times v it is at most capacity(v): so it has the same values,
    /// rounded up, for all v.
    /// </summary>
    /// <param name="choice">A choice with a capacity below n.</param>
    /// <param name="patches">n.</param>
    /// <param name="experts">k.</param>
    public static CapacityFraction Of(TokenChoiceSpec choice, int patches, int experts)
    {
        var best = new CapacityFraction(1, 1);
        for (int valid = 1; valid <= patches; valid++)
        {
            int capacity = choice.Capacity(valid, experts);
            if ((long)capacity * best.Denominator < (long)best.Numerator * valid)
            {
                best = new CapacityFraction(capacity, valid);
            }
        }

        return best;
    }
}
