using System.Text;
using PatchMoE.Compiler;
using PatchMoE.Gen.Emission;
using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Parsing;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Tests;

/// <summary>A few emitted models in full, so that review shows how a change of the emitters affects the code.</summary>
[TestFixture]
public sealed class SnapshotTests
{
    private const string Update = "UPDATE_SNAPSHOTS";
    private const int Shown = 5;
    private static readonly string s_folder = Path.Combine(Repository.Root, "tests", "PatchMoE.Gen.Tests", "Snapshots");

    [TestCase("mnist-joint", "specs/mnist-joint.json")]
    [TestCase("two-level", "tests/PatchMoE.Tests/Golden/two-level/spec.json")]
    [TestCase("sample-moe", "tests/PatchMoE.Tests/Golden/sample-moe/spec.json")]
    [TestCase("overlap-odd", "tests/PatchMoE.Tests/Golden/overlap-odd/spec.json")]
    [TestCase("wide", "specs/wide.json")]
    [TestCase("wrn-head", "specs/wrn-head.json")]
    [TestCase("celeba", "specs/celeba.json")]
    [TestCase("stack-convolution", "tests/PatchMoE.Tests/Golden/stack-convolution/spec.json")]
    [TestCase("union-learnt", "specs/union-learnt.json")]
    [TestCase("token-top2-importance", "tests/PatchMoE.Tests/Golden/token-top2-importance/spec.json")]
    [TestCase("token-capacity-score", "tests/PatchMoE.Tests/Golden/token-capacity-score/spec.json")]
    public void EmittedModel_IsTheSnapshot(string name, string specFile)
    {
        Compare(name, Join(PatchMoECompiler.Emit(TestSpecs.Read(specFile))));
    }

    [TestCase("two-level.gpu", "tests/PatchMoE.Tests/Golden/two-level/spec.json")]
    [TestCase("stack-sequence.gpu", "tests/PatchMoE.Tests/Golden/stack-sequence/spec.json")]
    public void EmittedGpuCode_IsTheSnapshot(string name, string specFile)
    {
        IEnumerable<EmittedFile> files = PatchMoECompiler.Emit(TestSpecs.Read(specFile), PatchMoECompiler.Namespace, typeof(Ilgpu.IIlgpuModel).Assembly);
        Compare(name, Join(files.Where(file => file.Name.Contains(".Ilgpu", StringComparison.Ordinal))));
    }

    [TestCase("mnist-joint.torch", "specs/mnist-joint.json")]
    public void EmittedModule_IsTheSnapshot(string name, string specFile)
    {
        var target = new TargetClass("Demo", default, "partial class MnistJoint", "MnistJoint");
        var plan = new NamedPlan(Planner.Plan(TestSpecs.Read(specFile), target), target.FileStem, new Backends(Ilgpu: false, TorchSharp: true));
        EmittedSource module = ModelEmitter.Emit(plan).Single(source => source.Name == FileNames.Torch(target.FileStem));
        Compare(name, Join([new EmittedFile(module.Name, module.Text)]));
    }

    [Test]
    public void Difference_ShowsTheFirstLinesAndTheWayToUpdate()
    {
        string text = Difference("net", ["same", "old", "end"], ["same", "new", "end"]);
        Assert.That(text, Is.EqualTo(
            "The code emitted for net differs from Snapshots/net.cs.txt at line 2:\n- old\n- end\n+ new\n+ end\nIf that is meant, run the tests with UPDATE_SNAPSHOTS=1 and review the change."));
    }

    private static void Compare(string name, string emitted)
    {
        string path = Path.Combine(s_folder, name + ".cs.txt");
        if (Environment.GetEnvironmentVariable(Update) == "1")
        {
            Directory.CreateDirectory(s_folder);
            File.WriteAllText(path, emitted);
        }

        string snapshot = File.Exists(path) ? File.ReadAllText(path).Replace("\r\n", "\n", StringComparison.Ordinal) : string.Empty;
        Assert.That(emitted == snapshot, Is.True, () => Difference(name, snapshot.Split('\n'), emitted.Split('\n')));
    }

    private static string Join(IEnumerable<EmittedFile> files) => string.Concat(files.Select(file => $"==== {file.Name} ====\n{file.Text}"));

    private static string Difference(string name, string[] snapshot, string[] emitted)
    {
        int same = snapshot.Zip(emitted).TakeWhile(lines => lines.First == lines.Second).Count();
        var text = new StringBuilder($"The code emitted for {name} differs from Snapshots/{name}.cs.txt at line {same + 1}:\n");
        text.AppendJoin(string.Empty, snapshot.Skip(same).Take(Shown).Select(line => $"- {line}\n"));
        text.AppendJoin(string.Empty, emitted.Skip(same).Take(Shown).Select(line => $"+ {line}\n"));
        return text.Append($"If that is meant, run the tests with {Update}=1 and review the change.").ToString();
    }
}
