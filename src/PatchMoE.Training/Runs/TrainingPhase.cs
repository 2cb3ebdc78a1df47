namespace PatchMoE.Training.Runs;

/// <summary>A part of a training run in which the same tensors are trained.</summary>
public enum TrainingPhase
{
    /// <summary>The routers alone, on the linear loss: the first half of <see cref="TrainingMethod.Separate"/>.</summary>
    Routers,

    /// <summary>All but the routers: the second half of <see cref="TrainingMethod.Separate"/>.</summary>
    Experts,

    /// <summary>Everything that has a gradient: <see cref="TrainingMethod.Joint"/> and <see cref="TrainingMethod.Single"/>.</summary>
    All,
}
