using System.Text.Json;
using PatchMoE.Tests;

namespace PatchMoE.TorchSharp.Tests.Backbones;

/// <summary>Networks with a backbone through the command: trained, resumed and evaluated on small files in CIFAR-10's format.</summary>
public sealed class BackboneTrainingTests
{
    private const string Plain = """
        { "model": { "input": { "kind": "image", "height": 32, "width": 32, "channels": 3 }, "backbone": { "kind": "wrn", "widths": [3, 4], "stem": 3 },
          "head": { "kind": "linear", "outputs": 10 }, "loss": "softmaxCrossEntropy" },
          "training": { "epochs": 4, "batch": 20, "optimizer": { "kind": "momentum", "learningRate": 0.05 }, "schedule": { "kind": "constant" } }, "data": { "kind": "cifar10", "source": "photos", "augment": true } }
        """;

    private const string WithLayer = """
        { "model": { "input": { "kind": "image", "height": 32, "width": 32, "channels": 3 },
          "backbone": { "kind": "wrn", "widths": [3, 4, 6], "stem": 3, "patch": 1, "output": "map" },
          "layers": [ { "experts": 4, "patchesPerExpert": 16, "neuronsPerExpert": 4, "gate": "sigmoid" } ],
          "head": { "kind": "linear", "outputs": 10 }, "loss": "softmaxCrossEntropy" },
          "training": { "epochs": 4, "batch": 20, "optimizer": { "kind": "momentum", "learningRate": 0.05 }, "schedule": { "kind": "constant" } }, "data": { "kind": "cifar10", "source": "photos" } }
        """;

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void WritePhotos()
    {
        _folder = new TemporaryFolder();
        Directory.CreateDirectory(_folder.File("photos"));
        Write("photos/data_batch_1.bin", 60, new Random(1));
        Write("photos/test_batch.bin", 30, new Random(2));
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase(Plain)]
    [TestCase(WithLayer)]
    public void Training_LearnsAndIsMeasuredAgain(string spec)
    {
        string path = _folder.File("net.json");
        File.WriteAllText(path, spec);
        using JsonDocument trained = Run("train", path, "--backend", "torch", "--out", _folder.File("run"), "--epochs", "15", "--threads", "1");
        using JsonDocument measured = Run("eval", path, "--weights", _folder.File("run/weights.safetensors"), "--backend", "torch", "--threads", "1");
        EpochMetrics[] history = [.. File.ReadLines(_folder.File("run/metrics.jsonl")).Select(EpochMetrics.FromJson)];
        string report = File.ReadAllText(_folder.File("run/report.html"));
        Assert.Multiple(() =>
        {
            Assert.That(history, Has.Length.EqualTo(15));
            Assert.That(history[^1].TrainLoss, Is.LessThan(0.85 * history[0].TrainLoss));
            Assert.That(measured.RootElement.GetProperty("testLoss").GetDouble(), Is.EqualTo(trained.RootElement.GetProperty("testLoss").GetDouble()).Within(1e-5));
            Assert.That(
                SafetensorsFile.Read(_folder.File("run/weights.safetensors")).Tensors.Select(tensor => tensor.Name), Has.Member("backbone.stem.weight").And.Member("norm.running_var"));
            Assert.That(report, Does.Contain("backbone.stem").And.Contain("time per step").And.Contain("MFLOP"));
        });
    }

    /// <summary>Batch norm statistics and the optimizer's state are part of the checkpoint.</summary>
    [Test]
    public void ResumedTraining_EndsWhereOneRunDoes()
    {
        string path = _folder.File("net.json");
        File.WriteAllText(path, Plain);
        string[] common = ["--backend", "torch", "--threads", "1"];
        using JsonDocument whole = Run(["train", path, "--out", _folder.File("whole"), .. common]);
        Run(["train", path, "--out", _folder.File("parts"), "--epochs", "2", .. common]).Dispose();
        using JsonDocument resumed = Run(["train", path, "--out", _folder.File("parts"), "--resume", .. common]);
        Assert.That(resumed.RootElement.GetProperty("testLoss").GetDouble(), Is.EqualTo(whole.RootElement.GetProperty("testLoss").GetDouble()).Within(1e-4));
    }

    [Test]
    public void OneImageInABatchNormOfOnePixel_IsRefused()
    {
        string path = _folder.File("net.json");
        File.WriteAllText(path, Plain.Replace("[3, 4]", "[2, 2, 2, 2, 2, 2]", StringComparison.Ordinal).Replace("\"batch\": 20", "\"batch\": 59", StringComparison.Ordinal));
        (int exitCode, _, string error) = Call("train", path, "--backend", "torch", "--out", _folder.File("run"));
        Assert.That((exitCode, error), Is.EqualTo((1, "error: training.batch: with 59, the last update of an epoch has a single image, but a batch norm of a 1x1 map needs two values. Use another batch, fewer widths, or larger images.\n")));
    }

    private static JsonDocument Run(params string[] args)
    {
        (int exitCode, string output, string error) = Call(args);
        Assert.That(exitCode, Is.Zero, error);
        return JsonDocument.Parse(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]);
    }

    private static (int ExitCode, string Output, string Error) Call(params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        return (PatchMoE.Cli.Program.Run(args, output, error), output.ToString(), error.ToString());
    }

    /// <summary>Noise, and a class's own colour in the middle.</summary>
    private void Write(string name, int count, Random random)
    {
        byte Pixel(int label, int channel, int pixel)
        {
            (int row, int column) = Math.DivRem(pixel, 32);
            bool middle = row is > 7 and < 24 && column is > 7 and < 24;
            return (byte)(random.Next(60) + (middle ? 64 * ((label >> channel) & 1) * (label < 8 ? 3 : 1) : 0));
        }

        byte[] bytes = [.. Enumerable.Range(0, count).SelectMany(i =>
            Enumerable.Range(0, 3 * 1024).Select(value => Pixel(i % 10, value / 1024, value % 1024)).Prepend((byte)(i % 10)))];
        File.WriteAllBytes(_folder.File(name), bytes);
    }
}
