using PatchMoE.Compiler;

namespace PatchMoE.Gen.Tests;

[TestFixture]
public sealed class CompilerTests
{
    [TestCase("mnist-joint", ExpectedResult = "MnistJoint")]
    [TestCase("MnistJoint", ExpectedResult = "MnistJoint")]
    [TestCase("text_long.v2", ExpectedResult = "TextLongV2")]
    [TestCase("a", ExpectedResult = "A")]
    [TestCase("a--b_", ExpectedResult = "AB")]
    [TestCase("digits-10", ExpectedResult = "Digits10")]
    [TestCase("class", ExpectedResult = "Class")]
    [TestCase("head", ExpectedResult = "Head")]
    [TestCase("spec", ExpectedResult = "SpecModel")]
    [TestCase("head-model", ExpectedResult = "HeadModel")]
    public string ClassName_IsTheSpecNameInPascalCase(string specName) => PatchMoECompiler.ClassName(specName);

    [Test]
    public void Emit_NamesTheFilesAfterTheClass() => Assert.Multiple(() =>
    {
        Assert.That(Names("specs/mnist-joint.json"), Is.EqualTo(new[] { "MnistJoint.g.cs", "MnistJoint.Passes.g.cs", "MnistJoint.Layer0.g.cs" }));
        Assert.That(Names("tests/PatchMoE.Tests/Golden/two-level/spec.json"), Is.EqualTo(new[] { "TwoLevel.g.cs", "TwoLevel.Passes.g.cs", "TwoLevel.Layer0.g.cs", "TwoLevel.Layer1.g.cs" }));
    });

    [Test]
    public void Emit_PutsTheClassIntoTheNamespace()
    {
        IReadOnlyList<EmittedFile> files = PatchMoECompiler.Emit(TestSpecs.Read("specs/mnist-joint.json"), "My.Models");
        Assert.Multiple(() =>
        {
            Assert.That(files.Select(file => file.Name), Is.EqualTo(Names("specs/mnist-joint.json")));
            Assert.That(files[0].Text, Does.Contain("\nnamespace My.Models;\n"));
            Assert.That(files.Skip(1).Select(file => file.Text), Has.All.Contain("\nnamespace PatchMoE.Emitted.My_Models_MnistJoint;\n"));
        });
    }

    [Test]
    public void Emit_GivesWhatAUsersProjectGets()
    {
        UserProject project = UserProject.Of(
            "namespace PatchMoE.Models;\n\n[PatchMoE(\"specs/mnist-joint.json\")]\ninternal sealed partial class MnistJoint;", UserProject.Spec("specs/mnist-joint.json"));
        Assert.That(
            PatchMoECompiler.Emit(TestSpecs.Read("specs/mnist-joint.json")).Select(file => file.Text), Is.EqualTo(project.Run().Result.GeneratedSources.Select(source => source.SourceText.ToString())));
    }

    [TestCaseSource(typeof(TestSpecs), nameof(TestSpecs.GoldenFiles))]
    public void Compile_GivesTheModelOfTheSpec(string file)
    {
        PatchMoESpec spec = TestSpecs.Read(file);
        IPatchMoEModel model = PatchMoECompiler.Compile(spec);
        Assert.Multiple(() =>
        {
            Assert.That(model.Spec, Is.EqualTo(new PatchMoESpec(spec.Name, spec.Model)));
            Assert.That(model.ParameterSpecs, Is.EqualTo(spec.Model.Parameters()));
            Assert.That(model.Parameters.ToArray(), Has.All.Zero);
        });
    }

    private static IEnumerable<string> Names(string file) => PatchMoECompiler.Emit(TestSpecs.Read(file)).Select(emitted => emitted.Name);
}
