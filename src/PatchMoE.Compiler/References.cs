using System.Reflection;
using System.Reflection.Metadata;
using Microsoft.CodeAnalysis;

namespace PatchMoE.Compiler;

/// <summary>What emitted code is compiled against: the runtime of this process and the PatchMoE libraries.</summary>
internal static class References
{
    private static readonly string[] s_framework =
    [
        "System.Private.CoreLib", "System.Runtime", "System.Collections", "System.Memory", "System.Linq", "System.Runtime.InteropServices",
        "System.Runtime.Intrinsics", "System.Runtime.Extensions", "System.Diagnostics.Tools", "netstandard",
    ];

    private static readonly Lazy<IReadOnlyList<MetadataReference>> s_all = new(Load);

    public static IReadOnlyList<MetadataReference> All => s_all.Value;

    /// <summary>A loaded assembly, read from memory: in a program of a single file, it is in no file of its own.</summary>
    public static unsafe MetadataReference Of(Assembly assembly) => assembly.TryGetRawMetadata(out byte* metadata, out int length)
        ? AssemblyMetadata.Create(ModuleMetadata.CreateFromMetadata((IntPtr)metadata, length)).GetReference(display: assembly.GetName().Name)
        : throw new InvalidOperationException($"The assembly {assembly.GetName().Name} has no metadata in memory.");

    private static IReadOnlyList<MetadataReference> Load() =>
    [
        .. s_framework.Select(name => Of(Assembly.Load(name))), Of(typeof(IPatchMoEModel).Assembly), Of(typeof(PatchMoESpec).Assembly),
    ];
}
