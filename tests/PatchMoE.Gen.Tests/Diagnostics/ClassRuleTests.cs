namespace PatchMoE.Gen.Tests;

/// <summary>The rules of classes: what must hold before code can be added to one.</summary>
[TestFixture]
public sealed class ClassRuleTests
{
    private static readonly UserFile s_spec = UserProject.Spec("specs/mnist-joint.json");

    private static readonly string s_network = """
        [ImageInput(112, 112, Patch = 28)]
        [ExpertLayer(Experts = 8, PatchesPerExpert = 6, NeuronsPerExpert = 5)]
        [FixedHead]
        """;

    [Test]
    public void ClassNotPartial_Reports() => Reports(
        DiagnosticRules.ClassNotPartial,
        "The class 'Net' is not partial, so no code can be added to it. Declare it 'partial'.",
        "[PatchMoE(\"specs/mnist-joint.json\")]\npublic sealed class §Net;");

    [Test]
    public void ClassNotPartial_DoesNotReport() => Compiles("[PatchMoE(\"specs/mnist-joint.json\")]\npublic sealed partial class Net;");

    [Test]
    public void OuterTypeNotPartial_Reports() => Reports(
        DiagnosticRules.OuterTypeNotPartial,
        "The class 'Net' is nested in 'Middle', which is not partial, so no code can be added to it. Declare 'Middle' 'partial', or move the class out of it.",
        """
        internal partial class Outer
        {
            internal class Middle
            {
                [PatchMoE("specs/mnist-joint.json")]
                internal sealed partial class §Net;
            }
        }
        """);

    [Test]
    public void OuterTypeNotPartial_DoesNotReport() => Compiles("""
        internal partial class Outer
        {
            internal partial class Middle
            {
                [PatchMoE("specs/mnist-joint.json")]
                internal sealed partial class Net;
            }
        }
        """);

    [TestCase("[PatchMoE(\"specs/mnist-joint.json\")]\npublic sealed partial class §Net<T>;")]
    [TestCase("public partial class Outer<T>\n{\n    [PatchMoE(\"specs/mnist-joint.json\")]\n    public sealed partial class §Net;\n}")]
    public void GenericClass_Reports(string source) => Reports(
        DiagnosticRules.GenericClass,
        "The class 'Net' has type parameters, its own or those of a containing type, but a network is one concrete type. Remove the type parameters, or move the class out of the generic type.",
        source);

    [Test]
    public void GenericClass_DoesNotReport() => Compiles("public class Base<T>;\n\n[PatchMoE(\"specs/mnist-joint.json\")]\npublic sealed partial class Net : Base<int>;");

    [Test]
    public void SpecFileNotFound_Reports() => Reports(
        DiagnosticRules.SpecFileNotFound,
        "The spec 'specs/mnist-join.json' is not among the project's additional files, which are specs/mnist-joint.json. Add <AdditionalFiles Include=\"specs/mnist-join.json\" /> to the project file, or correct the path.",
        "[PatchMoE(§\"specs/mnist-join.json\")]\npublic sealed partial class Net;");

    [TestCase("specs/mnist-joint.json")]
    [TestCase("mnist-joint.json")]
    [TestCase("./specs/mnist-joint.json")]
    [TestCase("specs\\\\mnist-joint.json")]
    [TestCase(".\\\\specs\\\\mnist-joint.json")]
    [TestCase("specs/../specs/./mnist-joint.json")]
    [TestCase("/user/specs/mnist-joint.json")]
    public void SpecFileNotFound_DoesNotReport(string path) => Compiles($"[PatchMoE(\"{path}\")]\npublic sealed partial class Net;");

    [Test]
    public void SpecFileNotFound_DoesNotReport_OutsideTheProject() => Expect.Compiles(
        UserProject.Of("using PatchMoE;\n\n[PatchMoE(\"../specs/mnist-joint.json\")]\ninternal sealed partial class Net;", s_spec with { Path = "/specs/mnist-joint.json" }));

