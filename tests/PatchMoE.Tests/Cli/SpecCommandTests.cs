using System.Text;
using Microsoft.CodeAnalysis.CSharp;

namespace PatchMoE.Tests;

/// <summary><c>check</c>, <c>emit</c> and <c>init</c>.</summary>
public sealed class SpecCommandTests
{
    private const string FiveMistakes = """
        {
          "name": "Five",
          "model": {
            "input":  { "kind": "image", "height": 28, "width": 28, "channels": 1, "patch": [7, 7] },
            "layers": [ { "routing": "expertChoice", "experts": 4, "patchesPerExpert": 20, "neuronsPerExpert": "five",
                          "gate": "softmax", "colour": "red" } ],
            "head":   { "kind": "linear", "outputs": 10 },
            "loss":   "hinge"
          }
        }
        """;

    private TemporaryFolder _folder = null!;

    private static IEnumerable<Encoding> Encodings() =>
        [new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.UTF32, new UTF32Encoding(bigEndian: true, byteOrderMark: true)];

    private static string MnistJoint => Path.Combine(Repository.Root, "specs", "mnist-joint.json");

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Check_OfAValidSpec_SaysItsSizes()
    {
        Outcome outcome = Pmoe.Run("check", MnistJoint);
        Assert.That(outcome, Is.EqualTo(new Outcome(
            0, $"{MnistJoint}: MnistJoint is valid (layer 0: 16 patches of d = 784, 8 experts of 5 neurons, 6 each; 1 output; 37,672 weights).\n", "")));
    }

    [Test]
    public void Check_OfFiveMistakes_PrintsFiveDiagnostics()
    {
        File.WriteAllText(_folder.File("five.json"), FiveMistakes);
        Outcome outcome = Pmoe.Run("check", _folder.File("five.json"));
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        string[] diagnostics = outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(diagnostics, Has.Length.EqualTo(5));
        string[] paths = ["model.layers[0].patchesPerExpert", "model.layers[0].neuronsPerExpert", "model.layers[0].gate", "model.layers[0].colour", "model.loss"];
        int[] lines = [5, 5, 6, 6, 8];
        for (int i = 0; i < paths.Length; i++)
        {
            Assert.That(diagnostics[i], Does.Match(@$"five\.json\({lines[i]},\d+\): error PMOE\d\d\d: ").And.Contain($": {paths[i]}: "));
        }

        Assert.That(outcome.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(outcome.ErrorLines[0], Does.Contain("5 mistakes"));
    }

    [Test]
    public void Check_OfManyMistakes_PrintsAHundred_AndHowManyMore()
    {
        string path = _folder.File("many.json");
        File.WriteAllText(path, $"{{\"model\":{{\"layers\":[{string.Join(',', Enumerable.Repeat("{}", 1000))}]}}}}");
        Outcome outcome = Pmoe.Run("check", path);
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.OutputLines, Has.Length.EqualTo(101));
        Assert.That(outcome.OutputLines[^1], Does.Match(@"many\.json: and \d+ more, which are not shown"));
        Assert.That(outcome.Error, Does.Contain("more than 100 mistakes"));
    }

    [Test]
    public void Check_OfAWarning_Passes()
    {
        File.WriteAllText(_folder.File("rest.json"), FiveMistakes
            .Replace("[7, 7]", "[5, 5]", StringComparison.Ordinal)
            .Replace("hinge", "softmaxCrossEntropy", StringComparison.Ordinal)
            .Replace("\"five\"", "5", StringComparison.Ordinal)
            .Replace("\"softmax\", \"colour\": \"red\"", "\"none\"", StringComparison.Ordinal));
        Outcome outcome = Pmoe.Run("check", _folder.File("rest.json"));
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        Assert.That(outcome.Output, Does.Contain("warning PMOE"));
        Assert.That(outcome.Output, Does.Contain("Five is valid"));
    }

