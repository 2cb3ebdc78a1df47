using System.Globalization;
using static TorchSharp.torch;

namespace PatchMoE.TorchSharp;

/// <summary>The devices of torch in this process, by torch's names.</summary>
public static class TorchDevices
{
    /// <summary><c>cpu</c>, and <c>cuda:0</c> … if this process's libtorch supports CUDA and there is a GPU.</summary>
    /// <exception cref="BadInputException">libtorch cannot be loaded here.</exception>
    public static IReadOnlyList<string> Names
    {
        get
        {
            TorchRuntime.Require();
            int gpus = cuda.is_available() ? cuda.device_count() : 0;
            return ["cpu", .. Enumerable.Range(0, gpus).Select(index => string.Create(CultureInfo.InvariantCulture, $"cuda:{index}"))];
        }
    }

    /// <summary>The device with a given name.</summary>
    /// <param name="name">One of <see cref="Names"/>; <c>cuda</c> is <c>cuda:0</c>, null is <c>cpu</c>.</param>
    /// <exception cref="BadInputException">There is no such device, or libtorch cannot be loaded here.</exception>
    public static Device Of(string? name)
    {
        string wanted = name is "cuda" ? "cuda:0" : name ?? "cpu";
        return Names.Contains(wanted)
            ? device(wanted)
            : throw new BadInputException($"device {name}: torch offers {string.Join(", ", Names)} on this machine. Choose one of them; for a GPU, set PATCHMOE_LIBTORCH to a libtorch for CUDA, or build with one (-p:LibtorchPackage=TorchSharp-cuda-linux or TorchSharp-cuda-windows).");
    }
}
