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
        string? libtorch = LoadFailure("torch_cpu");
        string? reason = LoadFailure("LibTorchSharp") is { } shim ? libtorch ?? shim : InitializationFailure();
        return reason is null
            ? null
            : $"libtorch cannot be loaded ({reason}); it comes with the package TorchSharp-cpu or TorchSharp-cuda, which the application references, and needs a system that the package supports";
    }

    private static string? LoadFailure(string library)
    {
        try
        {
            NativeLibrary.Load(library, typeof(torch).Assembly, null);
            return null;
        }
        catch (Exception failure) when (failure is DllNotFoundException or BadImageFormatException)
        {
            return Reason(failure.Message, library);
        }
    }

    private static string? InitializationFailure()
    {
        try
        {
            torch.InitializeDeviceType(DeviceType.CPU);
            return null;
        }
        catch (Exception failure)
        {
            return failure.GetBaseException().Message.Split('\n')[0].TrimEnd('.');
        }
    }

    /// <summary>
    /// On Linux the loader tries many names, a line each. What is wrong with the file that exists says more than that the others do not.
    /// </summary>
    internal static string Reason(string message, string library)
    {
        string[] lines = message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        bool IsTried(string line) => line.Contains($"{library}.so: cannot open", StringComparison.Ordinal) || line.Contains($"{library}: cannot open", StringComparison.Ordinal);
        return lines.Length == 1
            ? lines[0].TrimEnd('.')
            : lines.Skip(1).FirstOrDefault(line => !IsTried(line)) ?? $"there is no {library} beside the application";
    }
}
