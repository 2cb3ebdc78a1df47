using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using PatchMoE.Gen;

namespace PatchMoE.GeneratorTimes;

/// <summary>A user's project in memory: a class for one spec, and a file of another class, which an edit changes.</summary>
internal sealed class UserProject
{
    private static readonly CSharpParseOptions s_parse = new(LanguageVersion.CSharp13);

    private static readonly MetadataReference[] s_references =
    [
        .. Framework("System*.dll").Where(path => !path.Contains(".Native.", StringComparison.Ordinal)).Concat(Framework("netstandard.dll")).Select(path => MetadataReference.CreateFromFile(path)),
        MetadataReference.CreateFromFile(typeof(IPatchMoEModel).Assembly.Location),
        MetadataReference.CreateFromFile(typeof(PatchMoESpec).Assembly.Location),
    ];

    private readonly AdditionalText _spec;
    private readonly CSharpCompilation _compilation;
    private readonly SyntaxTree _other = Parse("internal static class Other\n{\n    public static int Answer => 0;\n}\n", "/user/Other.cs");
    private int _edits;

    public UserProject(string specPath)
    {
        _spec = new SpecText("/user/specs/net.json", SourceText.From(File.ReadAllText(specPath), Encoding.UTF8));
        _compilation = CSharpCompilation.Create(
            "User",
            [Parse("[PatchMoE.PatchMoE(\"specs/net.json\")]\npublic sealed partial class Net;\n", "/user/Net.cs"), _other],
            s_references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable));
    }

    /// <summary>The project before the generator has run.</summary>
    public Compilation Compilation => _compilation;

    /// <summary>A driver that has not run yet, as of a build.</summary>
    public GeneratorDriver NewDriver() => CSharpGeneratorDriver.Create(
        [new PatchMoEGenerator().AsSourceGenerator()],
        [_spec],
        s_parse,
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    /// <summary>The project after another edit of the other class.</summary>
    public Compilation Edited() => _compilation.ReplaceSyntaxTree(_other, Parse(_other.ToString().Replace("=> 0", $"=> {++_edits}", StringComparison.Ordinal), _other.FilePath));

    private static string[] Framework(string pattern) => Directory.GetFiles(Path.GetDirectoryName(typeof(object).Assembly.Location)!, pattern);

    private static SyntaxTree Parse(string text, string path) => CSharpSyntaxTree.ParseText(text, s_parse, path, Encoding.UTF8);

    private sealed class SpecText(string path, SourceText text) : AdditionalText
    {
        public override string Path => path;

        public override SourceText GetText(CancellationToken cancellationToken = default) => text;
    }
}
