using System.Collections;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PatchMoE.Measurement;

/// <summary>The vectors that emitted code uses in this process: results of two classes do not compare.</summary>
/// <param name="Bits">Their width; 32 without vectors.</param>
/// <param name="Registers">The number of vector registers that the JIT may use.</param>
/// <param name="Settings">The settings of the environment that limit them, as <c>NAME=VALUE</c>; usually none.</param>
internal sealed record VectorClass(int Bits, int Registers, EquatableArray<string> Settings)
{
    // Those that .NET 10 reads; it ignores the older EnableAVX512F.
    private static readonly string[] s_settings =
    [
        "DOTNET_EnableAVX", "DOTNET_EnableAVX2", "DOTNET_EnableAVX512", "DOTNET_EnableHWIntrinsic", "DOTNET_PreferredVectorBitWidth",
    ];

    /// <summary>That of this process.</summary>
    public static VectorClass Current { get; } = new(
        Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 32,
        RegistersOf(RuntimeInformation.ProcessArchitecture),
        SettingsAmong(Environment.GetEnvironmentVariables()));

    /// <summary>The settings that limit vectors, by name.</summary>
    /// <param name="environment">Environment variables.</param>
    public static EquatableArray<string> SettingsAmong(IDictionary environment) => s_settings
        .Where(name => environment[name] is string { Length: > 0 } and not "1")
        .Select(name => $"{name}={environment[name]}")
        .ToEquatableArray();

    /// <summary>For example <c>256-bit vectors, 16 registers (DOTNET_EnableAVX512=0)</c>.</summary>
    public override string ToString() =>
        $"{(Bits == 32 ? "no vectors" : $"{Bits}-bit vectors")}, {Registers} registers{(Settings.Count == 0 ? "" : $" ({string.Join(' ', Settings)})")}";

    /// <summary>x86's encoding with 32 registers came with AVX-512 and also serves 256-bit vectors there.</summary>
    private static int RegistersOf(Architecture architecture) => architecture switch
    {
        Architecture.X86 => 8,
        Architecture.X64 => Avx512F.VL.IsSupported ? 32 : 16,
        _ => 32,
    };
}
