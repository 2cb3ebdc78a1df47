using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PatchMoE.Gen.Tests.Architecture;

/// <summary>
/// Which folder uses types of which other folder of its project, as the compiler resolves every name. All projects are one compilation, so it makes no
/// difference what they are built against; packages that these tests do not reference stay unresolved.
/// </summary>
internal static class FolderDependencies
{
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private static readonly CSharpParseOptions s_options = new(LanguageVersion.Preview, DocumentationMode.None, preprocessorSymbols: ["NET", "NET10_0"]);

    /// <summary>A use of a type.</summary>
    /// <param name="Project">The project.</param>
    /// <param name="From">The folder of the use.</param>
    /// <param name="To">The folder of the type.</param>
    /// <param name="Place">File, line and type, for messages.</param>
    internal sealed record Use(string Project, string From, string To, string Place);

    /// <summary>All uses between folders of one project.</summary>
    public static IReadOnlyList<Use> Find(IReadOnlyList<SourceProject> projects)
    {
        Dictionary<string, SourceProject> owners = projects.SelectMany(project => project.Files.Select(file => (file, project))).ToDictionary(pair => pair.file, pair => pair.project);
        SyntaxTree[] trees = [.. owners.Keys.Order(StringComparer.Ordinal).Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file), s_options, file))];
        CSharpCompilation compilation = CSharpCompilation.Create(
            "All", [.. trees, CSharpSyntaxTree.ParseText(ImplicitUsings, s_options)], References(), new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
        var uses = new List<Use>();
        foreach (SyntaxTree tree in trees)
        {
            SourceProject project = owners[tree.FilePath];
            string from = project.FolderOf(tree.FilePath);
            SemanticModel model = compilation.GetSemanticModel(tree);
            foreach (SimpleNameSyntax name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
            {
                INamedTypeSymbol? type = TypeOf(model.GetSymbolInfo(name).Symbol);
                foreach (string file in type?.OriginalDefinition.DeclaringSyntaxReferences.Select(reference => reference.SyntaxTree.FilePath) ?? [])
                {
                    if (owners.GetValueOrDefault(file) == project && project.FolderOf(file) is var to && to != from)
                    {
                        int line = name.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
                        uses.Add(new Use(project.Name, from, to, $"{Path.GetRelativePath(Repository.Root, tree.FilePath)}({line}): {type!.Name}"));
                    }
                }
            }
        }

        return uses;
    }

    /// <summary>The type that a name stands for, or whose member it is.</summary>
    private static INamedTypeSymbol? TypeOf(ISymbol? symbol) => symbol switch
    {
        INamedTypeSymbol type => type,
        IMethodSymbol or IPropertySymbol or IFieldSymbol or IEventSymbol => symbol.ContainingType,
        _ => null,
    };

    /// <summary>The framework and the packages of these tests, without the assemblies that are compiled here.</summary>
    private static IEnumerable<MetadataReference> References() => ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Where(path => !Path.GetFileName(path).StartsWith("PatchMoE", StringComparison.Ordinal))
        .Select(path => MetadataReference.CreateFromFile(path));
}
