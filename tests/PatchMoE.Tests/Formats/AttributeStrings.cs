using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using PatchMoE.Gen;

namespace PatchMoE.Tests;

/// <summary>
/// The strings of a class's attributes, as a file of three lines: the network's name, the encoding of its texts, and the path of its spec (of a class without, no third line). The generator must
/// report what is wrong, or emit C# that parses.
/// </summary>
internal static class AttributeStrings
{
    /// <summary>Stands for half of a pair of UTF-16: bytes that are no UTF-8 become it.</summary>
    private const char Half = '\uD800';

    private static readonly CSharpParseOptions s_options = new(LanguageVersion.CSharp13);

    private static readonly CSharpCompilation s_project = CSharpCompilation.Create(
        "User",
        references: new[] { typeof(object), typeof(IPatchMoEModel), typeof(PatchMoESpec) }.Select(type => type.Assembly.Location)
            .Concat(["System.Runtime.dll", "netstandard.dll"])
            .Select(file => MetadataReference.CreateFromFile(Path.IsPathRooted(file) ? file : Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, file))),
        options: new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));

    private static readonly GeneratorDriver s_driver =
        CSharpGeneratorDriver.Create([new PatchMoEGenerator().AsSourceGenerator()], [new SpecText()], s_options).RunGenerators(s_project);

    public static IReadOnlyList<byte[]> Files =>
        [.. new[] { "Mails\ncl100k_base", "Käufer 7\nfolder/ranks.tiktoken", "a-b\n./x.json", "N\n\nspecs/net.json", "*/ // \"\"\" {0}\n\\u0041" }.Select(Encoding.UTF8.GetBytes)];

    public static void Read(byte[] bytes)
    {
        string[] lines = Encoding.UTF8.GetString(bytes).Replace('\uFFFD', Half).Split('\n');
        string name = Literal(lines[0]);
        string encoding = Literal(lines.ElementAtOrDefault(1) ?? string.Empty);
        string network = lines.Length > 2
            ? $"[PatchMoE.PatchMoE({Literal(lines[2])}, Name = {name})]"
            : $"""
              [PatchMoE.PatchMoE(Name = {name}, Loss = PatchMoE.Loss.SoftmaxCrossEntropy)]
              [PatchMoE.TextInput(8, 4, Tokens = PatchMoE.TextTokens.Bpe, Encoding = {encoding})]
              [PatchMoE.DenseLayer(NeuronsPerExpert = 2)]
              [PatchMoE.LinearHead(2)]
              """;
        CSharpCompilation project = s_project.AddSyntaxTrees(CSharpSyntaxTree.ParseText($"{network}\npublic partial class Net;", s_options, "Net.cs"));
        GeneratorRunResult result = s_driver.RunGenerators(project).GetRunResult().Results[0];
        if (result.Exception is { } exception)
        {
            throw new InvalidOperationException($"the generator failed for {network}", exception);
        }

        if (result.Diagnostics.IsEmpty && result.GeneratedSources.IsEmpty)
        {
            throw new InvalidOperationException($"the generator did nothing for {network}");
        }

        ImmutableArray<Diagnostic> mistakes = [.. result.GeneratedSources.SelectMany(source => source.SyntaxTree.GetDiagnostics())];
        if (!mistakes.IsEmpty)
        {
            throw new InvalidOperationException($"what is emitted for {network} is no C#: {mistakes[0]}");
        }
    }

    private static string Literal(string text) => SymbolDisplay.FormatLiteral(text, quote: true);

    /// <summary>The project's only spec.</summary>
    private sealed class SpecText : AdditionalText
    {
        public override string Path => "/user/specs/net.json";

        public override Microsoft.CodeAnalysis.Text.SourceText GetText(CancellationToken cancellationToken = default) => Microsoft.CodeAnalysis.Text.SourceText.From(
            """
            {
              "name": "File",
              "model": {
                "input": { "kind": "vectors", "patches": 4, "dimension": 8 },
                "layers": [ { "routing": "dense", "neuronsPerExpert": 2 } ],
                "head": { "kind": "linear", "outputs": 1 },
                "loss": "logistic"
              }
            }
            """,
            Encoding.UTF8);
    }
}
