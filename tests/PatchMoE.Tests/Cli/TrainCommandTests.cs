using System.Globalization;
using System.Text.Json;

namespace PatchMoE.Tests;

/// <summary><c>train</c>, and <c>eval</c>, <c>predict</c> and <c>route</c> on its output.</summary>
public sealed class TrainCommandTests
{
    private const string SpecText = """
        {
          "name": "Small",
          "model": {
            "input":  { "kind": "vectors", "patches": 6, "dimension": 12 },
            "layers": [ { "routing": "expertChoice", "experts": 2, "patchesPerExpert": 2, "neuronsPerExpert": 4, "gate": "softmaxSelected" } ],
            "head":   { "kind": "fixed", "weights": "gaussian", "outputs": 1 },
            "loss":   "logistic"
          },
          "training": { "method": "joint", "epochs": 30, "batch": 10, "optimizer": { "kind": "adam", "learningRate": 0.01 }, "schedule": { "kind": "constant" } },
          "data": { "kind": "synthetic", "patterns": 6, "similarity": 0.2, "noise": 0.02, "train": 200, "test": 100 }
        }
        """;

    private TemporaryFolder _folder = null!;
    private string _spec = null!;

    [SetUp]
    public void CreateFolder()
    {
        _folder = new TemporaryFolder();
        _spec = _folder.File("small.json");
        File.WriteAllText(_spec, SpecText);
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void LearnsAndLeavesARunFolder()
    {
        Outcome outcome = Train("run");
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        Assert.That(outcome.OutputLines, Has.Length.EqualTo(1));
        Assert.That(outcome.Error, Does.Contain("training epoch 1/30: loss ").And.Contain("training epoch 30/30: loss ").And.Contain("run folder: "));

        JsonElement summary = Summary(outcome);
        Assert.That(summary.GetProperty("testAccuracy").GetDouble(), Is.GreaterThan(0.9));
        Assert.That(summary.GetProperty("epochs").GetInt32(), Is.EqualTo(30));
        Assert.That(summary.GetProperty("seed").GetInt32(), Is.EqualTo(1));
        Assert.That(summary.GetProperty("interrupted").GetBoolean(), Is.False);
        Assert.That(summary.GetProperty("trainSeconds").GetDouble(), Is.Positive);
        Assert.That(summary.GetProperty("weights").GetString(), Is.EqualTo(_folder.File("run/weights.safetensors")));
        Assert.That(Directory.GetFiles(_folder.File("run")).Select(Path.GetFileName), Is.EquivalentTo(
            new[] { "spec.json", "metrics.jsonl", "weights.safetensors", "checkpoint.safetensors", "checkpoint.previous.safetensors", "report.html" }));
        Assert.That(File.ReadAllText(_folder.File("run/report.html")), Does.Contain("What the experts look at"));
    }

    [Test]
    public void OneSeed_OneResult_WithAnyThreads_AndAnotherSeedAnother()
    {
        Train("a", "--epochs", "3", "--threads", "1");
        Train("b", "--epochs", "3", "--threads", "3");
        Train("c", "--epochs", "3", "--seed", "2");
        Assert.That(Weights("b"), Is.EqualTo(Weights("a")));
        Assert.That(Weights("c"), Is.Not.EqualTo(Weights("a")));
    }

    [Test]
    public void TheRunsOwnSpec_RepeatsTheRun()
    {
        Train("a", "--epochs", "3", "--seed", "5");
        Outcome again = Pmoe.Run("train", _folder.File("a/spec.json"), "--out", _folder.File("b"));
        Assert.That(again.ExitCode, Is.Zero, again.Error);
        Assert.That(Weights("b"), Is.EqualTo(Weights("a")));
    }

    [Test]
    public void Resume_GoesOnToTheSameBits()
    {
        Train("straight", "--epochs", "7");
        Train("parts", "--epochs", "4");
        Outcome resumed = Train("parts", "--epochs", "7", "--resume");
        Assert.That(resumed.ExitCode, Is.Zero, resumed.Error);
        Assert.That(Summary(resumed).GetProperty("epochs").GetInt32(), Is.EqualTo(7));
        Assert.That(Weights("parts"), Is.EqualTo(Weights("straight")));
    }

    [Test]
    public void Resume_SaysWhatChanges()
    {
        Train("run", "--epochs", "2");
        string changed = _folder.File("changed.json");
        File.WriteAllText(changed, SpecText.Replace("\"learningRate\": 0.01", "\"learningRate\": 0.5, \"weightDecay\": 0.25", StringComparison.Ordinal));
        Outcome outcome = Pmoe.Run("train", changed, "--out", _folder.File("run"), "--resume", "--epochs", "3");
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        Assert.That(outcome.ErrorLines.Where(line => line.StartsWith("note: ", StringComparison.Ordinal)), Is.EquivalentTo(new[]
        {
            "note: training.epochs was 2 so far and is 3 from here on",
            "note: training.optimizer.learningRate was 0.01 so far and is 0.5 from here on",
            "note: training.optimizer.weightDecay was 0 so far and is 0.25 from here on",
        }));

        Outcome same = Pmoe.Run("train", changed, "--out", _folder.File("run"), "--resume", "--epochs", "3");
        Assert.That(same.Error, Does.Not.Contain("note: "));
    }

    [Test]
    public void Seeds_KeepsTheOneWithTheLowestValidationLoss_AndResumesToTheSame()
    {
        Outcome outcome = Train("run", "--epochs", "4", "--seeds", "3", "--tensorboard");
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        Assert.That(outcome.Error, Does.Contain("20 % of the training samples of each class are held out").And.Contain("seed 3 (3 of 3)").And.Contain("standard deviation"));
        JsonElement seeds = Summary(outcome).GetProperty("seeds");
        JsonElement[] all = [.. seeds.GetProperty("all").EnumerateArray()];
        int best = seeds.GetProperty("best").GetInt32();
        Assert.That(all.Select(seed => seed.GetProperty("seed").GetInt32()), Is.EqualTo(new[] { 1, 2, 3 }));
        Assert.That(all.MinBy(seed => seed.GetProperty("validationLoss").GetDouble()).GetProperty("seed").GetInt32(), Is.EqualTo(best));
        Assert.That(Weights("run"), Is.EqualTo(Weights($"run/seed-{best}")));
        Assert.That(File.ReadAllText(_folder.File("run/report.html")), Does.Contain("<h2>Seeds</h2>"));
        Assert.That(_folder.File($"run/seed-{best}/events.out.tfevents.pmoe"), Does.Exist);
        byte[] weights = Weights("run");

        Directory.Delete(_folder.File("run/seed-2"), recursive: true);
        Outcome resumed = Train("run", "--epochs", "4", "--seeds", "3", "--resume");
        Assert.That(resumed.ExitCode, Is.Zero, resumed.Error);
        Assert.That(Summary(resumed).GetProperty("seeds").GetRawText(), Is.EqualTo(seeds.GetRawText()));
        Assert.That(Weights("run"), Is.EqualTo(weights));
    }

    [Test]
    public void KeepBestAndPatience_AreShown_AndRepeatedByTheRunsOwnSpec()
    {
        Outcome outcome = Train("a", "--epochs", "12", "--keep-best", "--patience", "3", "--validation", "0.3", "--tensorboard", _folder.File("events"));
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        Assert.That(Summary(outcome).GetProperty("bestEpoch").GetInt32(), Is.Positive);
        Assert.That(Summary(outcome).GetProperty("validationLoss").GetDouble(), Is.Positive);
        Assert.That(Summary(outcome).GetProperty("notices").GetArrayLength(), Is.Zero);
        Assert.That(_folder.File("events/events.out.tfevents.pmoe"), Does.Exist);
        Assert.That(File.ReadAllText(_folder.File("a/report.html")), Does.Contain("validation accuracy").And.Contain("Experts: entropy of use"));
        Assert.That(Pmoe.Run("train", _folder.File("a/spec.json"), "--out", _folder.File("b")).ExitCode, Is.Zero);
        Assert.That(Weights("b"), Is.EqualTo(Weights("a")));
    }

    [Test]
    public void AChoiceWithoutHeldOutSamples_IsRefused()
    {
        Outcome outcome = Train("run", "--keep-best", "--validation", "0");
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.Error, Does.Contain("training.validation").And.Contain("keepBest"));
        Outcome share = Train("run", "--validation", "1");
        Assert.That(share.ExitCode, Is.EqualTo(2));
        Assert.That(share.Error, Does.Contain("--validation: '1' is not a share"));
    }

