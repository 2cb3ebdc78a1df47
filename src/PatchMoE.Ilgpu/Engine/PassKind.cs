namespace PatchMoE.Ilgpu;

/// <summary>A pass on a device, as messages name it.</summary>
internal enum PassKind
{
    Forward,
    Route,
    LossAndGradients,
}
