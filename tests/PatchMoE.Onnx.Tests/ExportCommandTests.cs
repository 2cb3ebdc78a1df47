using PatchMoE.Tests;

namespace PatchMoE.Onnx.Tests;

/// <summary><c>pmoe export</c>.</summary>
public sealed class ExportCommandTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    private string Model => _folder.File("model.onnx");

    private static string In(string name, string file) => Path.Combine(Repository.Golden, name, file);

    private Outcome Export(string name, params string[] more) =>
        Pmoe.Run(["export", In(name, "spec.json"), "--weights", In(name, "weights.safetensors"), "--onnx", Model, .. more]);

    [Test]
    public void WritesTheModel_AndSaysWhatItTakesAndGives()
    {
        var golden = new GoldenCase("two-level");
        Outcome outcome = Export("two-level");
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        Assert.That(outcome.Output, Is.Empty);
        Assert.That(outcome.ErrorLines[0], Does.Match(@"^.*model\.onnx: \d+ nodes, opset 18$"));
        Assert.That(outcome.ErrorLines.Skip(1).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]), Is.EqualTo(new[] { "input", "logits", "probabilities", "class", "routes" }));
        Assert.That(File.ReadAllBytes(Model), Is.EqualTo(OnnxSession.Export(golden.Spec, golden.Parameters()).ToArray()));
        Assert.That(Directory.GetFiles(_folder.Path), Has.Length.EqualTo(1));
    }

    [Test]
    public void WithLengths_HasTheInput()
    {
        Outcome outcome = Export("vectors-tail", "--with-lengths");
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        Assert.That(outcome.Error, Does.Match(@"  input   lengths        int64    \[batch\] +The number of valid patches"));
    }

    [Test]
    public void WrongWeights_WriteNothing()
    {
        Outcome outcome = Pmoe.Run("export", In("cnn", "spec.json"), "--weights", In("two-level", "weights.safetensors"), "--onnx", Model);
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.Error, Does.Contain("these are not weights of this model"));
        Assert.That(File.Exists(Model), Is.False);
    }

    [Test]
    public void AnOutputThatIsAnInput_IsRefused()
    {
        string weights = _folder.File("weights.safetensors");
        File.Copy(In("cnn", "weights.safetensors"), weights);
        Outcome outcome = Pmoe.Run("export", In("cnn", "spec.json"), "--weights", weights, "--onnx", weights);
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.Error, Does.Contain("this file is named twice"));
        Assert.That(File.ReadAllBytes(weights), Is.EqualTo(File.ReadAllBytes(In("cnn", "weights.safetensors"))));
    }

    [Test]
    public void AFolderThatDoesNotExist_IsNamed()
    {
        Outcome outcome = Pmoe.Run("export", In("cnn", "spec.json"), "--weights", In("cnn", "weights.safetensors"), "--onnx", _folder.File("none/model.onnx"));
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.Error, Does.Contain("none does not exist. Create it first"));
    }

    [Test]
    public void LengthsOfABackbone_AreRefused()
    {
        string spec = _folder.File("backbone.json");
        File.WriteAllText(spec, """
            { "name": "Backbone", "model": {
              "input": { "kind": "image", "height": 8, "width": 8, "channels": 3 },
              "backbone": { "kind": "wrn", "widths": [4, 8], "blocks": 1, "stem": 4 },
              "head": { "kind": "linear", "outputs": 2 }, "loss": "softmaxCrossEntropy" } }
            """);
        string weights = _folder.File("weights.safetensors");
        Assert.That(Pmoe.Run("init", spec, "--weights", weights).ExitCode, Is.Zero);
        Outcome outcome = Pmoe.Run("export", spec, "--weights", weights, "--onnx", Model, "--with-lengths");
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.Error, Does.StartWith("error: --with-lengths: the model has a backbone"));
    }

    [Test]
    public void Interrupted_WritesNothing()
    {
        Outcome outcome = Pmoe.Run(
            new CancellationToken(canceled: true), "export", In("cnn", "spec.json"), "--weights", In("cnn", "weights.safetensors"), "--onnx", Model);
        Assert.That(outcome, Is.EqualTo(new Outcome(130, "", "interrupted\n")));
        Assert.That(Directory.GetFileSystemEntries(_folder.Path), Is.Empty);
    }
}