    [Test]
    public void Check_OfBytesThatAreNoText_SaysWhere()
    {
        File.WriteAllBytes(_folder.File("bytes.json"), [(byte)'{', 0xff, (byte)'}']);
        Outcome outcome = Pmoe.Run("check", _folder.File("bytes.json"));
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.Error, Does.Contain("byte 1 is not UTF-8 text"));
    }

    /// <summary>As the compiler reads additional files; see PackageTests of the generator.</summary>
    [TestCaseSource(nameof(Encodings))]
    public void Check_OfAByteOrderMark_ReadsItsEncoding(Encoding encoding)
    {
        File.WriteAllText(_folder.File("mark.json"), File.ReadAllText(MnistJoint), encoding);
        Assert.That(File.ReadAllBytes(_folder.File("mark.json"))[0], Is.Not.EqualTo((byte)'{'));
        Outcome outcome = Pmoe.Run("check", _folder.File("mark.json"));
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        Assert.That(outcome.Output.Replace("mark.json", "", StringComparison.Ordinal), Does.EndWith(Pmoe.Run("check", MnistJoint).Output.Split("mnist-joint.json")[1]));
    }

    [Test]
    public void Check_OfBrokenUtf16_SaysSo()
    {
        File.WriteAllBytes(_folder.File("bytes.json"), [0xFF, 0xFE, (byte)'{', 0, 0x00, 0xD8, (byte)'}', 0]);
        Outcome outcome = Pmoe.Run("check", _folder.File("bytes.json"));
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.Error, Does.Contain("is not UTF-16 text"));
    }

    [Test]
    public void Check_OfSeveral_ReportsOnAll()
    {
        File.WriteAllText(_folder.File("five.json"), FiveMistakes);
        Outcome outcome = Pmoe.Run("check", _folder.File("five.json"), MnistJoint, _folder.File("none.json"), MnistJoint);
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.OutputLines.Count(line => line.Contains("error PMOE", StringComparison.Ordinal)), Is.EqualTo(5));
        Assert.That(outcome.OutputLines.Count(line => line.Contains("is valid", StringComparison.Ordinal)), Is.EqualTo(2));
        Assert.That(outcome.ErrorLines, Has.Length.EqualTo(2).And.All.StartsWith("error: "));
        Assert.That(outcome.Error, Does.Contain("five.json: the spec is not valid: 5 mistakes").And.Contain("none.json: cannot be read"));
        Assert.That(Pmoe.Run("check", MnistJoint, MnistJoint).ExitCode, Is.Zero);
    }

    [Test]
    public void Emit_WritesCodeThatParses_AndNamesTheFiles()
    {
        Outcome outcome = Pmoe.Run("emit", MnistJoint, "--out", _folder.File("new/folder"), "--namespace", "Company.Models");
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        Assert.That(outcome.OutputLines, Is.EquivalentTo(Directory.GetFiles(_folder.File("new/folder"))).And.Not.Empty);
        foreach (string path in outcome.OutputLines)
        {
            string text = File.ReadAllText(path);
            Assert.That(CSharpSyntaxTree.ParseText(text).GetDiagnostics(), Is.Empty, path);
            Assert.That(text, Does.Contain("namespace Company.Models;").And.Contain("partial class MnistJoint").Or.Contain("namespace PatchMoE.Emitted.Company_Models_MnistJoint"), path);
        }
    }

    [Test]
    public void Emit_Twice_WritesTheSameBytes()
    {
        string[] files = Pmoe.Run("emit", MnistJoint, "--out", _folder.Path).OutputLines;
        string[] first = [.. files.Select(File.ReadAllText)];
        Pmoe.Run("emit", MnistJoint, "--out", _folder.Path);
        Assert.That(files.Select(File.ReadAllText), Is.EqualTo(first));
    }

    [Test]
    public void Emit_IntoAFile_IsRefused()
    {
        File.WriteAllText(_folder.File("file"), "");
        Outcome outcome = Pmoe.Run("emit", MnistJoint, "--out", _folder.File("file"));
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.Error, Does.Contain("the folder cannot be created"));
    }

    [Test]
    public void Init_DrawsWhatTheLibraryDraws()
    {
        Outcome outcome = Pmoe.Run("init", MnistJoint, "--seed", "7", "--weights", _folder.File("w.safetensors"));
        Assert.That(outcome, Is.EqualTo(new Outcome(0, "", "")));

        PatchMoESpec spec = SpecReader.Read(File.ReadAllText(MnistJoint), MnistJoint).Spec!;
        var expected = new float[ModelParameters.BufferLength(spec.Model.Parameters())];
        WeightInitializer.Initialize(spec, 7, expected);
        var drawn = new float[expected.Length];
        WeightsFile.Load(_folder.File("w.safetensors"), spec.Model, drawn);
        Assert.That(drawn, Is.EqualTo(expected));
    }

    [Test]
    public void Init_OverItsSpec_IsRefused()
    {
        File.Copy(MnistJoint, _folder.File("spec.json"));
        Outcome outcome = Pmoe.Run("init", _folder.File("spec.json"), "--seed", "7", "--weights", _folder.File("spec.json"));
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(File.ReadAllBytes(_folder.File("spec.json")), Is.EqualTo(File.ReadAllBytes(MnistJoint)));
    }
}
