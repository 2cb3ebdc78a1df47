namespace PatchMoE;

/// <summary>The paper's three training methods.</summary>
public enum TrainingMethod
{
    /// <summary>Routers and experts together.</summary>
    Joint,

    /// <summary>First the routers on the linear loss −(1/N) Σ y·⟨w₁ − w₂, Σ_j x_j⟩, then the experts with the routers frozen.</summary>
    Separate,

    /// <summary>A network without patch routing: the CNN and the sample-level MoE.</summary>
    Single,
}

/// <summary>The rule of a parameter update.</summary>
public enum OptimizerKind
{
    /// <summary>Stochastic gradient descent.</summary>
    Sgd,

    /// <summary>SGD with heavy-ball momentum.</summary>
    Momentum,

    /// <summary>Adam (Kingma and Ba, 2015); weight decay is added to the gradient.</summary>
    Adam,

    /// <summary>AdamW (Loshchilov and Hutter, 2019); weight decay is decoupled.</summary>
    AdamW,
}

/// <summary>How the learning rate changes over the epochs.</summary>
public enum ScheduleKind
{
    /// <summary>It is constant.</summary>
    Constant,

    /// <summary>Half a cosine, from the learning rate down to 0.</summary>
    Cosine,

    /// <summary>It is multiplied by <c>factor</c> every <c>every</c> epochs.</summary>
    Step,
}

/// <summary>Defaults of <c>pmoe train</c>.</summary>
/// <param name="Method">The training method.</param>
/// <param name="Epochs">Passes over the training data, ≥ 1 (for <see cref="TrainingMethod.Separate"/>: of the experts).</param>
/// <param name="RouterEpochs">Passes in which the routers learn first; used only by <see cref="TrainingMethod.Separate"/>.</param>
/// <param name="Batch">Samples per update, ≥ 1.</param>
/// <param name="Optimizer">The update rule.</param>
/// <param name="Schedule">The learning rate schedule.</param>
/// <param name="Init">The scales of the initial weights.</param>
/// <param name="Seed">The seed of init, data and shuffling, ≥ 0; <c>--seed</c> overrides it.</param>
public sealed record TrainingSpec(
    TrainingMethod Method, int Epochs, int RouterEpochs, int Batch, OptimizerSpec Optimizer, ScheduleSpec Schedule, InitSpec Init, int Seed)
{
    /// <summary>The share of the training samples that is held out where a choice needs it and <see cref="Validation"/> is not given.</summary>
    public const double DefaultValidation = 0.2;

    /// <summary>The share of the training samples of each class that is held out to choose by, 0 ≤ share &lt; 1; null if not given.</summary>
    public double? Validation { get; init; }

    /// <summary>Whether the weights of the epoch with the lowest validation loss are kept rather than the last; <see cref="Patience"/> keeps them, too.</summary>
    public bool KeepBest { get; init; }

    /// <summary>Training stops when the validation loss has not fallen for so many epochs, ≥ 1; null to train to the end.</summary>
    public int? Patience { get; init; }

    /// <summary>The number of trainings, with <see cref="Seed"/> and the seeds after it, of which the one with the lowest validation loss is kept; ≥ 1.</summary>
    public int Seeds { get; init; } = 1;

    /// <summary>
    /// The number of shares that a batch is cut into, 1 ≤ shares ≤ <see cref="Batch"/>. Each share's gradients are computed alone, and the sums of two and two of them are added up, so
    /// the bits depend on this number, and not on how many processes compute the shares.
    /// </summary>
    public int Shares { get; init; } = 1;

    /// <summary>How much the samples of each class count in the loss; null if all count the same.</summary>
    public ClassWeightsSpec? ClassWeights { get; init; }

    /// <summary>Whether the best epoch's weights are kept.</summary>
    public bool KeepsBestEpoch => KeepBest || Patience is not null;

    /// <summary>Whether anything is chosen by the validation loss.</summary>
    public bool Chooses => KeepsBestEpoch || Seeds > 1;

    /// <summary>The share of the training samples that is held out: <see cref="Validation"/>, or what the choices need.</summary>
    public double HeldOut => Validation ?? (Chooses ? DefaultValidation : 0);

    /// <summary>The defaults for what a spec leaves out.</summary>
    public static TrainingSpec Default { get; } = new(
        TrainingMethod.Joint, 100, 100, 20, OptimizerSpec.Default, ScheduleSpec.Default, InitSpec.Default, 1);
}

