using Microsoft.CodeAnalysis;

namespace PatchMoE.Gen.Tests.Gpu;

/// <summary>GPU code is emitted exactly where a project references PatchMoE.Ilgpu, next to CPU code that does not change.</summary>
[TestFixture]
public sealed class GpuEmissionTests
{
    private static readonly UserProject s_project = UserProject.Of(
        "namespace User;\n\n/// <summary>A network.</summary>\n[PatchMoE.PatchMoE(\"specs/mnist-joint.json\")]\npublic sealed partial class Joint;\n", UserProject.Spec("specs/mnist-joint.json"));

    [Test]
    public void WithoutTheReference_NothingIsForGpus() => Assert.That(s_project.Run().Sources.Keys, Has.None.Contains("Ilgpu"));

    [Test]
    public void TheReference_AddsFilesAndChangesNoneOfTheCpus()
    {
        IReadOnlyDictionary<string, string> cpu = s_project.Run().Sources;
        IReadOnlyDictionary<string, string> both = Expect.Compiles(s_project with { ReferencesIlgpu = true }).Sources;
        Assert.Multiple(() =>
        {
            Assert.That(both.Where(file => cpu.ContainsKey(file.Key)), Is.EquivalentTo(cpu));
            Assert.That(both.Keys.Except(cpu.Keys), Is.EquivalentTo(new[]
            {
                "User.Joint.Ilgpu.g.cs", "User.Joint.Ilgpu.Passes.g.cs", "User.Joint.Ilgpu.Layer0.g.cs", "User.Joint.Ilgpu.Head.g.cs",
            }));
        });
    }

    [Test]
    public void TheReference_AddsNoMemberToTheClass()
    {
        IEnumerable<string> Members(UserProject project) => project.Run().Output.GetTypeByMetadataName("User.Joint")!.GetMembers()
            .Where(member => member.CanBeReferencedByName)
            .Select(member => member.Name);
        Assert.That(Members(s_project with { ReferencesIlgpu = true }), Is.EquivalentTo(Members(s_project)));
    }

    /// <summary>The kernels have their own namespace, so that no name of the user's project changes its meaning there.</summary>
    [Test]
    public void NamesOfTheKernels_CannotBeHidden()
    {
        string[] names = ["Group", "Grid", "XMath", "SharedMemory", "Interop", "ArrayView", "Float4", "KernelConfig", "Accelerator", "PassBuffers", "Layer0", "Passes", "Scratch", "Action", "Math"];
        UserFile types = new($"{UserProject.Folder}Types.cs", $"{string.Concat(names.Select(name => $"internal class {name};\n"))}\nnamespace User\n{{\n{string.Concat(names.Select(name => $"    internal class {name};\n"))}}}\n");
        GeneratorRun run = (s_project with { ReferencesIlgpu = true, Sources = s_project.Sources.Add(types) }).Run();
        Assert.That(run.CompilerDiagnostics.Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning && !diagnostic.ToString().Contains("Types.cs", StringComparison.Ordinal)), Is.Empty);
    }
}
