using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;
using PatchMoE.Gen.CodeFixes;
using EditorFile = Microsoft.CodeAnalysis.TextDocument;

namespace PatchMoE.Gen.Tests.Diagnostics;

/// <summary>What an editor offers for a diagnostic: one change, after which the diagnostic is gone.</summary>
[TestFixture]
public sealed class CodeFixTests
{
    private const string Net = """
        using PatchMoE;

        /// <summary>A network.</summary>
        [PatchMoE]
        [ImageInput(112, 112, Patch = 28)]
        [ExpertLayer(Experts = 2, PatchesPerExpert = 2, NeuronsPerExpert = 20)]
        [FixedHead]
        public sealed partial class Net;

        """;

    private const string Spec = """
        {
          "name": "Net",
          "model": {
            "input":  { "kind": "image", "height": 112, "width": 112, "patch": [28, 28] },
            "layers": [ { "routing": "expertChoice", "experts": 2, "patchesPerExpert": 2, "neuronsPerExpert": 20, "gate": "sigmoid" } ],
            "head":   { "kind": "linear", "outputs": 2 },
            "loss":   "softmaxCrossEntropy"
          }
        }
        """;

    private const string SpecNet = "using PatchMoE;\n\n[PatchMoE(\"net.json\")]\npublic partial class Net;\n";

    [Test]
    public async Task ClassThatIsNotPartial_BecomesPartial() =>
        await CheckAsync(new PartialFix(), "PMOE060", UserProject.Of(Net.Replace("sealed partial", "sealed", StringComparison.Ordinal)), "Make the class partial", UserProject.Of(Net));

    [Test]
    public async Task ClassWithoutModifiers_KeepsItsComment()
    {
        UserProject expected = UserProject.Of(Net.Replace("public sealed partial", "partial", StringComparison.Ordinal));
        await CheckAsync(new PartialFix(), "PMOE060", UserProject.Of(Net.Replace("public sealed partial ", string.Empty, StringComparison.Ordinal)), "Make the class partial", expected);
    }

    [Test]
    public async Task ContainingTypes_BecomePartialToo()
    {
        static UserProject Nested(string modifier) =>
            UserProject.Of(Net.Replace("\n/// <summary>", $"\npublic static {modifier}class Outer {{\n/// <summary>", StringComparison.Ordinal)
                .Replace("partial class Net;", $"{modifier}class Net;\n}}", StringComparison.Ordinal));
        await CheckAsync(new PartialFix(), "PMOE061", Nested(string.Empty), "Make the class partial", Nested("partial "));
    }

    [TestCase("PMOE011", "PatchesPerExpert = 2", "PatchesPerExpert = 20", "PatchesPerExpert = 16", "16")]
    [TestCase("PMOE013", "Patch = 28", "Patch = 27", "Patch = 28", "28")]
    [TestCase("PMOE013", "Patch = 28", "Patch = 30", "Patch = 28", "28")]
    public async Task ValueOfAnAttribute_IsReplaced(string id, string right, string wrong, string repaired, string value) => await CheckAsync(
        new ReplaceValueFix(),
        id,
        UserProject.Of(Net.Replace(right, wrong, StringComparison.Ordinal)),
        $"Use {value}",
        UserProject.Of(Net.Replace(right, repaired, StringComparison.Ordinal)));

    [TestCase("PMOE002", "\"experts\"", "\"expertz\"", "\"experts\"")]
    [TestCase("PMOE005", "\"expertChoice\"", "\"expertchoise\"", "\"expertChoice\"")]
    [TestCase("PMOE011", "\"patchesPerExpert\": 2", "\"patchesPerExpert\": 20", "16")]
    [TestCase("PMOE013", "[28, 28]", "[27, 15]", "[28, 14]")]
    [TestCase("PMOE034", "expertChoice\", \"experts\": 2, \"patchesPerExpert\": 2", "tokenChoice\", \"experts\": 2, \"expertsPerPatch\": 3", "2")]
    public async Task ValueInASpecFile_IsReplaced(string id, string right, string wrong, string repaired)
    {
        string broken = Spec.Replace(right, wrong, StringComparison.Ordinal);
        UserProject project = UserProject.Of(SpecNet, UserProject.Spec("net.json", broken));
        UserProject fixedUp = await FixAsync(new ReplaceValueFix(), id, project, $"Use {repaired}");
        Assert.That(Ids(fixedUp), Does.Not.Contain(id));
        Assert.That(fixedUp.Files.Single().Text, Does.Contain(repaired));
        Assert.That(fixedUp.Files.Single().Text, Has.Length.EqualTo(broken.Length).Within(2), "nothing else changes");
        Assert.That(fixedUp.Sources, Is.EqualTo(project.Sources));
    }

