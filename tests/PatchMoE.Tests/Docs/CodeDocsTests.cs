using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using PatchMoE.Gen;

namespace PatchMoE.Tests.Docs;

/// <summary>
/// Each block of C# in the documents compiles as it stands, with the generator, in a program that has its prelude beside it. <c>docs/preludes</c> has the preludes,
/// CONTRIBUTING.md the rule.
/// </summary>
[Category("Long")]
public sealed class CodeDocsTests
{
    private const string Place = "// The block stands here.";

    /// <summary>What the SDK imports in a console program and in a web application.</summary>
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Microsoft.AspNetCore.Builder;
        global using Microsoft.AspNetCore.Http;
        """;

    private static readonly string s_preludes = Path.Combine(Repository.Root, "docs", "preludes");

    private static readonly Lazy<MetadataReference[]> s_references = new(References);

    private static readonly Lazy<ImmutableArray<AdditionalText>> s_specs = new(() =>
        [.. ((string[])["mnist-joint", "digits-10", "union"]).Select(name => Path.Combine(Repository.Root, "specs", name + ".json")).Append(Path.Combine(s_preludes, "photos.json")).Select(path => new Spec(path))]);

    private static IEnumerable<TestCaseData> Blocks =>
        DocumentFiles.Blocks.Where(block => block.Language == "csharp" && !block.File.StartsWith("docs/diagnostics", StringComparison.Ordinal)).Select(block => new TestCaseData(block).SetArgDisplayNames(block.ToString()));

    [TestCaseSource(nameof(Blocks))]
    [Parallelizable(ParallelScope.Self)]
    public void ABlock_Compiles(DocumentBlock block) => Assert.That(Errors(block), Is.Empty);

    [Test]
    public void ABlockThatIsWrong_DoesNot() =>
        Assert.That(Errors(new DocumentBlock("a.md", 1, "csharp", "given", "Prediction p = model.Clasify(pixels);\n")).Single(), Does.Contain("Clasify"));

    private static IEnumerable<string> Errors(DocumentBlock block)
    {
        var options = new CSharpParseOptions(LanguageVersion.Latest);
        string text = block.Text;
        List<SyntaxTree> trees = [CSharpSyntaxTree.ParseText(ImplicitUsings, options, "Usings.cs")];
        if (block.Prelude is { } name)
        {
            string prelude = File.ReadAllText(Path.Combine(s_preludes, name + ".cs"));
            text = prelude.Contains(Place, StringComparison.Ordinal) ? prelude.Replace(Place, block.Text, StringComparison.Ordinal) : text;
            if (text == block.Text)
            {
                trees.Add(Needed(prelude, text, options));
            }
        }

        trees.Add(CSharpSyntaxTree.ParseText(text, options, "Block.cs", Encoding.UTF8));
        bool isProgram = trees[^1].GetCompilationUnitRoot().Members.Any(member => member is GlobalStatementSyntax);
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Block",
            trees,
            s_references.Value.Where(reference => IsNeeded(reference, string.Concat(trees.Select(tree => tree.ToString())))),
            new CSharpCompilationOptions(isProgram ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, allowUnsafe: true));
        GeneratorDriver driver = CSharpGeneratorDriver.Create([new PatchMoEGenerator().AsSourceGenerator()], s_specs.Value, options, new ProjectOptions());
        driver.RunGeneratorsAndUpdateCompilation(compilation, out Compilation output, out ImmutableArray<Diagnostic> reported);
        return reported.Concat(output.GetDiagnostics()).Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Select(diagnostic => diagnostic.ToString());
    }

    /// <summary>GPU code and torch modules are emitted only where a block is about them, which saves most of the time.</summary>
    private static bool IsNeeded(MetadataReference reference, string text)
    {
        string file = Path.GetFileName(reference.Display!);
        return (!file.Contains("ILGPU", StringComparison.OrdinalIgnoreCase) || text.Contains("PatchMoE.Ilgpu", StringComparison.Ordinal))
            && (!file.Contains("TorchSharp", StringComparison.Ordinal) || text.Contains("TorchSharp", StringComparison.Ordinal));
    }

    private static HashSet<string> Types(string text, CSharpParseOptions options) =>
        [.. CSharpSyntaxTree.ParseText(text, options).GetRoot().DescendantNodes().OfType<TypeDeclarationSyntax>().Select(type => type.Identifier.Text)];

    /// <summary>The prelude without models that the block declares itself, or that nothing names.</summary>
    private static SyntaxTree Needed(string prelude, string block, CSharpParseOptions options)
    {
        CompilationUnitSyntax root = CSharpSyntaxTree.ParseText(prelude, options).GetCompilationUnitRoot();
        HashSet<string> declared = Types(block, options);
        string text = block + root.Members.OfType<TypeDeclarationSyntax>().Single(type => type.Identifier.Text == "Given");
        MemberDeclarationSyntax[] others = [.. root.Members.Where(member => member is TypeDeclarationSyntax type
            && (declared.Contains(type.Identifier.Text) || (type.AttributeLists.Count > 0 && !text.Contains(type.Identifier.Text, StringComparison.Ordinal))))];
        return CSharpSyntaxTree.Create(root.RemoveNodes(others, SyntaxRemoveOptions.KeepNoTrivia)!, options, "Prelude.cs", Encoding.UTF8);
    }

    /// <summary>All libraries of this test, ASP.NET's, and ONNX Runtime's, which another test project restores.</summary>
    private static MetadataReference[] References()
    {
        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        string web = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(framework))!, "Microsoft.AspNetCore.App");
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        string[] own = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        string[] others =
        [
            .. Directory.GetFiles(Directory.GetDirectories(web, "10.*").Order(StringComparer.Ordinal).Last(), "*.dll"),
            Directory.GetFiles(Path.Combine(packages, "microsoft.ml.onnxruntime.managed"), "Microsoft.ML.OnnxRuntime.dll", SearchOption.AllDirectories).Where(path => path.Contains("net8.0", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Last(),
        ];
        return [.. own.Concat(others).Where(path => path.EndsWith(".dll", StringComparison.Ordinal)).DistinctBy(Path.GetFileName).Select(path => MetadataReference.CreateFromFile(path))];
    }

    private sealed class Spec(string path) : AdditionalText
    {
        public override string Path => "/user/specs/" + System.IO.Path.GetFileName(path);

        public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(File.ReadAllText(path), Encoding.UTF8);
    }

    /// <summary>Tells the generator the project's folder, as MSBuild does.</summary>
    private sealed class ProjectOptions : AnalyzerConfigOptionsProvider
    {
        public override AnalyzerConfigOptions GlobalOptions { get; } = new Folder();

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => GlobalOptions;

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => GlobalOptions;

        private sealed class Folder : AnalyzerConfigOptions
        {
            public override bool TryGetValue(string key, [NotNullWhen(true)] out string? value)
            {
                value = KeyComparer.Equals(key, "build_property.projectdir") ? "/user/" : null;
                return value is not null;
            }
        }
    }
}
