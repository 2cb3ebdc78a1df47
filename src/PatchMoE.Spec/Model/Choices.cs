namespace PatchMoE;

/// <summary>Which patches an expert sees.</summary>
public enum Routing
{
    /// <summary>Each expert takes the l patches with the largest scores ⟨w_s, x_j⟩; ties go to the lower patch index (the paper's routing).</summary>
    ExpertChoice,

    /// <summary>No router: every expert sees every patch, mean over all n. With one expert: the ordinary CNN.</summary>
    Dense,

    /// <summary>The conventional mixture of experts: the expert with the largest ⟨w_s, Σ_j x_j⟩ sees the whole sample, weighted by its softmax probability.</summary>
    Sample,

    /// <summary>Each patch takes the t experts with the largest scores ⟨w_e, x_j⟩; ties go to the lower expert (V-MoE, Switch Transformer, Mixtral).</summary>
    TokenChoice,
}

/// <summary>The order in which patches get the places of an expert whose capacity is limited. All first choices come before any second choice.</summary>
public enum Priority
{
    /// <summary>The order of the patches (Switch Transformer).</summary>
    Order,

    /// <summary>The patch with the largest value of its softmax over all experts first (V-MoE's batch-prioritized routing, here within a sample).</summary>
    Score,
}

/// <summary>An auxiliary loss that spreads the patches of a batch over the experts.</summary>
public enum BalanceKind
{
    /// <summary>k·Σ_e f_e·P_e with f_e the share of all choices that fell on expert e, and P_e the mean of its softmax (Switch Transformer).</summary>
    Switch,

    /// <summary>The squared coefficient of variation of the experts' sums of softmax values (Shazeer et al. 2017, V-MoE).</summary>
    Importance,
}

/// <summary>What surrounds a map whose windows are cut.</summary>
public enum Padding
{
    /// <summary>Nothing: every window lies within the map.</summary>
    Valid,

    /// <summary>⌊w/2⌋ zeros on each side, for windows of an odd size w: with step 1, as many windows as the map has positions.</summary>
    Same,
}

/// <summary>The gate value G_{j,s} of a chosen patch.</summary>
public enum Gate
{
    /// <summary>G = 1: the router's scores are used only for the choice.</summary>
    None,

    /// <summary>Softmax of the scores over the chosen patches (the paper's joint training, MNIST); for token choice over the patch's chosen experts (Mixtral).</summary>
    SoftmaxSelected,

    /// <summary>Softmax over all n patches, not renormalised over the chosen ones (the paper's code for CIFAR-10 and CelebA); for token choice over all k experts (V-MoE, Switch).</summary>
    SoftmaxAll,

    /// <summary>The logistic function of each score.</summary>
    Sigmoid,
}

/// <summary>The divisor Z of a neuron's sum over its chosen patches.</summary>
public enum Pooling
{
    /// <summary>Z = l, the number of patches taken (the paper's equation). An expert that takes none outputs 0.</summary>
    Selected,

    /// <summary>Z = n, the number of patches (the paper's code).</summary>
    All,

    /// <summary>Z = 1.</summary>
    Sum,
}

/// <summary>The kind of the output layer.</summary>
public enum HeadKind
{
    /// <summary>One logit; its weights are set at initialisation and never trained.</summary>
    Fixed,

    /// <summary>C logits with a trained weight matrix and, unless disabled, a trained bias.</summary>
    Linear,
}

/// <summary>How the weights of a <see cref="HeadKind.Fixed"/> head are set.</summary>
public enum HeadWeights
{
    /// <summary>Drawn from N(0, 1).</summary>
    Gaussian,

    /// <summary>+1 for the neurons of expert 0, −1 for those of expert 1; needs exactly two experts.</summary>
    Sign,
}

/// <summary>The loss, a mean over the batch.</summary>
public enum Loss
{
    /// <summary>log(1 + exp(−y·f)) for one logit f and labels y of −1 or +1.</summary>
    Logistic,

    /// <summary>Cross entropy of the softmax over C ≥ 2 logits; labels 0…C−1.</summary>
    SoftmaxCrossEntropy,
}
