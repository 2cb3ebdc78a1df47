using Microsoft.CodeAnalysis;

namespace PatchMoE.Gen.Tests;

/// <summary>The forms of classes that a network can be compiled into.</summary>
[TestFixture]
public sealed class ClassFormTests
{
    private static readonly UserFile s_spec = UserProject.Spec("specs/mnist-joint.json");

    /// <summary>Both classes as the README shows them, in one file.</summary>
    private const string Documented = """
        using PatchMoE;

        /// <summary>From a file.</summary>
        [PatchMoE("specs/mnist-joint.json")]            // or, with no file:
        public sealed partial class MnistJoint;

        /// <summary>From attributes.</summary>
        [PatchMoE]
        [ImageInput(112, 112, Channels = 1, Patch = 28)]
        [ExpertLayer(Experts = 8, PatchesPerExpert = 6, NeuronsPerExpert = 5, Gate = Gate.SoftmaxSelected)]
        [FixedHead(HeadWeights.Gaussian)]
        public sealed partial class MnistJointInline;
        """;

    [Test]
    public void InlineClass_IsEmittedLikeTheFile()
    {
        IReadOnlyDictionary<string, string> sources = Expect.Compiles(UserProject.Of(Documented, s_spec with { Text = s_spec.Text.Replace("\"MnistJoint\"", "\"mnist-joint\"", StringComparison.Ordinal) })).Sources;
        string[] parts = ["", ".Passes", ".Layer0"];
        Assert.That(sources.Keys, Is.EquivalentTo(parts.SelectMany(part => new[] { $"MnistJoint{part}.g.cs", $"MnistJointInline{part}.g.cs" })));
        foreach (string part in parts)
        {
            // The names of class and spec differ, and so does the spec's hash.
            string file = WithoutNames(sources[$"MnistJoint{part}.g.cs"], "MnistJoint", "mnist-joint");
            string inline = WithoutNames(sources[$"MnistJointInline{part}.g.cs"], "MnistJointInline", "MnistJointInline");
            Assert.That(inline, Is.EqualTo(file));
        }
    }

    private static string WithoutNames(string text, string className, string specName) =>
        System.Text.RegularExpressions.Regex.Replace(text, "sha256 [0-9a-f]{16}", "sha256 #")
            .Replace(specName, "#", StringComparison.Ordinal)
            .Replace(className, "#", StringComparison.Ordinal);

    [TestCase("[PatchMoE(\"specs/mnist-joint.json\")]\ninternal sealed partial class Net;", "Net", TestName = "GlobalNamespace")]
    [TestCase("namespace A.B;\n\n[PatchMoE(\"specs/mnist-joint.json\")]\ninternal sealed partial class Net;", "A.B.Net", TestName = "FileScopedNamespace")]
    [TestCase("namespace A { namespace B {\n[PatchMoE(\"specs/mnist-joint.json\")]\ninternal sealed partial class Net;\n} }", "A.B.Net", TestName = "BlockNamespaces")]
    [TestCase("namespace @namespace.@class;\n\n[PatchMoE(\"specs/mnist-joint.json\")]\ninternal sealed partial class Net;", "namespace.class.Net", TestName = "NamespaceOfKeywords")]
    [TestCase("internal partial class Outer\n{\n    [PatchMoE(\"specs/mnist-joint.json\")]\n    private sealed partial class Net;\n}", "Outer.Net", TestName = "InClass")]
    [TestCase("internal partial struct Outer\n{\n    [PatchMoE(\"specs/mnist-joint.json\")]\n    internal sealed partial class Net;\n}", "Outer.Net", TestName = "InStruct")]
    [TestCase("internal readonly ref partial struct Outer\n{\n    [PatchMoE(\"specs/mnist-joint.json\")]\n    internal sealed partial class Net;\n}", "Outer.Net", TestName = "InReadonlyRefStruct")]
    [TestCase("internal partial record Outer\n{\n    [PatchMoE(\"specs/mnist-joint.json\")]\n    internal sealed partial class Net;\n}", "Outer.Net", TestName = "InRecord")]
    [TestCase("internal partial record struct Outer(int X)\n{\n    [PatchMoE(\"specs/mnist-joint.json\")]\n    internal sealed partial class Net;\n}", "Outer.Net", TestName = "InRecordStruct")]
    [TestCase("internal partial interface IOuter\n{\n    [PatchMoE(\"specs/mnist-joint.json\")]\n    internal sealed partial class Net;\n}", "IOuter.Net", TestName = "InInterface")]
    [TestCase("namespace A;\ninternal static partial class Outer\n{\n    internal partial class @in\n    {\n        [PatchMoE(\"specs/mnist-joint.json\")]\n        internal sealed partial class Net;\n    }\n}", "A.Outer.in.Net", TestName = "InTwoClasses")]
    [TestCase("[PatchMoE(\"specs/mnist-joint.json\")]\ninternal sealed partial class @event;", "event", TestName = "NamedLikeAKeyword")]
    [TestCase("[PatchMoE(\"specs/mnist-joint.json\")]\ninternal sealed partial class Größe_Ω;", "Größe_Ω", TestName = "NotAscii")]
    [TestCase("internal class Base { public int Rank => 1; }\n[PatchMoE(\"specs/mnist-joint.json\")]\ninternal partial class Net : Base, System.ICloneable\n{\n    public object Clone() => this;\n}", "Net", TestName = "BaseClassAndInterface")]
    [TestCase("internal partial class Net { public int A => InputLength; }\n[PatchMoE(\"specs/mnist-joint.json\")]\ninternal sealed partial class Net;\ninternal partial class Net { public int B => Outputs; }", "Net", TestName = "SeveralDeclarations")]
    [TestCase("[ImageInput(8, 8, Patch = 2)]\ninternal partial class Net;\n[PatchMoE, LinearHead(1)]\ninternal partial class Net;\n[DenseLayer(NeuronsPerExpert = 3)]\ninternal partial class Net;", "Net", TestName = "AttributesOnSeveralDeclarations")]
    [TestCase("[PatchMoEAttribute(specFile: \"specs/mnist-joint.json\")]\ninternal sealed partial class Net;", "Net", TestName = "NamedArgument")]
    [TestCase("internal static class Specs { public const string Joint = \"specs/\" + \"mnist-joint.json\"; }\n[PatchMoE(Specs.Joint)]\ninternal sealed partial class Net;", "Net", TestName = "ConstantPath")]
    [TestCase("[PatchMoE(\"specs/mnist-joint.json\")]\ninternal sealed partial class Net\n{\n    public void Forward() { }\n    public override string ToString() => Spec.Name;\n}", "Net", TestName = "OverloadsOfTheUser")]
    [TestCase("[PatchMoE(\"specs/mnist-joint.json\")]\ninternal sealed partial class Net(int rank = 3)\n{\n    public int Rank => rank;\n}", "Net", TestName = "ConstructorWithDefaults")]
    [TestCase("[PatchMoE(\"specs/mnist-joint.json\")]\ninternal sealed partial record Net;", "Net", TestName = "Record")]
    [TestCase("[PatchMoE(\"specs/mnist-joint.json\")]\ninternal sealed partial record class Net;", "Net", TestName = "RecordClass")]
    public void Class_Compiles(string source, string stem)
    {
        GeneratorRun run = Expect.Compiles(UserProject.Of($"using PatchMoE;\n{source}", s_spec));
        Assert.That(run.Sources.Keys, Is.EqualTo(new[] { $"{stem}.g.cs", $"{stem}.Passes.g.cs", $"{stem}.Layer0.g.cs" }));
    }

