using Microsoft.CodeAnalysis;

namespace PatchMoE.Gen.Tests;

/// <summary>Mistakes in a spec: the diagnostic is located in the JSON file, or at the argument of the attribute.</summary>
[TestFixture]
public sealed class SpecMistakeTests
{
    private const string FromFile = "[PatchMoE.PatchMoE(\"specs/net.json\")]\ninternal sealed partial class Net;";

    private const string Spec = """
        {
          "name": "net",
          "model": {
            "input": { "kind": "image", "height": 112, "width": 112, "patch": [28, 28] },
            "layers": [ { "experts": 8, "patchesPerExpert": 6, "neuronsPerExpert": 5 } ],
            "head": { "kind": "fixed" },
            "loss": "logistic"
          }
        }
        """;

    [TestCase("\"patchesPerExpert\": 6", "\"patchesPerExpert\": §20", "PMOE011", "model.layers[0].patchesPerExpert: An expert cannot take 20 patches: there are only 16. Use 1 to 16.")]
    [TestCase("\"kind\": \"fixed\"", "\"kind\": \"fixed\", \"weights\": §\"sign\"", "PMOE020", "model.head.weights: The head weights 'sign' are +1 for expert 0 and -1 for expert 1, but the number of experts in the top layer is 8. Use 2 experts in that layer, or the weights 'gaussian'.")]
    [TestCase("\"loss\": \"logistic\"", "\"loss\": §\"softmaxCrossEntropy\"", "PMOE021", "model.loss: The loss 'softmaxCrossEntropy' needs at least 2 outputs, but the head has 1. Use the loss 'logistic', or a linear head with one output per class.")]
    public void MistakeInFile_ReportsAtItsPlaceInTheJson(string old, string wrong, string id, string message) =>
        Expect.Reports(Rule(id), message, UserProject.Of(FromFile, UserProject.Spec("specs/net.json", Spec)).Replace("specs/net.json", old, wrong));

    [Test]
    public void WarningInFile_ReportsAndCompiles()
    {
        UserProject project = UserProject.Of(FromFile, UserProject.Spec("specs/net.json", Spec)).Replace("specs/net.json", "[28, 28]", "[28, 30]");
        GeneratorRun run = project.Run();
        Assert.Multiple(() =>
        {
            Assert.That(run.Diagnostics.Select(diagnostic => (diagnostic.Id, diagnostic.Severity)), Is.EqualTo(new[] { ("PMOE013", DiagnosticSeverity.Warning) }));
            Assert.That(run.Sources, Is.Not.Empty);
        });
    }

    [Test]
    public void SeveralMistakesInFile_AreAllReported()
    {
        UserProject project = UserProject.Of(FromFile, UserProject.Spec("specs/net.json", Spec))
            .Replace("specs/net.json", "\"height\": 112", "\"height\": -1")
            .Replace("specs/net.json", "\"experts\": 8", "\"experts\": \"eight\"")
            .Replace("specs/net.json", "\"kind\": \"fixed\"", "\"kind\": \"fixt\"")
            .Replace("specs/net.json", "\"loss\"", "\"lost\": 1, \"loss\"");
        GeneratorRun run = project.Run();
        Assert.Multiple(() =>
        {
            Assert.That(
                run.Diagnostics.Select(diagnostic => (diagnostic.Id, diagnostic.Location.GetLineSpan().Path, diagnostic.Location.GetLineSpan().StartLinePosition.Line)),
                Is.EquivalentTo(new[]
                {
                    ("PMOE010", "/user/specs/net.json", 3),
                    ("PMOE003", "/user/specs/net.json", 4),
                    ("PMOE005", "/user/specs/net.json", 5),
                    ("PMOE002", "/user/specs/net.json", 6),
                }));
            Assert.That(run.Sources, Is.Empty);
        });
    }

    [Test]
    public void MistakeInFileOfNoClass_IsNotReported() => Expect.Compiles(
        UserProject.Of(FromFile, UserProject.Spec("specs/net.json", Spec), UserProject.Spec("appsettings.json", "{ \"Logging\": {"), UserProject.Spec("notes.txt", "{")));