    [Test]
    public void AFailedTraining_IsNoticed_InTheTerminalTheReportAndTheResult()
    {
        File.WriteAllText(_spec, SpecText.Replace("\"adam\", \"learningRate\": 0.01", "\"sgd\", \"learningRate\": 0.00001", StringComparison.Ordinal));
        Outcome outcome = Train("run");
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        Assert.That(outcome.Error, Does.Contain("warning PMOE094: After 30 epochs"));
        Assert.That(Summary(outcome).GetProperty("notices").EnumerateArray().Select(one => one.GetString()), Does.Contain("PMOE094"));
        Assert.That(File.ReadAllText(_folder.File("run/report.html")), Does.Contain("PMOE094").And.Contain("The loss does not move"));
    }

    [Test]
    public void ARunIsNotReplaced_UnlessForced()
    {
        Train("run", "--epochs", "2");
        byte[] weights = Weights("run");
        Outcome refused = Train("run", "--epochs", "3");
        Assert.That(refused.ExitCode, Is.EqualTo(1));
        Assert.That(refused.Error, Does.Contain("already holds a run").And.Contain("--resume").And.Contain("--force"));
        Assert.That(Weights("run"), Is.EqualTo(weights));

        Assert.That(Train("run", "--epochs", "3", "--force").ExitCode, Is.Zero);
        Assert.That(Weights("run"), Is.Not.EqualTo(weights));
    }

