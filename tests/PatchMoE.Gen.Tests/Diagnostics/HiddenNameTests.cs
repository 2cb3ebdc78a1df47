using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace PatchMoE.Gen.Tests;

/// <summary>PMOE075 is reported where the emitted code would not compile, and nowhere else.</summary>
[TestFixture]
public sealed class HiddenNameTests
{
    private const string Head = "using PatchMoE;\n\n";

    private const string Classes = """
        namespace User.Nets;

        internal class Base
        {
            // base
        }

        internal partial class Outer
        {
            [PatchMoE.PatchMoE("routed.json")]
            internal sealed partial class Net : Base;

            [PatchMoE.PatchMoE("dense.json")]
            internal sealed partial class Dense;
        }
        """;

    private static readonly UserFile s_spec = UserProject.Spec("specs/mnist-joint.json");

    private static readonly UserFile[] s_specs =
    [
        Spec("routed", new ModelSpec(
            new VectorsInputSpec(53, 17, EquatableArray.Of(2)),
            EquatableArray.Of(new LayerSpec(Routing.ExpertChoice, 3, 5, PatchesPerExpert: 49, Bias: true), new LayerSpec(Routing.Sample, 2, 16)),
            new HeadSpec(HeadKind.Linear, 3, Bias: true),
            Loss.SoftmaxCrossEntropy)),
        Spec("dense", new ModelSpec(
            new VectorsInputSpec(6, 4), EquatableArray.Of(new LayerSpec(Routing.Dense, 1, 3)), new HeadSpec(HeadKind.Fixed, 1, HeadWeights.Gaussian), Loss.Logistic)),
    ];

    private static readonly Lazy<ImmutableArray<SyntaxTree>> s_emitted = new(() =>
        [.. Project(string.Empty).Run().Output.SyntaxTrees.Where(tree => tree.FilePath.EndsWith(".g.cs", StringComparison.Ordinal))]);

    /// <summary>One of each use and arity.</summary>
    private static readonly string[] s_samples = ["Workspace", "Span", "Loss", "MethodImpl", "Add", "As"];

    /// <summary>Declarations that may hide a name #; the first two of 0 and 1 type parameters.</summary>
    private static readonly string[] s_declarations =
    [
        "namespace User.Nets { internal static class #; }",
        "namespace User.Nets { internal static class #<T>; }",
        "namespace User.Nets { internal sealed class # : System.Attribute; }",
        "namespace User.Nets { file static class #; }",
        "namespace User.Nets { internal sealed class #Attribute : System.Attribute; }",
        "namespace User { internal struct #; }",
        "namespace User { internal delegate void #(); }",
        "namespace User { namespace # { internal class Any; } }",
        "namespace User.Nets.Inner { internal class #; }",
        "namespace Other { internal class #; }",
        "internal enum # { A }",
        "namespace # { internal class Any; }",
        "global using # = System.Text.Rune;",
        "global using Other; namespace Other { internal class #; }",
        "using Other; namespace Other { internal class #; }",
        "namespace User.Nets { internal partial class Outer { private interface #; } }",
        "namespace User.Nets { internal partial class Outer { private static int # => 1; } }",
        "namespace User.Nets { internal partial class Outer { private static void #() { } } }",
        "namespace User.Nets { internal partial class Outer { internal sealed partial class Net { private class #; } internal sealed partial class Dense { private class #; } } }",
        "namespace User.Nets { internal partial class Outer { internal sealed partial class Net { private int #() => 1; } internal sealed partial class Dense { private int #() => 1; } } }",
        "namespace User.Nets { internal partial class Outer { internal sealed partial class Net { private int #<T>() => 1; } internal sealed partial class Dense { private int #<T>() => 1; } } }",
        "namespace User.Nets { internal partial class Outer { internal sealed partial class Net { private int #<T1, T2>() => 1; } internal sealed partial class Dense { private int #<T1, T2>() => 1; } } }",
        "namespace User.Nets { internal partial class Outer { internal sealed partial class Net { private static int # { get; } } internal sealed partial class Dense { private int # { get; } } } }",
        "namespace User.Nets { internal partial class Outer { internal sealed partial class Net { public System.Action? #; } internal sealed partial class Dense { public System.Action? # { get; set; } } } }",
        "namespace User.Nets { internal partial class Outer { internal sealed partial class Net { public event System.Action? # { add { } remove { } } } internal sealed partial class Dense { public event System.Action? # { add { } remove { } } } } }",
    ];

