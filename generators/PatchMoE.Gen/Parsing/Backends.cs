using Microsoft.CodeAnalysis;

namespace PatchMoE.Gen.Parsing;

/// <summary>
/// The backends beside the CPU that a compilation can use: those whose runtime library it references. A library brings its package (ILGPU,
/// TorchSharp) along, so its own types are what is looked for.
/// </summary>
/// <param name="Ilgpu">Whether GPU kernels are emitted.</param>
/// <param name="TorchSharp">Whether a TorchSharp module is emitted.</param>
internal sealed record Backends(bool Ilgpu, bool TorchSharp)
{
    /// <summary>The type of PatchMoE.Ilgpu that emitted GPU code implements.</summary>
    public const string IlgpuType = "PatchMoE.Ilgpu.IIlgpuModel";

    /// <summary>The type of PatchMoE.TorchSharp that an emitted module extends.</summary>
    public const string TorchSharpType = "PatchMoE.TorchSharp.PatchMoEModule";

    public static Backends Of(Compilation compilation) =>
        new(compilation.GetTypeByMetadataName(IlgpuType) is not null, compilation.GetTypeByMetadataName(TorchSharpType) is not null);
}