    /// <summary>Where the project shows a file counts as well as where it lies.</summary>
    [TestCase("specs/net.json")]
    [TestCase("specs\\\\net.json")]
    [TestCase("net.json")]
    [TestCase("shared/other.json")]
    public void SpecFileNotFound_DoesNotReport_ALink(string path) => Expect.Compiles(
        UserProject.Of($"using PatchMoE;\n\n[PatchMoE(\"{path}\")]\ninternal sealed partial class Net;", s_spec with { Path = "/shared/other.json", Link = "specs/net.json" }));

    /// <summary>Without the targets of the package, a link is not seen; the message names the file by a path that is found.</summary>
    [Test]
    public void SpecFileNotFound_NamesWhatThereIs()
    {
        UserProject project = UserProject.Of(
            "using PatchMoE;\n\n[PatchMoE(\"specs/net.json\")]\ninternal sealed partial class Net;",
            s_spec with { Path = "/shared/other.json" },
            UserProject.Spec("specs/vision/deep.json", s_spec.Text),
            UserProject.Spec("specs/pmoe.schema.json", s_spec.Text));
        string message = project.Run().Diagnostics.Single().GetMessage(System.Globalization.CultureInfo.InvariantCulture);
        Assert.That(message, Does.Contain("additional files, which are /shared/other.json, specs/vision/deep.json. Add"));
        foreach (string named in (string[])["/shared/other.json", "specs/vision/deep.json"])
        {
            Expect.Compiles(project.Replace("Net.cs", "specs/net.json", named));
        }
    }

    [Test]
    public void SpecFileNotFound_AmongNoFiles_IsShort() => Assert.That(
        UserProject.Of("using PatchMoE;\n\n[PatchMoE(\"specs/net.json\")]\ninternal sealed partial class Net;").Run().Diagnostics.Single().GetMessage(System.Globalization.CultureInfo.InvariantCulture),
        Does.StartWith("The spec 'specs/net.json' is not among the project's additional files. Add"));

    /// <summary>A project may name a file that the package's targets name too.</summary>
    [Test]
    public void AFileThatIsListedTwice_IsOneFile() => Expect.Compiles(
        UserProject.Of("using PatchMoE;\n\n[PatchMoE(\"net.json\")]\ninternal sealed partial class Net;", UserProject.Spec("a/net.json", s_spec.Text), UserProject.Spec("a/./net.json", s_spec.Text)));

    [Test]
    public void SpecFileAmbiguous_Reports() => Expect.Reports(
        DiagnosticRules.SpecFileAmbiguous,
        "Several additional files end in 'net.json': /user/a/net.json, /user/b/net.json. Include more folders in the path.",
        UserProject.Of("using PatchMoE;\n[PatchMoE(§\"net.json\")]\npublic partial class Net;", UserProject.Spec("a/net.json", s_spec.Text), UserProject.Spec("b/net.json", s_spec.Text)));

    [TestCase("a/net.json")]
    [TestCase("b/net.json")]
    public void SpecFileAmbiguous_DoesNotReport(string path) => Expect.Compiles(UserProject.Of(
        $"using PatchMoE;\n[PatchMoE(\"{path}\")]\ninternal partial class Net;", UserProject.Spec("a/net.json", s_spec.Text), UserProject.Spec("b/net.json", s_spec.Text)));

    [Test]
    public void SpecFileAmbiguous_DoesNotReport_WhereTheProjectsFolderHasTheFile() => Expect.Compiles(UserProject.Of(
        "using PatchMoE;\n[PatchMoE(\"net.json\")]\ninternal partial class Net;", UserProject.Spec("net.json", s_spec.Text), UserProject.Spec("b/net.json", s_spec.Text)));

