namespace PatchMoE.Ilgpu;

/// <summary>A pass on a device.</summary>
internal enum PassKind
{
    Forward,
    Route,
    LossAndGradients,
}
