using System.ComponentModel;
using PatchMoE.Kernels;

namespace PatchMoE;

/// <summary>A model whose class is emitted, for libraries that share its memory or update its weights.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface ICompiledModel : IPatchMoEModel
{
    /// <summary>The network that computes for it.</summary>
    CompiledNetwork Network { get; }
}
