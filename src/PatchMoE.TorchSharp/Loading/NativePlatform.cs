using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace PatchMoE.TorchSharp.Loading;

/// <summary>Operating systems and processors by NuGet's names, and the names of shared libraries there.</summary>
internal static class NativePlatform
{
    /// <summary>The platform of this process: <c>linux-x64</c>, <c>win-x64</c>, <c>osx-arm64</c>, …</summary>
    public static string Current { get; } =
        $"{(OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux")}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";

    /// <summary>The file name of a shared library, for example <c>libc10.so</c>.</summary>
    public static string FileName(string library) =>
        OperatingSystem.IsWindows() ? $"{library}.dll" : OperatingSystem.IsMacOS() ? $"lib{library}.dylib" : $"lib{library}.so";

    /// <summary>The platform that a shared library is built for; null if it is not a known kind of shared library.</summary>
    public static string? Of(string path)
    {
        Span<byte> head = stackalloc byte[4096];
        using FileStream stream = File.OpenRead(path);
        head = head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        return head.Length < 64 ? null : head switch
        {
            [0x7f, (byte)'E', (byte)'L', (byte)'F', ..] => $"linux-{Processor(BinaryPrimitives.ReadUInt16LittleEndian(head[18..]))}",
            [(byte)'M', (byte)'Z', ..] => $"win-{Windows(head, BinaryPrimitives.ReadInt32LittleEndian(head[60..]))}",
            [0xcf, 0xfa, 0xed, 0xfe, ..] => $"osx-{Processor(BinaryPrimitives.ReadInt32LittleEndian(head[4..]))}",
            _ => null,
        };
    }

    private static string Windows(ReadOnlySpan<byte> head, int header) =>
        header < 0 || header + 6 > head.Length ? "unknown" : Processor(BinaryPrimitives.ReadUInt16LittleEndian(head[(header + 4)..]));

    /// <summary>A processor by its number in ELF, PE or Mach-O; no number has two meanings.</summary>
    private static string Processor(int number) => number switch
    {
        3 or 0x14c => "x86",
        40 => "arm",
        62 or 0x8664 or 0x01000007 => "x64",
        183 or 0xaa64 or 0x0100000c => "arm64",
        _ => $"machine{number}",
    };
}