    [TestCase("model.txt", "only files that end in '.json' are read as specs")]
    [TestCase("specs", "only files that end in '.json' are read as specs")]
    [TestCase("specs/", "only files that end in '.json' are read as specs")]
    [TestCase("specs/mnist-joint.json/", "only files that end in '.json' are read as specs")]
    [TestCase("/", "only files that end in '.json' are read as specs")]
    [TestCase("..", "only files that end in '.json' are read as specs")]
    [TestCase("a\0b", "only files that end in '.json' are read as specs")]
    [TestCase("specs/mnist-joint.json ", "only files that end in '.json' are read as specs")]
    [TestCase("", "the path is empty")]
    [TestCase(" \t", "the path is empty")]
    [TestCase("pmoe.schema.json", "a file that ends in '.schema.json' is a schema, which says what a spec may hold")]
    [TestCase("specs/pmoe.schema.json", "a file that ends in '.schema.json' is a schema, which says what a spec may hold")]
    public void NotASpecFile_Reports(string path, string reason) => Expect.Reports(
        DiagnosticRules.NotASpecFile,
        $"'{path}' is not a spec file: {reason}. Give the path of a spec, for example \"specs/net.json\"; rename the file if it is one.",
        UserProject.Of(
            $"[PatchMoE.PatchMoE(§{Microsoft.CodeAnalysis.CSharp.SymbolDisplay.FormatLiteral(path, quote: true)})]\ninternal partial class Net;",
            s_spec,
            UserProject.Spec("model.txt", s_spec.Text),
            UserProject.Spec("specs/pmoe.schema.json")));

    [TestCase("specs/net.json")]
    [TestCase("specs/net.JSON")]
    public void NotASpecFile_DoesNotReport(string path) => Expect.Compiles(
        UserProject.Of($"[PatchMoE.PatchMoE(\"{path}\")]\ninternal partial class Net;", UserProject.Spec(path, s_spec.Text)));

    [TestCase("/elsewhere/net.json")]
    [TestCase("C:/nets/net.json")]
    [TestCase(".json")]
    [TestCase("../../../../net.json")]
    public void PathOfNoFile_ReportsThatItIsNotFound(string path) => Reports(
        DiagnosticRules.SpecFileNotFound,
        $"The spec '{path}' is not among the project's additional files, which are specs/mnist-joint.json. Add <AdditionalFiles Include=\"{path}\" /> to the project file, or correct the path.",
        $"[PatchMoE(§\"{path}\")]\npublic partial class Net;");

