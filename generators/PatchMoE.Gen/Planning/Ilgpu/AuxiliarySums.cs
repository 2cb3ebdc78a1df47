namespace PatchMoE.Gen.Planning.Ilgpu;

/// <summary>
/// Where the sums of a token-choice instance for its auxiliary losses lie: Σ_j (p_sj − 1/k) and the number of choices of each expert s, Σ_j logSum_j² and the number of patches. Sums of
/// differences from 1/k keep the digits where the experts' shares are nearly equal.
/// </summary>
/// <param name="Experts">k.</param>
/// <param name="Balances">Whether there is a balance loss.</param>
/// <param name="Counts">Whether it needs the number of choices.</param>
/// <param name="Squares">Whether there is a z-loss.</param>
internal sealed record AuxiliarySums(int Experts, bool Balances, bool Counts, bool Squares)
{
    /// <summary>A group that adds up the sums of all instances.</summary>
    public const int TotalThreads = 256;

    private const int SumThreads = 64;

    /// <summary>Where the numbers of choices begin.</summary>
    public int ChoicesAt => Balances ? Experts : 0;

    /// <summary>Where Σ_j logSum_j² is.</summary>
    public int SquaresAt => ChoicesAt + (Counts ? Experts : 0);

    /// <summary>Where the number of patches is.</summary>
    public int PatchesAt => SquaresAt + (Squares ? 1 : 0);

    /// <summary>Their number.</summary>
    public int Length => PatchesAt + 1;

    /// <summary>The sums of an instance, a thread each.</summary>
    public ElementTiling Sums => new(Length, Math.Min(Length, SumThreads));

    /// <summary>Threads that share the instances of one sum.</summary>
    public int Lanes => Math.Max(1, TotalThreads / Length);

    public static AuxiliarySums? Of(LayerPlan layer) => layer.Token is { HasAuxiliary: true } token
        ? new AuxiliarySums(layer.Experts, token.Choice.Balance is not null, token.Choice.Balance?.Kind == BalanceKind.Switch, token.HasZLoss)
        : null;
}
