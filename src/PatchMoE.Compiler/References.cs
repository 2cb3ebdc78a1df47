using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Metadata;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace PatchMoE.Compiler;

/// <summary>What emitted code is compiled against: the runtime of this process and the PatchMoE libraries.</summary>
internal static class References
{
    private static readonly string[] s_framework =
    [
        "System.Private.CoreLib", "System.Runtime", "System.Collections", "System.Memory", "System.Linq", "System.Runtime.InteropServices",
        "System.Runtime.Intrinsics", "System.Runtime.Extensions", "System.Diagnostics.Tools", "netstandard",
    ];

    private static readonly ConcurrentDictionary<string, CSharpCompilation> s_read = new();

    /// <summary>
    /// A compilation without sources, from which those of networks are made. It keeps what the compiler has read of the libraries, which the next collection of garbage would take: with one before each
    /// network, they compile in three quarters of the time.
    /// </summary>
    /// <param name="backends">Libraries beside the runtime's own.</param>
    public static CSharpCompilation Read(IReadOnlyList<Assembly> backends) =>
        s_read.GetOrAdd(string.Join(' ', backends.Select(backend => backend.ManifestModule.ModuleVersionId)), libraries =>
        {
            CSharpCompilation compilation = CSharpCompilation.Create(
                "PatchMoE.Compiled",
                references: s_framework.Select(Assembly.Load).Append(typeof(IPatchMoEModel).Assembly).Append(typeof(PatchMoESpec).Assembly).Concat(backends).Select(Of),
                options: new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable));

            // Only now are the libraries bound to it, and kept.
            _ = compilation.GetSpecialType(SpecialType.System_Object);
            return compilation;
        });

    /// <summary>A loaded assembly, read from memory: in a program of a single file, it is in no file of its own.</summary>
    private static unsafe MetadataReference Of(Assembly assembly) => assembly.TryGetRawMetadata(out byte* metadata, out int length)
        ? AssemblyMetadata.Create(ModuleMetadata.CreateFromMetadata((IntPtr)metadata, length)).GetReference(display: assembly.GetName().Name)
        : throw new InvalidOperationException($"The assembly {assembly.GetName().Name} has no metadata in memory.");
}