    [TestCase("PatchesPerExpert = 6", "PatchesPerExpert = §20", "PMOE011", "model.layers[0].patchesPerExpert: An expert cannot take 20 patches: there are only 16. Use 1 to 16.")]
    [TestCase("PatchesPerExpert = 6", "PatchesPerExpert = §(4 * 4) + 1", "PMOE011", "model.layers[0].patchesPerExpert: An expert cannot take 17 patches: there are only 16. Use 1 to 16.")]
    [TestCase("Patch = 28", "PatchHeight = §28, PatchWidth = 113", "PMOE012", "model.input.patch: The patch width of 113 pixels exceeds the image width of 112. Use a patch width of 1 to 112.")]
    [TestCase("FixedHead", "FixedHead(§HeadWeights.Sign)", "PMOE020", "model.head.weights: The head weights 'sign' are +1 for expert 0 and -1 for expert 1, but the number of experts in the top layer is 8. Use 2 experts in that layer, or the weights 'gaussian'.")]
    [TestCase("[PatchMoE]", "[PatchMoE(Loss = §Loss.SoftmaxCrossEntropy)]", "PMOE021", "model.loss: The loss 'softmaxCrossEntropy' needs at least 2 outputs, but the head has 1. Use the loss 'logistic', or a linear head with one output per class.")]
    [TestCase("[PatchMoE]", "[PatchMoE(Name = §\"a b\")]", "PMOE007", "name: 'a b' is not a valid spec name: a name is a letter A to Z or a to z followed by such letters, digits, '-', '_' or '.', at most 100 characters in all. Use a name such as 'mnist-joint', or leave 'name' out to use the name of the file or class.")]
    [TestCase("NeuronsPerExpert = 5", "NeuronsPerExpert = 5, Gate = §(Gate)7", "PMOE005", "model.layers[0].gate: '7' is not a valid value here; the valid values are 'none', 'softmaxSelected', 'softmaxAll' and 'sigmoid'. Use one of these.")]
    public void MistakeInAttribute_ReportsAtTheArgument(string old, string wrong, string id, string message) =>
        Expect.Reports(Rule(id), message, UserProject.Of(Attributes).Replace("Net.cs", old, wrong));

    [Test]
    public void MissingArgument_ReportsAtTheAttribute() => Expect.Reports(
        DiagnosticRules.MissingField,
        "model.layers[0]: The field 'neuronsPerExpert' is missing. Add it: the number of neurons of each expert.",
        UserProject.Of(Attributes).Replace("Net.cs", "[ExpertLayer(Experts = 8, PatchesPerExpert = 6, NeuronsPerExpert = 5)]", "[§ExpertLayer(Experts = 8, PatchesPerExpert = 6)]"));

    [Test]
    public void SeveralMistakesInAttributes_AreAllReported()
    {
        UserProject project = UserProject.Of(Attributes)
            .Replace("Net.cs", "112, 112", "112, 0")
            .Replace("Net.cs", "Experts = 8", "Experts = -8")
            .Replace("Net.cs", "FixedHead", "LinearHead(0)");
        Assert.That(
            project.Run().Diagnostics.Select(diagnostic => (diagnostic.Id, diagnostic.Location.GetLineSpan().StartLinePosition.Line)),
            Is.EquivalentTo(new[] { ("PMOE010", 3), ("PMOE010", 4), ("PMOE010", 5) }));
    }

    private const string Attributes = """
        using PatchMoE;

        [PatchMoE]
        [ImageInput(112, 112, Channels = 1, Patch = 28)]
        [ExpertLayer(Experts = 8, PatchesPerExpert = 6, NeuronsPerExpert = 5)]
        [FixedHead]
        internal sealed partial class Net;
        """;

    private static DiagnosticRule Rule(string id) => DiagnosticRules.All.Single(rule => rule.Id == id);
}