    /// <summary>A run that was killed before its first checkpoint has written its spec alone.</summary>
    [Test]
    public void StoppedBeforeTheFirstCheckpoint_TheRunBegins_WithResumeAndWithout()
    {
        Train("whole", "--epochs", "2");
        foreach (string[] options in (string[][])[[], ["--resume"]])
        {
            string killed = options.Length == 0 ? "again" : "resumed";
            Directory.CreateDirectory(_folder.File(killed));
            File.Copy(_folder.File("whole/spec.json"), _folder.File($"{killed}/spec.json"));
            Outcome outcome = Train(killed, ["--epochs", "2", .. options]);
            Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
            Assert.That(Weights(killed), Is.EqualTo(Weights("whole")));
            Assert.That(outcome.Error.Contains("before its first checkpoint", StringComparison.Ordinal), Is.EqualTo(options.Length > 0));
        }
    }

    [TestCase("\"neuronsPerExpert\": 4", "\"neuronsPerExpert\": 5")]
    [TestCase("{", "{ ")]
    public void ASpecThatIsNoRuns_IsNotReplaced(string old, string changed)
    {
        Train("whole", "--epochs", "1");
        string spec = File.ReadAllText(_folder.File("whole/spec.json"));
        string own = spec.Replace(old, changed, StringComparison.Ordinal);
        Assert.That(own, Is.Not.EqualTo(spec));
        Directory.CreateDirectory(_folder.File("own"));
        File.WriteAllText(_folder.File("own/spec.json"), own);
        Outcome outcome = Train("own");
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.Error, Does.Contain("spec.json: the folder has another spec"));
        Assert.That(File.ReadAllText(_folder.File("own/spec.json")), Is.EqualTo(own));
    }

    [Test]
    public void ADamagedCheckpoint_IsReplacedByTheOneBefore_AndThatIsSaid()
    {
        Train("whole", "--epochs", "25");
        Train("run", "--epochs", "20");
        string path = _folder.File("run/checkpoint.safetensors");
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^5] ^= 1;
        File.WriteAllBytes(path, bytes);
        Outcome resumed = Train("run", "--epochs", "25", "--resume");
        Assert.That(resumed.ExitCode, Is.Zero, resumed.Error);
        Assert.That(resumed.Error, Does.Contain("its checksum is wrong").And.Contain("the checkpoint before it is whole"));
        Assert.That(Weights("run"), Is.EqualTo(Weights("whole")));

        foreach (string name in (string[])["checkpoint", "checkpoint.previous"])
        {
            File.WriteAllText(_folder.File($"run/{name}.safetensors"), "none");
        }

        Outcome none = Train("run", "--epochs", "26", "--resume");
        Assert.That(none.ExitCode, Is.EqualTo(1));
        Assert.That(none.Error, Does.Contain("run/checkpoint.safetensors:").And.Not.Contain("the checkpoint before it"));
    }

    [Test]
    public void FewerEpochsThanAreFinished_AreRefused()
    {
        Train("run", "--epochs", "3");
        Outcome outcome = Train("run", "--epochs", "2", "--resume");
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.Error, Does.Contain("3 epochs are finished, but training.epochs is 2. Resume with 3 or more"));
    }

    [Test]
    public void NothingToResume_IsSaid()
    {
        Outcome outcome = Train("run", "--resume");
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.Error, Does.Contain("no run to resume"));
        Assert.That(Directory.Exists(_folder.File("run")), Is.False);
    }

    [TestCase("\"similarity\": 0.2", "\"similarity\": 0.3", "its data section")]
    [TestCase("\"neuronsPerExpert\": 4", "\"neuronsPerExpert\": 5", "its model section")]
    [TestCase("\"batch\": 10", "\"batch\": 20", "training.batch is 10")]
    public void ResumingAnotherRun_IsRefused(string old, string changed, string message)
    {
        Train("run", "--epochs", "2");
        byte[] weights = Weights("run");
        File.WriteAllText(_spec, SpecText.Replace(old, changed, StringComparison.Ordinal));
        Outcome outcome = Train("run", "--resume");
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.Error, Does.Contain(message));
        Assert.That(Weights("run"), Is.EqualTo(weights));
    }

    [Test]
    public void Interrupted_SavesWhatWasLearnt()
    {
        using var stop = new CancellationTokenSource();
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StopAtFirstEpoch(stop);
        int exitCode = PatchMoE.Cli.Program.Run(["train", _spec, "--out", _folder.File("run"), "--epochs", "100000000"], output, error, stop.Token);
        Outcome stopped = new(exitCode, output.ToString(), error.ToString());
        Assert.That(stopped.ExitCode, Is.EqualTo(130));
        Assert.That(Summary(stopped).GetProperty("interrupted").GetBoolean(), Is.True);
        Assert.That(Summary(stopped).GetProperty("epochs").GetInt32(), Is.EqualTo(1));
        Assert.That(File.Exists(_folder.File("run/weights.safetensors")), Is.True);
        Assert.That(File.ReadAllText(_folder.File("run/report.html")), Does.Contain("Interrupted"));
    }

    [Test]
    public void Divergence_IsAMessage()
    {
        File.WriteAllText(_spec, SpecText.Replace("\"adam\", \"learningRate\": 0.01", "\"sgd\", \"learningRate\": 1, \"weightDecay\": 1e30", StringComparison.Ordinal));
        Outcome outcome = Train("run");
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.Output, Is.Empty);
        Assert.That(outcome.Error, Does.Contain("Training diverged at epoch").And.Contain("training.optimizer.learningRate"));
    }

    [Test]
    public void WithoutData_SaysWhatIsMissing()
    {
        File.WriteAllText(_spec, SpecText[..SpecText.IndexOf(",\n  \"training\"", StringComparison.Ordinal)] + "}");
        Outcome outcome = Train("run");
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.Error, Does.Contain("data: the spec 'Small' has none"));
        Assert.That(Directory.Exists(_folder.File("run")), Is.False);
    }

    [Test]
    public void WithoutTraining_DefaultsHold()
    {
        int start = SpecText.IndexOf("  \"training\"", StringComparison.Ordinal);
        File.WriteAllText(_spec, SpecText.Remove(start, SpecText.IndexOf("  \"data\"", StringComparison.Ordinal) - start));
        Outcome outcome = Train("run", "--epochs", "1");
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        Assert.That(SpecReader.Read(File.ReadAllText(_folder.File("run/spec.json")), "spec.json").Spec!.Training, Is.EqualTo(TrainingSpec.Default with { Epochs = 1 }));
    }

    [Test]
    public void Reference_TrainsLikeTheCpu()
    {
        double cpu = Summary(Train("cpu")).GetProperty("testLoss").GetDouble();
        double reference = Summary(Train("reference", "--backend", "reference")).GetProperty("testLoss").GetDouble();
        Assert.That(reference, Is.EqualTo(cpu).Within(1e-4 * cpu));
    }

    [Test]
    public void AMissingDataFolder_IsNamed()
    {
        Outcome outcome = Pmoe.Run("train", Path.Combine(Repository.Root, "specs", "mnist-joint.json"), "--data", _folder.File("none"), "--out", _folder.File("run"));
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.Error, Does.Contain("--data").And.Contain(_folder.File("none")));
        Assert.That(Directory.Exists(_folder.File("run")), Is.False);
    }

    [Test]
    public void Eval_MeasuresWhatTrainReported()
    {
        JsonElement trained = Summary(Train("run", "--epochs", "5", "--seed", "3"));
        Outcome outcome = Pmoe.Run("eval", _folder.File("run/spec.json"), "--weights", _folder.File("run/weights.safetensors"));
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        JsonElement measured = Summary(outcome);
        foreach (string number in (string[])["testAccuracy", "testLoss", "routerHitRate"])
        {
            Assert.That(measured.GetProperty(number).GetDouble(), Is.EqualTo(trained.GetProperty(number).GetDouble()), number);
        }

        Assert.That(measured.GetProperty("samples").GetInt32(), Is.EqualTo(100));
    }

    [Test]
    public void Eval_OfWeightsThatOverflow_SaysSo()
    {
        ModelSpec model = SpecReader.Read(SpecText, _spec).Spec!.Model;
        var parameters = new float[ModelParameters.BufferLength(model.Parameters())];
        parameters.AsSpan().Fill(float.MaxValue);
        WeightsFile.Save(_folder.File("w.safetensors"), model, parameters);
        Outcome outcome = Pmoe.Run("eval", _spec, "--weights", _folder.File("w.safetensors"));
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.Output, Is.Empty);
        Assert.That(outcome.Error, Does.StartWith($"error: {_folder.File("w.safetensors")}: the test loss is ").And.Contain("the range of float32"));
    }

    [Test]
    public void Predict_PrintsTheSignOfTheLogits()
    {
        string weights = Trained();
        string input = SaveInput(9);
        Outcome outcome = Pmoe.Run("predict", _spec, "--weights", weights, "--input", input, "--output", _folder.File("classes.npy"));
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);

        Pmoe.Run("run", _spec, "--weights", weights, "--input", input, "--output", _folder.File("logits.npy"));
        int[] expected = [.. NpyFile.Read(_folder.File("logits.npy")).Values<float>().Select(logit => logit > 0 ? 1 : -1)];
        Assert.That(expected.Distinct().Count(), Is.EqualTo(2), "both classes are there");
        Assert.That(outcome.OutputLines.Select(line => int.Parse(line, CultureInfo.InvariantCulture)), Is.EqualTo(expected));
        NpyArray saved = NpyFile.Read(_folder.File("classes.npy"));
        Assert.That(saved.Shape, Is.EqualTo(new[] { 9 }));
        Assert.That(saved.Values<int>(), Is.EqualTo(expected));
    }

    [Test]
    public void Route_DrawsTestDataWithLabels_AndArraysWithout()
    {
        string weights = Trained();
        Outcome outcome = Pmoe.Run("route", _spec, "--weights", weights, "--out", _folder.File("test.svg"), "--samples", "3");
        Assert.That(outcome, Is.EqualTo(new Outcome(0, "", "")));
        string drawn = File.ReadAllText(_folder.File("test.svg"));
        Assert.That(drawn, Does.StartWith("<svg").And.Contain("label ").And.Contain("patch that decides the class"));
        Assert.That(drawn.Split("predicted ").Length - 1, Is.EqualTo(3));

        outcome = Pmoe.Run("route", _spec, "--weights", weights, "--out", _folder.File("own.svg"), "--input", SaveInput(2));
        Assert.That(outcome, Is.EqualTo(new Outcome(0, "", "")));
        drawn = File.ReadAllText(_folder.File("own.svg"));
        Assert.That(drawn, Does.Not.Contain("label ").And.Not.Contain("patch that decides the class"));
        Assert.That(drawn.Split("predicted ").Length - 1, Is.EqualTo(2));
    }

    [Test]
    public void Route_OfADenseModel_IsRefused()
    {
        var golden = new GoldenRun("cnn", _folder);
        Outcome outcome = Pmoe.Run("route", golden.Spec, "--weights", golden.In("weights.safetensors"), "--out", _folder.File("r.svg"), "--input", golden.In("input.npy"));
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.Error, Does.Contain("dense has no routes"));
        Assert.That(File.Exists(_folder.File("r.svg")), Is.False);
    }

    [TestCase("eval")]
    [TestCase("predict")]
    [TestCase("route")]
    public void WeightsOfAnotherModel_AreRefused(string command)
    {
        string[] more = command switch { "predict" => ["--input", SaveInput(1)], "route" => ["--out", _folder.File("r.svg")], _ => [] };
        Outcome outcome = Pmoe.Run([command, _spec, "--weights", new GoldenRun("two-level", _folder).In("weights.safetensors"), .. more]);
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.Error, Does.Contain("these are not weights of this model"));
        Assert.That(outcome.Output, Is.Empty);
    }

    private Outcome Train(string folder, params string[] more) => Pmoe.Run(["train", _spec, "--out", _folder.File(folder), .. more]);

    private byte[] Weights(string folder) => File.ReadAllBytes(_folder.File($"{folder}/weights.safetensors"));

    private static JsonElement Summary(Outcome outcome) => JsonDocument.Parse(outcome.OutputLines[^1]).RootElement;

    private string Trained()
    {
        Train("run", "--epochs", "10");
        return _folder.File("run/weights.safetensors");
    }

    /// <summary>Samples of random numbers.</summary>
    private string SaveInput(int samples)
    {
        var random = new CounterRandom(1, 1);
        NpyFile.Write(_folder.File("x.npy"), new NpyArray([samples, 6, 12], [.. Enumerable.Range(0, samples * 72).Select(i => (float)random.Normal((ulong)i))]));
        return _folder.File("x.npy");
    }

    /// <summary>Presses Ctrl-C as soon as an epoch is reported.</summary>
    private sealed class StopAtFirstEpoch(CancellationTokenSource stop) : StringWriter(CultureInfo.InvariantCulture)
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value!.Contains(" epoch 1/", StringComparison.Ordinal))
            {
                stop.Cancel();
            }
        }
    }
}