    private static IEnumerable<TestCaseData> Cases()
    {
        foreach (string declaration in s_declarations)
        {
            foreach (string name in s_samples)
            {
                yield return new TestCaseData(name, declaration);
            }
        }

        foreach (UsedName used in EmittedNames.Used.Where(used => used.Use is NameUse.Type or NameUse.Expression))
        {
            yield return new TestCaseData(used.Name, s_declarations[used.Arity]);
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void Declaration_IsReportedIfTheEmittedCodeWouldNotCompile(string name, string declaration)
    {
        UserProject project = Project(declaration.Replace("#", name, StringComparison.Ordinal));
        GeneratorRun run = project.Run();
        CSharpCompilation compilation = CSharpCompilation.Create("User", run.Output.SyntaxTrees.Where(tree => !IsEmitted(tree)).Concat(s_emitted.Value), project.References, project.Options);
        Diagnostic[] errors = [.. compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)];
        Assert.Multiple(() =>
        {
            Assert.That(errors.Where(error => error.Location.SourceTree!.FilePath == "/user/Declaration.cs"), Is.Empty, "the declaration itself");
            Assert.That(run.Diagnostics.Select(diagnostic => diagnostic.Id), Has.All.EqualTo("PMOE075"));
            Assert.That(run.Diagnostics.Any(), Is.EqualTo(errors.Length > 0), string.Join('\n', errors.Take(3).Concat(run.Diagnostics)));
        });
    }

    [TestCase("namespace User;\n\ninternal class Guard;\n\n[PatchMoE(\"specs/mnist-joint.json\")]\ninternal sealed partial class §Net;", "Guard", "the class 'User.Guard'", ", or move 'Net' out of the namespace 'User'")]
    [TestCase("namespace A\n{\n    internal record Workspace;\n}\n\nnamespace A.B.C\n{\n    [PatchMoE(\"specs/mnist-joint.json\")]\n    internal sealed partial class §Net;\n}", "Workspace", "the record 'A.Workspace'", ", or move 'Net' out of the namespace 'A'")]
    [TestCase("namespace A.Values\n{\n    internal class Any;\n}\n\nnamespace A\n{\n    [PatchMoE(\"specs/mnist-joint.json\")]\n    internal sealed partial class §Net;\n}", "Values", "the namespace 'A.Values'", ", or move 'Net' out of the namespace 'A'")]
    [TestCase("[PatchMoE(\"specs/mnist-joint.json\")]\ninternal sealed partial class §Net;\n\ninternal enum Pass\n{\n    First,\n}", "Pass", "the enum 'Pass' of the global namespace", "")]
    [TestCase("internal partial class Outer\n{\n    internal struct Span<T>;\n\n    [PatchMoE(\"specs/mnist-joint.json\")]\n    internal sealed partial class §Net;\n}", "Span", "the struct 'Outer.Span<T>'", ", or move 'Net' out of 'Outer'")]
    [TestCase("[PatchMoE(\"specs/mnist-joint.json\")]\ninternal sealed partial class §Net\n{\n    public static int Add(int a, int b) => a + b;\n}", "Add", "the method 'Net.Add'", "")]
    [TestCase("internal class Base\n{\n    protected double Loss => 1;\n}\n\n[PatchMoE(\"specs/mnist-joint.json\")]\ninternal sealed partial class §Net : Base;", "Loss", "the property 'Base.Loss'", "")]
    [TestCase("[PatchMoE(\"specs/mnist-joint.json\")]\ninternal sealed partial record §Net(int Values = 1);", "Values", "the property 'Net.Values'", "")]
    public void HiddenName_Reports(string source, string name, string hiding, string escape) => Expect.Reports(
        DiagnosticRules.HiddenName,
        $"Within 'Net' the name '{name}' means {hiding}, which hides the '{name}' that the emitted code uses. Rename it{escape}.",
        UserProject.Of(Head + source, s_spec));

    [TestCase("global using Math = System.Text.Rune;", "Math", "the global alias 'Math'")]
    [TestCase("global using Lib;\n\nnamespace Lib\n{\n    internal class Workspace;\n}", "Workspace", "the class 'Lib.Workspace'")]
    public void HiddenName_Reports_GlobalUsings(string usings, string name, string hiding) => Expect.Reports(
        DiagnosticRules.HiddenName,
        $"Within 'Net' the name '{name}' means {hiding}, which hides the '{name}' that the emitted code uses. Rename it, or make the global using a using of the files that need it.",
        new UserProject
        {
            Files = [s_spec],
            Sources = [new UserFile("/user/Net.cs", "[PatchMoE.PatchMoE(\"specs/mnist-joint.json\")]\ninternal sealed partial class §Net;"), new UserFile("/user/Usings.cs", usings)],
        });

    [TestCase("namespace PatchMoE.Samples;\n\n[PatchMoE(\"specs/mnist-joint.json\")]\ninternal sealed partial class Net;", TestName = "BelowTheLibrarysNamespace")]
    [TestCase("namespace PatchMoE.Kernels;\n\n[PatchMoE(\"specs/mnist-joint.json\")]\ninternal sealed partial class Net;", TestName = "InTheLibrarysNamespace")]
    [TestCase("namespace System.Nets;\n\n[PatchMoE(\"specs/mnist-joint.json\")]\ninternal sealed partial class Net;", TestName = "BelowSystem")]
    [TestCase("namespace A\n{\n    internal class Math;\n}\n\nnamespace B\n{\n    [PatchMoE(\"specs/mnist-joint.json\")]\n    internal sealed partial class Net;\n}", TestName = "InAnotherNamespace")]
    [TestCase("[PatchMoE(\"specs/mnist-joint.json\")]\ninternal sealed partial class Net\n{\n    public Loss Loss => Loss.Logistic;\n}", TestName = "MemberOfItsTypesName")]
    [TestCase("[PatchMoE(\"specs/mnist-joint.json\")]\ninternal sealed partial class Net\n{\n    public int Pass { get; set; }\n}", TestName = "PropertyWhereATypeMustStand")]
    [TestCase("internal class Base\n{\n    private int Math => 1;\n\n    public int Twice => 2 * Math;\n}\n\n[PatchMoE(\"specs/mnist-joint.json\")]\ninternal sealed partial class Net : Base;", TestName = "PrivateMemberOfABase")]
    [TestCase("internal static class Other\n{\n    internal class Guard;\n}\n\n[PatchMoE(\"specs/mnist-joint.json\")]\ninternal sealed partial class Net;", TestName = "NestedElsewhere")]
    public void HiddenName_DoesNotReport(string source) => Expect.Compiles(UserProject.Of(Head + source, s_spec));

    [Test]
    public void HiddenName_DoesNotReport_GlobalUsingsOfWhatIsNeeded()
    {
        UserProject project = UserProject.Of(
            "global using System;\nglobal using PatchMoE;\nglobal using Math = System.Math;\nglobal using static System.Math;\n\n[PatchMoE(\"specs/mnist-joint.json\")]\ninternal sealed partial class Net;",
            s_spec);
        Assert.That(project.Run().CompilerDiagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error), Is.Empty);
        Assert.That(project.Run().Diagnostics, Is.Empty);
    }

    [Test]
    public void AllHiddenNames_AreReported()
    {
        GeneratorRun run = UserProject.Of(Head + "internal class Guard;\ninternal class Math;\n\n[PatchMoE(\"specs/mnist-joint.json\")]\ninternal sealed partial class Net;", s_spec).Run();
        Assert.Multiple(() =>
        {
            Assert.That(run.Diagnostics.Select(diagnostic => diagnostic.Id), Is.EqualTo(new[] { "PMOE075", "PMOE075" }));
            Assert.That(run.Sources, Is.Empty);
        });
    }

    private static bool IsEmitted(SyntaxTree tree) => tree.FilePath.EndsWith(".g.cs", StringComparison.Ordinal);

    private static UserFile Spec(string name, ModelSpec model) => UserProject.Spec($"{name}.json", SpecWriter.ToJson(new PatchMoESpec(name, model)));

    private static UserProject Project(string declaration) => new()
    {
        Sources = [new UserFile("/user/Nets.cs", Classes), new UserFile("/user/Declaration.cs", declaration)],
        Files = [.. s_specs],
    };
}
