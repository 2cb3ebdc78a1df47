using static TorchSharp.torch;

namespace PatchMoE.Peers.Torch;

/// <summary>A network in operations of torch, with weights of its own.</summary>
/// <param name="name">The module's name.</param>
internal abstract class TorchFormulation(string name) : nn.Module<Tensor, Tensor>(name)
{
    /// <summary>The samples in the layout that the formulation reads, made once.</summary>
    /// <param name="input">[B, H, W, C] or [B, n, d].</param>
    public virtual Tensor Arrange(Tensor input) => input;

    /// <summary>The gradient of the weight with a name of the weights file, in that file's layout.</summary>
    /// <param name="tensorName">The name.</param>
    public abstract Tensor Gradient(string tensorName);
}
