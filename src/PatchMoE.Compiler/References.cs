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

    private static IReadOnlyList<MetadataReference> Load()
    {
        string trusted = AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") as string ?? string.Empty;
        var references = new List<MetadataReference>();
        foreach (string path in trusted.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            if (s_framework.Contains(Path.GetFileNameWithoutExtension(path)))
            {
                references.Add(MetadataReference.CreateFromFile(path));
            }
        }

        references.Add(MetadataReference.CreateFromFile(typeof(IPatchMoEModel).Assembly.Location));
        references.Add(MetadataReference.CreateFromFile(typeof(PatchMoESpec).Assembly.Location));
        return references;
    }
}
