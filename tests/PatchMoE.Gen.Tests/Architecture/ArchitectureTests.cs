using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PatchMoE.Gen.Tests.Architecture;

/// <summary>Projects and folders depend on each other in one direction only, namespaces follow the folders, and docs/images/architecture.svg shows it.</summary>
[TestFixture]
public sealed class ArchitectureTests
{
    private const string Update = "UPDATE_SNAPSHOTS";

    /// <summary>Folders and files whose types are in the root namespace of their project by intent: users write them every day, and one using is enough.</summary>
    /// <summary>Extensions of every model, for which no namespace besides the model's is to be looked for.</summary>
    private static readonly string[] s_ofEveryModel = ["src/PatchMoE.Imaging/ModelPictures.cs", "src/PatchMoE.Text/ModelTexts.cs"];

    private static readonly string[] s_inRootNamespace =
    [
        // On every model class.
        "src/PatchMoE/Attributes/",

        // A user makes one for each thread that predicts; the kernels divide it, so that it lies with them.
        "src/PatchMoE/Kernels/Workspace.cs",

        // What an application reads of a trained model and of its answers.
        "src/PatchMoE/Metadata/",
        "src/PatchMoE/Predictions/",

        // The records of a spec, which a user composes, reads and writes; the generator and the command go by the same names.
        "src/PatchMoE.Spec/",

        // What a user opens and trains on, and the contract that emitted code names in full.
        "src/PatchMoE.Ilgpu/Contract/",
        "src/PatchMoE.Ilgpu/Devices/",
        "src/PatchMoE.Ilgpu/Engine/",
        "src/PatchMoE.TorchSharp/Engine/",
    ];

    private static readonly Lazy<IReadOnlyList<FolderDependencies.Use>> s_uses = new(() => FolderDependencies.Find(SourceProject.All));

    private static IEnumerable<string> ProjectNames => SourceProject.All.Select(project => project.Name);

    [Test]
    public void Projects_FormNoCircle() => Assert.That(Projects.FindCircle(), Is.Null, () => Show(Projects.FindCircle()!));

    [TestCaseSource(nameof(ProjectNames))]
    public void FoldersOfAProject_FormNoCircle(string project)
    {
        IReadOnlyList<string>? circle = Folders(project).FindCircle();
        Assert.That(circle, Is.Null, () => Show(circle!) + "\n" + string.Join('\n', circle!.Zip(circle!.Skip(1)).SelectMany(step => s_uses.Value
            .Where(use => use.Project == project && (use.From, use.To) == step)
            .Select(use => $"{step.First} → {step.Second}: {use.Place}")
            .Distinct()
            .Take(8))));
    }

    [TestCaseSource(nameof(ProjectNames))]
    public void Namespaces_AreThoseOfTheFolders(string name)
    {
        SourceProject project = SourceProject.All.Single(other => other.Name == name);
        Assert.Multiple(() =>
        {
            foreach (string file in project.Files)
            {
                string path = Path.GetRelativePath(Repository.Root, file).Replace('\\', '/');
                string folder = s_inRootNamespace.Any(path.StartsWith) ? string.Empty : project.FolderOf(file);
                string expected = s_ofEveryModel.Contains(path) ? "PatchMoE" : string.Join('.', [project.RootNamespace, .. folder.Split('/', StringSplitOptions.RemoveEmptyEntries)]);
                IEnumerable<string> declared = CSharpSyntaxTree.ParseText(File.ReadAllText(file)).GetRoot().DescendantNodes()
                    .OfType<BaseNamespaceDeclarationSyntax>()
                    .Select(declaration => declaration.Name.ToString())
                    .Where(declaration => declaration.StartsWith("PatchMoE", StringComparison.Ordinal));
                Assert.That(declared, Is.All.EqualTo(expected), path);
            }
        });
    }

    /// <summary>A cycle is found, and only a cycle: otherwise the other tests could not fail.</summary>
    [Test]
    public void ACircle_IsFound()
    {
        (string, string)[] line = [("a", "b"), ("b", "c"), ("a", "c")];
        Assert.That(DirectedGraph.Of(["a", "b", "c"], line).FindCircle(), Is.Null);
        Assert.That(DirectedGraph.Of(["a", "b", "c"], [.. line, ("c", "b")]).FindCircle(), Is.EqualTo(new[] { "b", "c", "b" }));
        Assert.That(DirectedGraph.Of(["a", "b", "c"], line).Reduced().Edges, Is.EquivalentTo(new[] { ("a", "b"), ("b", "c") }));
        Assert.That(s_uses.Value, Has.Some.Matches<FolderDependencies.Use>(use => (use!.Project, use.From, use.To) == ("PatchMoE", "", "Kernels")), "uses are resolved");
    }

    [Test]
    public void Picture_ShowsTheProjectsAsTheyAre()
    {
        // A graph with a cycle has no layers to draw; the tests above say where it is.
        Assert.That(ProjectNames.Select(name => Folders(name).FindCircle()).Append(Projects.FindCircle()), Is.All.Null);

        string path = Path.Combine(Repository.Root, "docs", "images", "architecture.svg");
        string drawn = ArchitecturePicture.Draw(Projects, ProjectNames.ToDictionary(name => name, Folders)).Replace("\r\n", "\n", StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable(Update) == "1")
        {
            File.WriteAllText(path, drawn);
        }

        string committed = File.Exists(path) ? File.ReadAllText(path).Replace("\r\n", "\n", StringComparison.Ordinal) : string.Empty;
        Assert.That(drawn == committed, Is.True, $"docs/images/architecture.svg shows other projects, folders or uses than there are. Run the tests with {Update}=1 and review the change.");
    }

    /// <summary>The projects of this repository's products: a sample that a benchmark uses is none.</summary>
    private static DirectedGraph Projects => DirectedGraph.Of(
        ProjectNames, SourceProject.All.SelectMany(project => project.References.Intersect(ProjectNames).Select(reference => (project.Name, reference))));

    private static DirectedGraph Folders(string project) => DirectedGraph.Of(
        SourceProject.All.Single(other => other.Name == project).Files.Select(SourceProject.All.Single(other => other.Name == project).FolderOf),
        s_uses.Value.Where(use => use.Project == project).Select(use => (use.From, use.To)));

    private static string Show(IReadOnlyList<string> circle) => $"A circle: {string.Join(" → ", circle.Select(name => name.Length == 0 ? "(the project's own folder)" : name))}";
}
