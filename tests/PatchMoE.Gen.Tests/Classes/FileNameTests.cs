using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace PatchMoE.Gen.Tests;

/// <summary>Names of emitted files never collide, and a new class does not rename the files of others.</summary>
[TestFixture]
public sealed class FileNameTests
{
    [TestCase("Net", "net", "Net", "net-2")]
    [TestCase("net", "Net", "Net", "net-2")]
    [TestCase("NET", "net", "NET", "net-2")]
    public void NamesThatDifferInCase_AreNumbered(string first, string second, string stem, string numbered) =>
        Names(Class(first) + Class(second), stem, numbered);

    [Test]
    public void ThreeNamesThatDifferInCase_AreNumbered() => Names(Class("net") + Class("Net") + Class("NET"), "NET", "Net-2", "net-3");

    [Test]
    public void NamespacesThatDifferInCase_AreNumbered() =>
        Names($"namespace A\n{{\n{Class("Net")}}}\n\nnamespace a\n{{\n{Class("Net")}}}\n", "A.Net", "a.Net-2");

    [TestCase("Passes")]
    [TestCase("Layer0Model")]
    [TestCase("passes")]
    public void NestedClass_IsNumberedIfItIsNamedLikeAFile(string nested)
    {
        string source = $"{Attributes("Net")}internal sealed partial class Net\n{{\n{Class(nested)}}}\n";
        Names(source, "Net", nested == "Layer0Model" ? "Net.Layer0Model" : $"Net.{nested}-2");
    }

    [Test]
    public void NestedClassNamedLikeALayer_IsNumbered()
    {
        // A class named Layer0 cannot be a model, but Layer0 can be a type around one, in a namespace named like a model.
        string source = $"namespace A\n{{\n{Class("Net")}}}\n\nnamespace a.net\n{{\n{Class("layer0")}}}\n";
        Names(source, "A.Net", "a.net.layer0-2");
    }

    [Test]
    public void DifferentNames_AreNotNumbered() => Names(Class("Net") + Class("Net2") + Class("NetPasses"), "Net", "Net2", "NetPasses");

    [Test]
    public void AddedCollidingClass_RegeneratesNoOther()
    {
        UserProject project = Project(Class("Net") + Class("Other"));
        GeneratorRun before = project.Run();
        GeneratorRun after = before.After(project with { Sources = project.Sources.Add(new UserFile("/user/More.cs", $"using PatchMoE;\n\n{Class("net")}")) });
        Assert.That(after.Texts, Has.Count.EqualTo(before.Texts.Count + 3));
        foreach ((string name, SourceText text) in before.Texts)
        {
            Assert.That(after.Texts[name], Is.SameAs(text), name);
        }
    }

    [Test]
    public void RemovedCollision_GivesTheNameBack()
    {
        UserProject project = Project(Class("Net") + Class("net"));
        GeneratorRun after = project.Run().After(project.Replace("Net.cs", "class Net\n", "class Third\n"));
        Assert.That(after.Sources.Keys, Does.Contain("net.g.cs").And.Contain("Third.g.cs").And.Not.Contain("net-2.g.cs"));
    }

    private static void Names(string source, params string[] stems)
    {
        GeneratorRun run = Project(source).Run();
        Assert.Multiple(() =>
        {
            Assert.That(run.Diagnostics, Is.Empty);
            Assert.That(run.Sources.Keys, Is.EquivalentTo(stems.SelectMany(stem => new[] { $"{stem}.g.cs", $"{stem}.Passes.g.cs", $"{stem}.Layer0.g.cs" })));
            Assert.That(run.CompilerDiagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error), Is.Empty);
        });
    }

    private static string Class(string name) => $"{Attributes(name)}internal sealed partial class {name}\n{{\n}}\n\n";

    private static string Attributes(string name) => $"""
        [PatchMoE(Name = "{name}{s_number++}")]
        [VectorsInput(16, 24)]
        [ExpertLayer(Experts = 2, PatchesPerExpert = 3, NeuronsPerExpert = 5)]
        [FixedHead]

        """;

    /// <summary>Each spec needs its own name.</summary>
    private static int s_number;

    private static UserProject Project(string source) => UserProject.Of($"using PatchMoE;\n\n{source}");
}
