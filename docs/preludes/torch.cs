// What blocks marked <!-- prelude: torch --> take for granted.
global using PatchMoE;
global using PatchMoE.TorchSharp;
global using TorchSharp;
global using TorchSharp.Modules;
global using static TorchSharp.torch;
global using static TorchSharp.torch.nn.functional;
global using static Given;

static class Given
{
    public static readonly Tensor x = zeros(2, 8, 6, 6), weight = zeros(16, 8, 1, 1);
    public static readonly long stride = 2;
}
