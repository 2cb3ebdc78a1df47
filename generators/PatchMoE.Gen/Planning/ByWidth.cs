namespace PatchMoE.Gen.Planning;

/// <summary>
/// What is planned for the two classes of vector units: 512 bits with 32 registers (AVX-512), and 256 bits with 16 (AVX2; Arm's 32 registers of 128 bits are as many halves).
/// A tile that fits the first leaves the second without registers, so each has its own. No such choice changes the order of a sum.
/// </summary>
/// <param name="Wide">For vectors of 16 floats.</param>
/// <param name="Narrow">For vectors of 8 floats.</param>
internal sealed record ByWidth<T>(T Wide, T Narrow)
    where T : IEquatable<T>
{
    /// <summary>Whether both classes have the same.</summary>
    public bool IsOne => Wide.Equals(Narrow);

    /// <summary>The choice of one class.</summary>
    public T Of(bool wide) => wide ? Wide : Narrow;

    /// <summary>A choice that follows from this one.</summary>
    public ByWidth<TResult> Select<TResult>(Func<T, TResult> follow)
        where TResult : IEquatable<TResult> => new(follow(Wide), follow(Narrow));

    /// <summary>The classes that rows of so many lanes meet: those of fewer than 16 never fill the widest vectors.</summary>
    public IEnumerable<T> For(int lanes) => lanes < Lanes.Max ? [Narrow] : IsOne ? [Wide] : [Wide, Narrow];
}

/// <summary>Makes choices that both classes share.</summary>
internal static class ByWidth
{
    public static ByWidth<T> Same<T>(T both)
        where T : IEquatable<T> => new(both, both);
}
