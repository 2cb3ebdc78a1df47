namespace PatchMoE.Cli.Reproductions;

/// <summary>The paper's claim on sample efficiency: with fewer mosaics, joint training reaches the accuracy that the CNN of the same size has with more.</summary>
/// <param name="Joint">Joint training's accuracies with <see cref="Few"/> samples.</param>
/// <param name="Cnn">The CNN's with <see cref="Many"/> samples.</param>
internal sealed record MnistFinding(GridEntry Joint, GridEntry Cnn)
{
    /// <summary>The N of joint training.</summary>
    public const int Few = 600;

    /// <summary>The N of the CNN.</summary>
    public const int Many = 1000;

    private const string JointNetwork = "mnist-joint";
    private const string CnnNetwork = "mnist-cnn";

    /// <summary>The finding; null if one of the two was not trained.</summary>
    public static MnistFinding? Of(GridTable table) => (table.Find(JointNetwork, Few), table.Find(CnnNetwork, Many)) is ({ } joint, { } cnn) ? new MnistFinding(joint, cnn) : null;

    /// <summary>By how much joint training is ahead; negative if it is behind.</summary>
    public double Ahead => Joint.Spread.Mean - Cnn.Spread.Mean;

    /// <summary>Whether joint training is ahead, or behind by at most the standard deviation of the CNN over its seeds.</summary>
    public bool IsReached => Ahead >= -(Cnn.Spread.Deviation ?? 0);

    /// <summary>It as a sentence.</summary>
    public string Text
    {
        get
        {
            string both = $"With {Few} mosaics, joint training reaches {Joint.Spread}; the CNN of the same size (40 neurons) with {Many} mosaics reaches {Cnn.Spread}";
            return Ahead >= 0 ? FormattableString.Invariant($"{both}: joint training is ahead by {Ahead:0.000}.")
                : IsReached ? FormattableString.Invariant($"{both}: joint training is behind by {-Ahead:0.000}, which is within one standard deviation of the CNN.")
                : FormattableString.Invariant($"{both}: joint training is behind by {-Ahead:0.000}, more than one standard deviation of the CNN ({Cnn.Spread.Deviation ?? 0:0.000}).");
        }
    }
}
