using System.ComponentModel;

namespace PatchMoE.Kernels;

/// <summary>A model whose class is emitted, for libraries that share its memory or its updates.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface ICompiledModel
{
    /// <summary>The network that computes for it.</summary>
    CompiledNetwork Network { get; }
}
