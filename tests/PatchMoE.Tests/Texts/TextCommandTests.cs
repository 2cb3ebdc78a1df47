using System.Text;
using System.Text.Json;

namespace PatchMoE.Tests.Texts;

/// <summary>Networks of texts on the command line: <c>init</c>, <c>train</c>, <c>eval</c>, <c>predict</c>, <c>route</c>, <c>cost</c>.</summary>
public sealed class TextCommandTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder()
    {
        _folder = new TemporaryFolder();
        Directory.CreateDirectory(_folder.File("specs"));
        File.WriteAllText(_folder.File("specs/t.csv"), "text,label\n" + string.Concat(TrainedTexts.Samples.Select(sample => $"\"{sample.Text}\",{(sample.Class == 0 ? "good" : "poor")}\n")));
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("\"embedding\": \"trained\", \"vocabulary\": 512")]
    [TestCase("\"embedding\": \"trained\", \"vocabulary\": 300, \"tokens\": \"bpe\", \"encoding\": \"own.tiktoken\"")]
    [TestCase("\"embedding\": \"hashed\", \"tokens\": \"bpe\", \"encoding\": \"own.tiktoken\"")]
    public void TextsAreLearntAndTold(string embedding)
    {
        string spec = WriteSpec(embedding);
        Outcome trained = Train(spec, "run", "--epochs", "40");
        Assert.That(JsonDocument.Parse(trained.OutputLines[^1]).RootElement.GetProperty("testAccuracy").GetDouble(), Is.EqualTo(1), trained.Error);
        string weights = _folder.File("run/weights.safetensors");
        Assert.Multiple(() =>
        {
            foreach (string given in (string[])[spec, _folder.File("run/spec.json")])
            {
                Outcome evaluated = Pmoe.Run("eval", given, "--weights", weights);
                Assert.That(evaluated.ExitCode, Is.Zero, evaluated.Error);
                Assert.That(JsonDocument.Parse(evaluated.Output).RootElement.GetProperty("testAccuracy").GetDouble(), Is.EqualTo(1));
            }

            File.WriteAllText(_folder.File("one.txt"), TrainedTexts.Samples[1].Text);
            Assert.That(Pmoe.Run("predict", weights, "--input", _folder.File("one.txt")).Output, Does.StartWith("poor "));
            Assert.That(Pmoe.Run("route", spec, "--weights", weights, "--input", _folder.File("one.txt")).Output, Does.Contain("Poor show there"));
        });
    }

    /// <summary>A run that goes on ends with the bits of one that was never stopped.</summary>
    [Test]
    public void RunsGoOn()
    {
        string spec = WriteSpec("\"embedding\": \"trained\", \"vocabulary\": 512");
        Train(spec, "whole", "--epochs", "6");
        Train(spec, "half", "--epochs", "3");
        Train(spec, "half", "--epochs", "6", "--resume");
        Assert.That(File.ReadAllBytes(_folder.File("half/weights.safetensors")), Is.EqualTo(File.ReadAllBytes(_folder.File("whole/weights.safetensors"))));
    }

    [Test]
    public void InitialWeights_HaveTheTable_AndCostsCountIt()
    {
        string spec = WriteSpec("\"embedding\": \"trained\", \"vocabulary\": 512");
        string weights = _folder.File("w.safetensors");
        Assert.That(Pmoe.Run("init", spec, "--seed", "3", "--weights", weights).ExitCode, Is.Zero);
        Assert.That(Encoding.Latin1.GetString(File.ReadAllBytes(weights)), Does.Contain("\"embedding.weight\":{\"dtype\":\"F32\",\"shape\":[512,16]"));
        Assert.That(Pmoe.Run("eval", spec, "--weights", weights).ExitCode, Is.Zero);
        JsonElement cost = JsonDocument.Parse(Pmoe.Run("cost", spec).Output).RootElement;
        Assert.That((cost.GetProperty("parts")[0].GetProperty("name").GetString(), cost.GetProperty("parts")[0].GetProperty("weights").GetInt32()), Is.EqualTo(("embedding", 8192)));

        string other = WriteSpec("\"embedding\": \"hashed\"", "other.json");
        Assert.That(Pmoe.Run("init", other, "--seed", "3", "--weights", weights).ExitCode, Is.Zero);
        Outcome refused = Pmoe.Run("eval", spec, "--weights", weights);
        Assert.That(refused.ExitCode, Is.EqualTo(1));
        Assert.That(refused.Error, Does.Contain("embedding.weight [512, 16] is missing"));
    }

    [Test]
    public void MissingEncodings_AreNamed()
    {
        string spec = WriteSpec("\"tokens\": \"bpe\", \"encoding\": \"none.tiktoken\"");
        Outcome refused = Pmoe.Run("train", spec, "--out", _folder.File("run"));
        Assert.That(refused.ExitCode, Is.EqualTo(1));
        Assert.That(refused.Error, Does.Contain(_folder.File("specs/none.tiktoken") + ": there is no such file"));
    }

    private string WriteSpec(string embedding, string name = "t.json")
    {
        IEnumerable<byte[]> tokens = Enumerable.Range(0, 256).Select(value => new[] { (byte)value }).Concat(new[] { " w", " wo", " wor", " word", "Fin", "Fine", "Poo", "Poor" }.Select(Encoding.UTF8.GetBytes));
        File.WriteAllLines(_folder.File("specs/own.tiktoken"), tokens.Select((token, rank) => $"{Convert.ToBase64String(token)} {rank}"));
        File.WriteAllText(_folder.File($"specs/{name}"), SpecText.Of(
            input: $$"""{ "kind": "text", "levels": ["paragraph", "sentence"], "maxSegments": [3, 2], "dimension": 16, {{embedding}} }""",
            layers: $"{SpecText.Gated}, {SpecText.Gated}",
            head: """{ "kind": "linear", "outputs": 2 }""",
            loss: SpecText.Softmax,
            training: """{ "batch": 4, "schedule": { "kind": "constant" } }""",
            data: """{ "kind": "texts", "path": "t.csv", "test": "t.csv" }"""));
        return _folder.File($"specs/{name}");
    }

    private Outcome Train(string spec, string folder, params string[] options)
    {
        Outcome trained = Pmoe.Run(["train", spec, "--out", _folder.File(folder), .. options]);
        Assert.That(trained.ExitCode, Is.Zero, trained.Error);
        return trained;
    }
}
