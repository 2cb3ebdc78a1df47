using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>
/// The gradient of weight rows as its emitter needs to know it: over which patches of a window's samples the outer products are summed, and where their
/// coefficients lie. Places are in terms of b, sample; g, instance; s, expert; t, patch.
/// </summary>
/// <param name="Name">The stem of the emitted methods, for example <c>ExpertGradient</c>.</param>
/// <param name="Formula">What they compute.</param>
/// <param name="Dimension">The length of a row.</param>
/// <param name="Plan">The tiles.</param>
/// <param name="Deltas">Where the coefficient of a sample's first patch for the first row lies, behind the slots.</param>
/// <param name="GradientAt">Where expert s's rows begin in the gradients.</param>
internal sealed record OuterSum(string Name, string Formula, int Dimension, GradientPlan Plan, Place Deltas, Expression GradientAt)
{
    public int Instances { get; init; } = 1;

    /// <summary>The experts, each with rows of its own.</summary>
    public int Experts { get; init; } = 1;

    /// <summary>Prints what a sample's patches depend on: which of them count.</summary>
    public Action<SourceWriter>? Sample { get; init; }

    /// <summary>Prints the routes by which a sample's patches are found.</summary>
    public Action<SourceWriter>? Routes { get; init; }

    /// <summary>Where a sample's patches lie; where <see cref="Count"/> is null, its one row.</summary>
    public Place Rows { get; init; }

    /// <summary>Where, behind them, patch t begins.</summary>
    public Expression Row { get; init; }

    /// <summary>How many there are; null for one row.</summary>
    public Expression? Count { get; init; }

    /// <summary>Values from one patch's coefficients to the next's.</summary>
    public int PatchStep { get; init; } = 1;

    /// <summary>Values from one row's coefficient to the next's.</summary>
    public int RowStep { get; init; } = 1;

    /// <summary>The pixel rows in which a patch lies; else null.</summary>
    public ImagePatches? Image { get; init; }

    /// <summary>The router's row, summed with the neurons' in the last tile.</summary>
    public RouterRow? Router { get; init; }
}

/// <summary>The router's row of a tile.</summary>
/// <param name="Formula">What it computes.</param>
/// <param name="Deltas">Where its coefficients lie, one for each patch t.</param>
/// <param name="GradientAt">Where expert s's row begins in the gradients.</param>
internal sealed record RouterRow(string Formula, Place Deltas, Expression GradientAt);
