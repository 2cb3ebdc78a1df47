using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using PatchMoE.Compiler;
using PatchMoE.Gen.Parsing;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Tests;

/// <summary>A user's members next to generated ones: PMOE077 is reported where C# forbids both, and nowhere else.</summary>
[TestFixture]
public sealed partial class EmittedMemberTests
{
    /// <summary>Stands in for PatchMoE.TorchSharp, which these tests do not reference: what an emitted module needs of it.</summary>
    private const string TorchLibrary = """

        namespace PatchMoE.TorchSharp
        {
            public enum ModuleOutput { Logits, Features }

            public abstract class PatchMoEModule
            {
                protected global::TorchSharp.torch.Tensor Weight(string name) => new();
            }

            public class CompiledModule(IPatchMoEModel model, ModuleOutput output, int threads) : PatchMoEModule
            {
                public IPatchMoEModel GetModel() => output == ModuleOutput.Logits && threads >= 0 ? model : throw new System.NotSupportedException();
            }
        }

        namespace TorchSharp
        {
            public static class torch
            {
                public sealed class Tensor;
            }
        }
        """;

    private const string Class = "[PatchMoE.PatchMoE(\"specs/mnist-joint.json\")]\ninternal sealed partial class Net : Base;\n\ninternal partial class Base;\n";

    private static readonly UserFile s_spec = UserProject.Spec("specs/mnist-joint.json");

    /// <summary>One of each kind of generated member.</summary>
    private static readonly string[] s_names = ["Outputs", "Spec", "Parameters", "HeadWeight", "RouteShape", "Forward", "Save", "_network", "Module"];

    /// <summary>Declarations of a member #.</summary>
    private static readonly string[] s_declarations =
    [
        "public int #;",
        "public const int # = 1;",
        "public static int # => 1;",
        "public string # { get; set; } = string.Empty;",
        "public event System.Action? # { add { } remove { } }",
        "public void #() { }",
        "public void #(string text) { }",
        "public static int #(string? path) => 1;",
        "public int #<T>(string path) => 1;",
        "public void #(ref string path) { }",
        "public void #(System.ReadOnlySpan<float> input, System.Span<float> logits, PatchMoE.Workspace workspace, System.ReadOnlySpan<int> lengths) { }",
        "public void #(System.ReadOnlySpan<float> input, System.Span<float> logits, PatchMoE.Workspace workspace) { }",
        "public class #;",
        "public class #<T>;",
        "public enum # { A }",
        "public delegate void #();",
        "public void get_#() { }",
        "public int get_#(int index) => index;",
    ];

    private static readonly Lazy<ImmutableArray<SyntaxTree>> s_emitted = new(() =>
        [.. Project(string.Empty).Run().Output.SyntaxTrees.Where(tree => tree.FilePath.EndsWith(".g.cs", StringComparison.Ordinal))]);