    /// <summary>While a user types, the code does not compile; the generator must not fail because of it.</summary>
    [Test]
    public void CodeWithAnyTokenMissing_NeverFailsTheGenerator()
    {
        SyntaxToken[] tokens = [.. Microsoft.CodeAnalysis.CSharp.CSharpSyntaxTree.ParseText(Documented).GetRoot().DescendantTokens()];
        foreach (SyntaxToken token in tokens.Where(token => token.Span.Length > 0))
        {
            // The harness asserts that the generator did not throw.
            UserProject.Of(Documented.Remove(token.SpanStart, token.Span.Length), s_spec).Run();
        }
    }

    [TestCase("[PatchMoE(\"specs/mnist-joint.json\")]\n[PatchMoE(\"specs/mnist-joint.json\")]\npartial class Net;")]
    [TestCase("[PatchMoE(\"specs/mnist-joint.json\")]\npartial class Net;\n[PatchMoE(\"specs/mnist-joint.json\")]\npartial class Net;")]
    [TestCase("[PatchMoE(null)]\npartial class Net;")]
    [TestCase("[PatchMoE(\"\")]\npartial class Net;")]
    [TestCase("[PatchMoE(nameof)]\npartial class Net;")]
    [TestCase("[PatchMoE(\"specs/mnist-joint.json\", 3)]\npartial class Net;")]
    [TestCase("[PatchMoE(Name = 3, Loss = \"logistic\")]\n[ImageInput(\"a\", 2.5)]\n[ExpertLayer(Experts = null)]\n[FixedHead(3)]\npartial class Net;")]
    [TestCase("[PatchMoE]\n[VectorsInput(4, 4, Groups = null)]\n[DenseLayer]\n[FixedHead]\npartial class Net;")]
    [TestCase("[PatchMoE]\n[VectorsInput(4, 4, Groups = [x, 1])]\n[DenseLayer]\n[FixedHead]\npartial class Net;")]
    [TestCase("[PatchMoE(\"specs/mnist-joint.json\")]\npartial struct Net;")]
    [TestCase("[PatchMoE(\"specs/mnist-joint.json\")]\npartial interface INet;")]
    [TestCase("[PatchMoE(\"specs/mnist-joint.json\")]\npartial class ;")]
    public void CodeThatDoesNotCompile_NeverFailsTheGenerator(string source) => UserProject.Of($"using PatchMoE;\n{source}", s_spec).Run();
}
