namespace PatchMoE.TorchSharp;

/// <summary>What a module returns for a batch of B samples.</summary>
public enum ModuleOutput
{
    /// <summary>The network's logits [B, C].</summary>
    Logits,

    /// <summary>The feature vectors y [B, m] of the top layer: the network used as a layer, without a head and its tensors.</summary>
    Features,
}