    [TestCase("", "the end of the text")]
    [TestCase(" \n\t", "the end of the text")]
    public void EmptyFile_ReportsThatItIsNoJson(string text, string found)
    {
        GeneratorRun run = UserProject.Of("[PatchMoE.PatchMoE(\"net.json\")]\ninternal partial class Net;", UserProject.Spec("net.json", text)).Run();
        Assert.That(
            run.Diagnostics.Select(diagnostic => (diagnostic.Id, diagnostic.Location.GetLineSpan().Path, diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture))),
            Is.EqualTo(new[] { ("PMOE001", "/user/net.json", $"The text is not valid JSON: expected a value, found {found}. Fix the JSON here; JSON allows neither comments nor trailing commas.") }));
    }

    [Test]
    public void DuplicateSpecName_Reports() => Reports(
        DiagnosticRules.DuplicateSpecName,
        "The class 'First' is also compiled from a spec named 'MnistJoint'. Give one of the specs another name.",
        "[PatchMoE(\"specs/mnist-joint.json\")]\npublic partial class First;\n\n[PatchMoE(\"specs/mnist-joint.json\")]\npublic partial class §Second;");

    [Test]
    public void DuplicateSpecName_DoesNotReport() => Compiles(
        $"[PatchMoE(\"specs/mnist-joint.json\")]\npublic partial class First;\n\n[PatchMoE]\n{s_network}\npublic partial class Second;");

    [TestCase("[§ImageInput(112, 112, Patch = 28)]", "ImageInput")]
    [TestCase("[§SampleLayer(Experts = 2, NeuronsPerExpert = 3)]", "SampleLayer")]
    [TestCase("[§LinearHead(2)]", "LinearHead")]
    public void FileAndAttributes_Reports(string attribute, string name) => Reports(
        DiagnosticRules.FileAndAttributes,
        $"The class 'Net' has both a spec file and [{name}], but only one of the two can describe the network. Remove [{name}], or the path in [PatchMoE].",
        $"[PatchMoE(\"specs/mnist-joint.json\")]\n{attribute}\npublic partial class Net;");

    [Test]
    public void FileAndAttributes_DoesNotReport() => Compiles("[System.Serializable]\n[PatchMoE(\"specs/mnist-joint.json\")]\npublic partial class Net;");

    [TestCase("[ExpertLayer(Experts = 8, PatchesPerExpert = 6, NeuronsPerExpert = 5)]\n[FixedHead]", "input attribute", "[ImageInput], [VectorsInput] or [TextInput]")]
    [TestCase("[VectorsInput(16, 4)]\n[FixedHead]", "layer attribute", "[ExpertLayer], [TokenLayer], [DenseLayer] or [SampleLayer]")]
    [TestCase("[VectorsInput(16, 4)]\n[DenseLayer(NeuronsPerExpert = 5)]", "head attribute", "[FixedHead] or [LinearHead]")]
    public void MissingAttribute_Reports(string attributes, string missing, string choices) => Reports(
        DiagnosticRules.MissingAttribute,
        $"The class 'Net' has no spec file and no {missing}. Add {choices}, or the path of a spec file to [PatchMoE].",
        $"[PatchMoE]\n{attributes}\npublic partial class §Net;");

    [Test]
    public void MissingAttribute_DoesNotReport() => Compiles($"[PatchMoE]\n{s_network}\npublic partial class Net;");

    [Test]
    public void MissingAttribute_ReportsAllThatAreMissing()
    {
        GeneratorRun run = UserProject.Of("[PatchMoE.PatchMoE]\npublic partial class Net;").Run();
        Assert.That(run.Diagnostics.Select(diagnostic => diagnostic.Id), Is.EqualTo(Enumerable.Repeat(DiagnosticRules.MissingAttribute.Id, 3)));
    }

    [TestCase("[VectorsInput(16, 4)]\n[§ImageInput(8, 8, Patch = 2)]\n[DenseLayer(NeuronsPerExpert = 5)]\n[FixedHead]", "input")]
    [TestCase("[VectorsInput(16, 4)]\n[DenseLayer(NeuronsPerExpert = 5)]\n[FixedHead]\n[§LinearHead(2)]", "head")]
    public void SeveralAttributes_Reports(string attributes, string kind) => Reports(
        DiagnosticRules.SeveralAttributes,
        $"The class 'Net' has more than one {kind} attribute. Keep one of them.",
        $"[PatchMoE]\n{attributes}\npublic partial class Net;");

    [Test]
    public void SeveralAttributes_DoesNotReport_SeveralLayers() => Compiles("""
        [PatchMoE]
        [VectorsInput(16, 4, Groups = [3])]
        [DenseLayer(NeuronsPerExpert = 5)]
        [DenseLayer(NeuronsPerExpert = 2)]
        [FixedHead]
        public partial class Net;
        """);

    /// <summary>The table and the encoding of a text come from its attribute.</summary>
    [Test]
    public void TextInput_SaysVocabularyAndEncoding()
    {
        GeneratorRun run = UserProject.Of("""
            using PatchMoE;

            [PatchMoE]
            [TextInput(8, 16, Embedding = TextEmbedding.Trained, Vocabulary = 100, Tokens = TextTokens.Bpe, Encoding = "my.tiktoken")]
            [DenseLayer(NeuronsPerExpert = 5)]
            [LinearHead(1)]
            internal sealed partial class Net;
            """).Run();
        Assert.That(run.Diagnostics, Is.Empty);
        Assert.That(run.Sources.Values, Has.Some.Contains("Vocabulary: 100,\n").And.Some.Contains("Encoding: \"my.tiktoken\"").And.Some.Contains("TableLength = 800"));
    }

    [Test]
    public void UnknownEncoding_IsReportedAtItsValue() => Reports(
        DiagnosticRules.UnknownEncoding,
        "model.input.encoding: The encoding 'gpt5' is neither 'cl100k_base' nor a file of ranks (.tiktoken) or of a vocabulary (.json). Use 'cl100k_base', or the path of such a file.",
        "[PatchMoE]\n[TextInput(8, 16, Tokens = TextTokens.Bpe, Encoding = §\"gpt5\")]\n[DenseLayer(NeuronsPerExpert = 5)]\n[LinearHead(1)]\npublic partial class Net;");

    [Test]
    public void StaticClass_Reports() => Reports(
        DiagnosticRules.StaticClass,
        "The class 'Net' is static, but a network is an object that holds its weights. Remove 'static'.",
        "[PatchMoE(\"specs/mnist-joint.json\")]\npublic static partial class §Net;");

    [Test]
    public void StaticClass_DoesNotReport() => Compiles("public static partial class Networks\n{\n    [PatchMoE(\"specs/mnist-joint.json\")]\n    public sealed partial class Net;\n}");

    [Test]
    public void RuntimeNotReferenced_Reports() => Expect.Reports(
        DiagnosticRules.RuntimeNotReferenced,
        "The code of 'Net' needs the library PatchMoE, which this project does not reference. Add <PackageReference Include=\"PatchMoE\" /> to the project file.",
        UserProject.Of(
            """
            namespace PatchMoE
            {
                internal sealed class PatchMoEAttribute(string file) : System.Attribute
                {
                    public string File => file;
                }
            }

            [PatchMoE.PatchMoE("specs/mnist-joint.json")]
            internal sealed partial class §Net;
            """,
            s_spec) with { ReferencesRuntime = false });

    [Test]
    public void RuntimeNotReferenced_DoesNotReport() => Compiles("[PatchMoE(\"specs/mnist-joint.json\")]\ninternal sealed partial class Net;");

    [Test]
    public void FileLocalClass_Reports() => Reports(
        DiagnosticRules.FileLocalClass,
        "The class 'Net' is file-local, so code in another file cannot be added to it. Declare it 'internal'.",
        "[PatchMoE(\"specs/mnist-joint.json\")]\nfile sealed partial class §Net;");

    [Test]
    public void FileLocalClass_DoesNotReport() => Compiles("[PatchMoE(\"specs/mnist-joint.json\")]\ninternal sealed partial class Net;");

    [TestCase("Patch = 28, PatchWidth = §14", "Patch", "PatchWidth")]
    [TestCase("PatchHeight = §28, Patch = 28", "Patch", "PatchHeight")]
    [TestCase("Patch = 28, Stride = 7, StrideHeight = §7", "Stride", "StrideHeight")]
    public void SizeGivenTwice_Reports(string sizes, string both, string one) => Reports(
        DiagnosticRules.SizeGivenTwice,
        $"'{both}' sets the height and the width, and '{one}' sets one of them again. Keep '{both}', or set the height and the width separately.",
        $"[PatchMoE]\n[ImageInput(112, 112, {sizes})]\n[ExpertLayer(Experts = 2, PatchesPerExpert = 2, NeuronsPerExpert = 20)]\n[FixedHead]\npublic partial class Net;");

    [Test]
    public void SizeGivenTwice_DoesNotReport() => Compiles(
        "[PatchMoE]\n[ImageInput(112, 112, PatchHeight = 28, PatchWidth = 14, Stride = 14)]\n[ExpertLayer(Experts = 2, PatchesPerExpert = 2, NeuronsPerExpert = 20)]\n[FixedHead]\npublic partial class Net;");

    [TestCase("HeadWeight")]
    [TestCase("Spec")]
    [TestCase("Layer0ExpertsWeight")]
    [TestCase("Parameters")]
    [TestCase("Outputs")]
    public void EmittedName_Reports(string name) => Reports(
        DiagnosticRules.EmittedName,
        $"The class '{name}' gets a generated member named '{name}', but a C# class cannot have a member of its own name. Rename the class, for example to '{name}Model'.",
        $"[PatchMoE(\"specs/mnist-joint.json\")]\npublic sealed partial class §{name};");

    [TestCase("HeadModel")]
    [TestCase("Layer")]
    [TestCase("Layer0")]
    [TestCase("HeadBias")]
    [TestCase("Layer0Experts")]
    [TestCase("Math")]
    [TestCase("Network")]
    public void EmittedName_DoesNotReport(string name) => Compiles($"[PatchMoE(\"specs/mnist-joint.json\")]\npublic sealed partial class {name};");

    [TestCase("abstract partial class §Net;", "is abstract", "Remove 'abstract'")]
    [TestCase("partial class §Net(int rank)\n{\n    public int Rank => rank;\n}", "has no constructor without parameters", "Add one; it may be private")]
    [TestCase("partial class §Net\n{\n    public Net(string title) => Title = title;\n\n    public string Title { get; }\n}", "has no constructor without parameters", "Add one; it may be private")]
    [TestCase("partial class §Net\n{\n    public required string Title { get; init; }\n}", "has the required member 'Title'", Required)]
    [TestCase("partial class §Net\n{\n    internal required int Rank;\n}", "has the required member 'Rank'", Required)]
    [TestCase("partial class §Net : Base;\n\ninternal class Base\n{\n    public required string Title { get; init; }\n}", "has the required member 'Title'", Required)]
    public void NoPlainConstructor_Reports(string source, string obstacle, string fix) => Reports(
        DiagnosticRules.NoPlainConstructor,
        $"The class 'Net' {obstacle}, but its method 'Load' constructs it with 'new()'. {fix}.",
        $"[PatchMoE(\"specs/mnist-joint.json\")]\n{source}");

    private const string Required = "Remove 'required', or add a constructor without parameters that has [SetsRequiredMembers]; it may be private";

    [TestCase("partial class Net\n{\n    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]\n    private Net() => Title = string.Empty;\n\n    public required string Title { get; init; }\n}")]
    [TestCase("partial class Net(int rank = 0)\n{\n    public int Rank => rank;\n}")]
    [TestCase("partial class Net\n{\n    private Net()\n    {\n    }\n}")]
    [TestCase("partial class Net(params int[] sizes)\n{\n    public int[] Sizes => sizes;\n}")]
    public void NoPlainConstructor_DoesNotReport(string source) => Compiles($"[PatchMoE(\"specs/mnist-joint.json\")]\n{source}");

    [Test]
    public void ClassWithSeveralMistakes_ReportsAll()
    {
        GeneratorRun run = UserProject.Of("using PatchMoE;\n[PatchMoE(\"none.json\")]\n[FixedHead]\npublic static class Net<T>;").Run();
        Assert.That(
            run.Diagnostics.Select(diagnostic => diagnostic.Id),
            Is.EquivalentTo(new[] { DiagnosticRules.ClassNotPartial.Id, DiagnosticRules.StaticClass.Id, DiagnosticRules.GenericClass.Id, DiagnosticRules.SpecFileNotFound.Id, DiagnosticRules.FileAndAttributes.Id }));
        Assert.That(run.Sources, Is.Empty);
    }

    private static void Reports(DiagnosticRule rule, string message, string source) => Expect.Reports(rule, message, UserProject.Of($"using PatchMoE;\n\n{Documented(source)}", s_spec));

    private static void Compiles(string source) => Expect.Compiles(UserProject.Of($"using PatchMoE;\n\n{Documented(source)}", s_spec));

    /// <summary>Public classes would need XML docs, which are not the subject of these tests.</summary>
    private static string Documented(string source) => source.Replace("public ", "internal ", StringComparison.Ordinal);
}
