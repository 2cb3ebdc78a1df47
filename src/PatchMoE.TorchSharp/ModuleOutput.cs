namespace PatchMoE.TorchSharp;

/// <summary>What a module gives for a batch of B samples.</summary>
public enum ModuleOutput
{
    /// <summary>The network's logits [B, C].</summary>
    Logits,

    /// <summary>The feature vectors y [B, m] of the top layer: the network as a layer, without its head and the head's tensors.</summary>
    Features,
}
