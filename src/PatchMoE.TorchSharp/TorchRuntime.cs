using System.Runtime.InteropServices;
using TorchSharp;

namespace PatchMoE.TorchSharp;

/// <summary>Whether libtorch can be used in this process.</summary>
public static class TorchRuntime
{
    private static readonly Lazy<string?> s_failure = new(Load);

    /// <summary>Why libtorch cannot be loaded, in one line; null where it is loaded. The first call loads it.</summary>
    public static string? Failure => s_failure.Value;

    /// <summary>Requires libtorch.</summary>
    /// <exception cref="BadInputException">It cannot be loaded.</exception>
    public static void Require()
    {
        if (Failure is { } reason)
        {
            throw new BadInputException($"TorchSharp: {reason}.");
        }
    }

    // TorchSharp tries several places, prints a page to the console when all fail, and keeps the loader's reason to itself: so the libraries are
    // loaded here first, in its order.
    private static string? Load()
    {
        try
        {
            NativeLibrary.TryLoad("torch_cpu", typeof(torch).Assembly, null, out _);
            NativeLibrary.Load("LibTorchSharp", typeof(torch).Assembly, null);
            torch.InitializeDeviceType(DeviceType.CPU);
            return null;
        }
        catch (Exception failure) when (failure is DllNotFoundException or BadImageFormatException or NotSupportedException or TypeInitializationException or ExternalException)
        {
            return $"libtorch cannot be loaded ({Reason(failure.Message)}); a library or application that uses it references TorchSharp-cpu or a TorchSharp-cuda package, on a system that these packages support";
        }
    }

    /// <summary>The loader tries many names; what is wrong with the one that exists says more than that the others do not.</summary>
    private static string Reason(string message)
    {
        string[] lines = message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string reason = lines.Skip(1).FirstOrDefault(line => !line.Contains("LibTorchSharp: cannot open", StringComparison.Ordinal) && !line.Contains("LibTorchSharp.so: cannot open", StringComparison.Ordinal)) ?? lines[0];
        return reason.TrimEnd('.');
    }
}
