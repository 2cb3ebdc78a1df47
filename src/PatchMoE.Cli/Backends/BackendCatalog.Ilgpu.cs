namespace PatchMoE.Cli.Backends;

/// <content>The backend on GPUs, where this build has ILGPU.</content>
internal static partial class BackendCatalog
{
    private static BackendEntry Ilgpu() => LeftOut("ilgpu", "the package ILGPU");
}