    [Test]
    public void UnknownWordLikeNoOther_HasNoFix()
    {
        UserProject project = UserProject.Of(SpecNet, UserProject.Spec("net.json", Spec.Replace("\"expertChoice\"", "\"zzzzz\"", StringComparison.Ordinal)));
        (Document document, EditorFile? _, Diagnostic diagnostic) = Find(project, "PMOE005");
        Assert.That(diagnostic.Properties, Is.Empty);
        Assert.That(document, Is.Not.Null);
    }

    private static async Task CheckAsync(CodeFixProvider provider, string id, UserProject project, string title, UserProject expected)
    {
        UserProject actual = await FixAsync(provider, id, project, title);
        Assert.That(actual.Sources.Single().Text, Is.EqualTo(expected.Sources.Single().Text));
        Assert.That(Ids(actual), Does.Not.Contain(id));
    }

    private static IEnumerable<string> Ids(UserProject project) => project.Run().Diagnostics.Select(diagnostic => diagnostic.Id);

    /// <summary>The project after the only fix that is offered.</summary>
    private static async Task<UserProject> FixAsync(CodeFixProvider provider, string id, UserProject project, string title)
    {
        (Document document, EditorFile? file, Diagnostic diagnostic) = Find(project, id);
        Assert.That(provider.FixableDiagnosticIds, Does.Contain(id));
        var actions = new List<CodeAction>();
        await provider.RegisterCodeFixesAsync(new CodeFixContext(file ?? document, diagnostic, (action, _) => actions.Add(action), CancellationToken.None));
        Assert.That(actions.Select(action => action.Title), Is.EqualTo(new[] { title }));
        ApplyChangesOperation change = (await actions[0].GetOperationsAsync(CancellationToken.None)).OfType<ApplyChangesOperation>().Single();
        Project changed = change.ChangedSolution.Projects.Single();
        async Task<ImmutableArray<UserFile>> Read(IEnumerable<UserFile> files, IEnumerable<EditorFile> documents)
        {
            Dictionary<string, EditorFile> byPath = documents.ToDictionary(one => one.FilePath!);
            return [.. await Task.WhenAll(files.Select(async one => one with { Text = (await byPath[one.Path].GetTextAsync()).ToString() }))];
        }

        return project with { Sources = await Read(project.Sources, changed.Documents), Files = await Read(project.Files, changed.AdditionalDocuments) };
    }

    /// <summary>A diagnostic of the generator, and the document that it is in, as an editor has them: the source, and the spec file if it is there.</summary>
    private static (Document Document, EditorFile? File, Diagnostic Diagnostic) Find(UserProject project, string id)
    {
        Diagnostic diagnostic = project.Run().Diagnostics.First(one => one.Id == id);
        Project workspace = new AdhocWorkspace().AddProject("User", LanguageNames.CSharp).WithParseOptions(project.ParseOptions);
        foreach (UserFile source in project.Sources)
        {
            workspace = workspace.AddDocument(Path.GetFileName(source.Path), SourceText.From(source.Text), filePath: source.Path).Project;
        }

        foreach (UserFile file in project.Files)
        {
            workspace = workspace.AddAdditionalDocument(Path.GetFileName(file.Path), SourceText.From(file.Text), filePath: file.Path).Project;
        }

        string path = diagnostic.Location.GetLineSpan().Path;
        return (workspace.Documents.First(), workspace.AdditionalDocuments.SingleOrDefault(file => file.FilePath == path), diagnostic);
    }
}