    /// <summary>The class contains each declaration once for each name; C# reports a clash when it declares the members, so no body is compiled.</summary>
    [TestCaseSource(nameof(s_declarations))]
    public void OwnMember_IsReportedIfBothWouldNotCompile(string declaration)
    {
        UserProject project = Project($"internal sealed partial class Net\n{{\n{All(declaration)}}}\n");
        GeneratorRun run = project.Run();
        IEnumerable<SyntaxTree> own = run.Output.SyntaxTrees.Where(tree => !tree.FilePath.EndsWith(".g.cs", StringComparison.Ordinal));
        Diagnostic[] errors = [.. CSharpCompilation.Create("User", own.Concat(s_emitted.Value), project.References, project.Options)
            .GetDeclarationDiagnostics()
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)];
        Assert.Multiple(() =>
        {
            Assert.That(run.Diagnostics.Select(diagnostic => diagnostic.Id), Has.All.EqualTo("PMOE077"));
            Assert.That(Names(run.Diagnostics), Is.EquivalentTo(Names(errors)), string.Join('\n', errors.Select(error => error.ToString())));
            Assert.That(run.Sources.Count > 0, Is.EqualTo(errors.Length == 0));
        });
    }

    [TestCaseSource(nameof(s_declarations))]
    public void InheritedMember_IsHidden(string declaration)
    {
        GeneratorRun run = Project($"internal partial class Base\n{{\n{All(declaration)}}}\n").Run();
        Assert.Multiple(() =>
        {
            Assert.That(run.Diagnostics, Is.Empty);
            Assert.That(
                run.CompilerDiagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error || diagnostic.Location.SourceTree!.FilePath.EndsWith(".g.cs", StringComparison.Ordinal)),
                Is.Empty);
        });
    }

    private static string All(string declaration) => string.Concat(s_names.Select(name => $"    {declaration.Replace("#", name, StringComparison.Ordinal)}\n"));

    /// <summary>The names that messages are about.</summary>
    private static IEnumerable<string> Names(IEnumerable<Diagnostic> diagnostics) => diagnostics
        .SelectMany(diagnostic => QuotedName().Matches(diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture)))
        .Select(match => match.Groups["name"].Value)
        .Where(s_names.Contains)
        .Distinct();

    [System.Text.RegularExpressions.GeneratedRegex(@"'(Net\.)?(get_)?(?<name>\w+)(\(.*?\))?'")]
    private static partial System.Text.RegularExpressions.Regex QuotedName();

    [TestCase("partial class Net\n{\n    public int §Parameters => 1;\n}", "Net.Parameters", "Parameters")]
    [TestCase("partial class Net\n{\n    private static readonly int §_network = 1;\n}", "Net._network", "_network")]
    [TestCase("partial class Net\n{\n    public enum §Forward\n    {\n        A,\n    }\n}", "Net.Forward", "Forward")]
    [TestCase("partial class Net\n{\n    public static Net? §Load(string path) => null;\n}", "Net.Load", "Load")]
    [TestCase("partial class Net : System.IDisposable\n{\n    public void §Dispose()\n    {\n    }\n}", "Net.Dispose", "Dispose")]
    [TestCase("partial record Net(int §Outputs = 1);", "Net.Outputs", "Outputs")]
    [TestCase("partial class Net : IPatchMoEModel\n{\n    PatchMoESpec IPatchMoEModel.§Spec => throw new System.NotSupportedException();\n}", "Net.Spec", "Spec")]
    [TestCase("partial class Net;\n\npartial class Net\n{\n    public int §Patches { get; set; }\n}", "Net.Patches", "Patches")]
    [TestCase("partial class Net : Base\n{\n}\n\nabstract class Base\n{\n    public abstract void §Save(string path);\n}", "Base.Save", "Save")]
    [TestCase("partial class Net : Middle\n{\n}\n\nabstract class Middle : Base;\n\nabstract class Base\n{\n    protected abstract int §Outputs { get; }\n}", "Base.Outputs", "Outputs")]
    public void EmittedMember_Reports(string source, string member, string generated) => Expect.Reports(
        DiagnosticRules.EmittedMember,
        $"The member '{member}' clashes with the member '{generated}' that is generated for the class 'Net'. Rename '{member}'.",
        UserProject.Of($"using PatchMoE;\n\n[PatchMoE(\"specs/mnist-joint.json\")]\n{source}", s_spec));

    [TestCase("partial class Net\n{\n    public int Layer0Patches => 1;\n\n    public int ImageDepth => 2;\n\n    public int Groups => 3;\n}", TestName = "NamesOfOtherNetworks")]
    [TestCase("partial class Net\n{\n    private class Module;\n}", TestName = "ModuleWithoutTorch")]
    [TestCase("partial class Net : System.IFormattable\n{\n    string System.IFormattable.ToString(string? format, System.IFormatProvider? provider) => string.Empty;\n}", TestName = "ExplicitImplementation")]
    [TestCase("partial class Net : IPatchMoEModel\n{\n    void IPatchMoEModel.Forward(System.ReadOnlySpan<float> input, System.Span<float> logits, Workspace workspace, System.ReadOnlySpan<int> lengths) => Forward(input, logits, workspace, lengths);\n}", TestName = "ExplicitImplementationOfAPass")]
    [TestCase("partial class Net : Middle;\n\nabstract class Middle : Base\n{\n    protected override int Outputs => 1;\n}\n\nabstract class Base\n{\n    protected abstract int Outputs { get; }\n}", TestName = "AbstractMemberOverriddenBetween")]
    [TestCase("partial class Net : Base;\n\nclass Base\n{\n    public virtual void Save(string path) => throw new System.NotSupportedException(path);\n}", TestName = "VirtualMember")]
    [TestCase("partial class Net(int Outputs = 1)\n{\n    public int Twice { get; } = 2 * Outputs;\n}", TestName = "ParameterOfAPrimaryConstructor")]
    [TestCase("partial class Net : Other.Base;\n\nclass Other\n{\n    public class Base\n    {\n        public class Net;\n\n        public class PatchMoE;\n\n        public class System;\n    }\n}", TestName = "BaseWithNestedTypesOfSuchNames")]
    [TestCase("partial class Net : Base;\n\n[PatchMoE(Name = \"base\")]\n[VectorsInput(4, 4)]\n[DenseLayer(NeuronsPerExpert = 3)]\n[FixedHead]\npartial class Base;", TestName = "BaseIsAModel")]
    [TestCase("partial class Net\n{\n    public partial int Rank { get; }\n\n    public partial int Rank => 1;\n}", TestName = "PartialProperty")]
    public void EmittedMember_DoesNotReport(string source) => Expect.Compiles(UserProject.Of($"using PatchMoE;\n\n[PatchMoE(\"specs/mnist-joint.json\")]\n{source}", s_spec));

    [Test]
    public void EveryClash_IsReportedOnce()
    {
        GeneratorRun run = Project("internal sealed partial class Net\n{\n    public int Parameters;\n\n    public int Spec;\n\n    public int Save;\n}\n").Run();
        Assert.Multiple(() =>
        {
            Assert.That(run.Diagnostics.Select(diagnostic => diagnostic.Id), Is.EqualTo(Enumerable.Repeat("PMOE077", 3)));
            Assert.That(run.Sources, Is.Empty);
        });
    }

    /// <summary>The rule compares with exactly what is emitted: no more, no less.</summary>
    [Test]
    public void Table_IsWhatIsEmitted()
    {
        PatchMoESpec[] probes = [.. Probes()];
        IEnumerable<string> classes = probes.Select((_, i) => $"[PatchMoE.PatchMoE(\"{i}.json\")]\ninternal sealed partial class Probe{i};");
        UserFile[] files = [.. probes.Select((spec, i) => UserProject.Spec($"{i}.json", SpecWriter.ToJson(spec)))];
        CSharpCompilation output = UserProject.Of(string.Join('\n', classes) + TorchLibrary, files).Run().Output;
        Assert.Multiple(() =>
        {
            for (int i = 0; i < probes.Length; i++)
            {
                IEnumerable<ClassMember> emitted = output.GetTypeByMetadataName($"Probe{i}")!.GetMembers()
                    .Where(member => !member.IsImplicitlyDeclared && member is not IMethodSymbol { AssociatedSymbol: not null })
                    .Select(UserMembers.Describe);
                IEnumerable<ClassMember> table = EmittedMembers.Of(probes[i].Model, torchSharp: true).Where(member => !IsAccessor(member.Name));
                Assert.That(table, Is.EquivalentTo(emitted), probes[i].Name);
                Assert.That(table.Select(member => member.Name), Has.All.Matches<string>(name => EmittedMembers.IsName(name!)));
            }
        });
    }

    private static bool IsAccessor(string name) => name.StartsWith("get_", StringComparison.Ordinal) || name.StartsWith("set_", StringComparison.Ordinal);

    [TestCase("head-weight", "HeadWeightModel")]
    [TestCase("spec", "SpecModel")]
    [TestCase("layer-0-experts", "Layer0ExpertsModel")]
    [TestCase("math", "Math")]
    [TestCase("network", "Network")]
    public void CompiledSpec_GetsAClassNameOfItsOwn(string name, string className)
    {
        IPatchMoEModel model = PatchMoECompiler.Compile(RandomSpec.Of(0) with { Name = name });
        Assert.That((model.GetType().Name, model.Spec.Name), Is.EqualTo((className, name)));
    }

    /// <summary>Every kind of network: random ones, one that learns vectors of tokens, and the deepest with all weights in every layer.</summary>
    private static IEnumerable<PatchMoESpec> Probes()
    {
        var layer = new LayerSpec(Routing.ExpertChoice, 2, 3, PatchesPerExpert: 2, Bias: true);
        return Enumerable.Range(0, 20).Select(RandomSpec.Of).Append(TestSpecs.Read("specs/union-learnt.json")).Append(new PatchMoESpec("deep", new ModelSpec(
            new VectorsInputSpec(4, 5, EquatableArray.Of(3, 3)), EquatableArray.Of(layer, layer, layer), new HeadSpec(HeadKind.Linear, 2, Bias: true), Loss.SoftmaxCrossEntropy)));
    }

    private static UserProject Project(string declaration) => new()
    {
        Sources = [new UserFile("/user/Net.cs", Class), new UserFile("/user/Declaration.cs", declaration), new UserFile("/user/Torch.cs", "using PatchMoE;\n" + TorchLibrary)],
        Files = [s_spec],
    };
}