/// <summary>
/// Weights of the classes in the loss: each sample's loss is multiplied by its class's weight, and the sum over a batch divided by the sum of the batch's weights
/// (as <c>CrossEntropyLoss(weight=…)</c> does in PyTorch).
/// </summary>
/// <param name="Values">A weight &gt; 0 for each class, in the order of the labels (logistic: −1, then +1); empty to balance the classes.</param>
public sealed record ClassWeightsSpec(EquatableArray<double> Values)
{
    /// <summary>Every class counts the same in total: class c with N_c of N training samples has the weight N/(C·N_c).</summary>
    public static ClassWeightsSpec Balanced { get; } = new(default(EquatableArray<double>));

    /// <summary>Whether the weights are computed from the training data.</summary>
    public bool IsBalanced => Values.Count == 0;
}

/// <summary>An update rule and its constants.</summary>
/// <param name="Kind">The rule.</param>
/// <param name="LearningRate">η, &gt; 0.</param>
/// <param name="Momentum">Heavy-ball factor, 0 ≤ µ &lt; 1, for <see cref="OptimizerKind.Momentum"/>.</param>
/// <param name="Beta1">Decay of Adam's first moment, 0 ≤ β₁ &lt; 1.</param>
/// <param name="Beta2">Decay of Adam's second moment, 0 ≤ β₂ &lt; 1.</param>
/// <param name="Epsilon">Adam's ε, &gt; 0.</param>
/// <param name="WeightDecay">≥ 0.</param>
public sealed record OptimizerSpec(
    OptimizerKind Kind, double LearningRate, double Momentum, double Beta1, double Beta2, double Epsilon, double WeightDecay)
{
    /// <summary>Adam with learning rate 0.01: see docs/training.md for the experiment behind it.</summary>
    public static OptimizerSpec Default { get; } = Of(OptimizerKind.Adam);

    /// <summary>A rule with the default constants: the learning rate is 0.1 for SGD, 0.03 with momentum, and 0.01 for Adam and AdamW.</summary>
    /// <param name="kind">The rule.</param>
    public static OptimizerSpec Of(OptimizerKind kind)
    {
        double learningRate = kind switch { OptimizerKind.Sgd => 0.1, OptimizerKind.Momentum => 0.03, _ => 0.01 };
        return new OptimizerSpec(kind, learningRate, 0.9, 0.9, 0.999, 1e-8, 0);
    }
}

/// <summary>The schedule of the learning rate over the epochs.</summary>
/// <param name="Kind">The kind of schedule.</param>
/// <param name="Warmup">The number of initial epochs in which it rises linearly from 0, ≥ 0; null for <see cref="WarmupOf"/>'s.</param>
/// <param name="Every">The number of epochs between two steps, ≥ 1, for <see cref="ScheduleKind.Step"/>.</param>
/// <param name="Factor">The factor of a step, 0 &lt; factor ≤ 1, for <see cref="ScheduleKind.Step"/>.</param>
public sealed record ScheduleSpec(ScheduleKind Kind, int? Warmup, int Every, double Factor)
{
    /// <summary>Cosine, after a warm-up.</summary>
    public static ScheduleSpec Default { get; } = new(ScheduleKind.Cosine, null, 30, 0.1);

    /// <summary>The epochs of warm-up: if they are not given, a twentieth of all for the cosine, rounded down, and none for the other kinds.</summary>
    /// <param name="epochs">The number of all epochs.</param>
    public int WarmupOf(int epochs) => Warmup ?? (Kind == ScheduleKind.Cosine ? epochs / 20 : 0);
}

/// <summary>Standard deviations of the initial weights; null for the documented default.</summary>
/// <param name="Router">σ of the routers; default √(1/d): a score of unit variance for values of unit size.</param>
/// <param name="Experts">σ of the neurons; default √(2/d) (He et al., 2015).</param>
/// <param name="Head">σ of a linear head; default √(1/m). A fixed head is always N(0, 1) or ±1.</param>
public sealed record InitSpec(double? Router, double? Experts, double? Head)
{
    /// <summary>σ of a table of tokens; default √(1/dimension): a token's vector has a length of about 1.</summary>
    public double? Embedding { get; init; }

    /// <summary>All defaults.</summary>
    public static InitSpec Default { get; } = new(null, null, null);
}
