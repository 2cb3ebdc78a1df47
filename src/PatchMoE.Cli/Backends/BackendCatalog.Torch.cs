namespace PatchMoE.Cli.Backends;

/// <content>The backend on libtorch, where this build has TorchSharp.</content>
internal static partial class BackendCatalog
{
    private static BackendEntry Torch() => LeftOut("torch", "the package TorchSharp");
}
