using System.Text.Json;

namespace PatchMoE.Tests.Sweeps;

/// <summary><c>sweep</c> on small grids.</summary>
public sealed class SweepCommandTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void TheGrid_IsTrainedInItsOrder()
    {
        Outcome outcome = Sweep(SweepText.Of("""{ "data.train": [20, 40], "model.layers[0].patchesPerExpert": { "from": 1, "to": 4, "step": 2 } }""", "[3, 1]"));
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        string[][] rows = Rows("results.csv");
        Assert.That(rows[0], Is.EqualTo(new[] { "data.train", "model.layers[0].patchesPerExpert", "seed", "state", "testAccuracy", "testLoss", "trainLoss", "epochs", "routerHitRate", "message" }));
        Assert.That(
            rows.Skip(1).Select(row => string.Join(' ', row.Take(4))),
            Is.EqualTo(new[] { "20 1 3 done", "20 1 1 done", "20 3 3 done", "20 3 1 done", "40 1 3 done", "40 1 1 done", "40 3 3 done", "40 3 1 done" }));
        Assert.That(rows.Skip(1).Select(row => row[5]).Distinct().Count(), Is.EqualTo(8), "eight different trainings");

        string[][] summary = Rows("summary.csv");
        Assert.That(summary, Has.Length.EqualTo(5));
        double[] losses = [Value(rows[1][5]), Value(rows[2][5])];
        int mean = Array.IndexOf(summary[0], "testLossMean");
        Assert.That(Value(summary[1][mean]), Is.EqualTo(losses.Average()).Within(1e-15));
        Assert.That(Value(summary[1][mean + 1]), Is.EqualTo(Math.Abs(losses[0] - losses[1]) / Math.Sqrt(2)).Within(1e-15), "the standard deviation of two numbers");
        Assert.That(summary[1][2], Is.EqualTo("2"), "n");
    }

    /// <summary>A cell is what 'pmoe train' makes of the same spec, though it shares data with cells of more samples and threads with others.</summary>
    [Test]
    public void ACell_IsTheTrainingThatTrainMakes()
    {
        Sweep(SweepText.Of("""{ "data.train": [20, 40], "model.layers[0].patchesPerExpert": [1, 2] }""", "[5]"), "--threads", "3");
        File.WriteAllText(_folder.File("alone.json"), SweepText.Base.Replace("\"train\": 40", "\"train\": 20", StringComparison.Ordinal));
        Outcome alone = Pmoe.Run("train", _folder.File("alone.json"), "--seed", "5", "--out", _folder.File("alone"));
        string[] row = Rows("results.csv").Single(row => row[0] == "20" && row[1] == "2");
        Assert.That((Value(row[4]), Value(row[5])), Is.EqualTo((Summary(alone).GetProperty("testAccuracy").GetDouble(), Summary(alone).GetProperty("testLoss").GetDouble())));
    }

    [Test]
    public void FinishedCells_AreNotRunAgain_WhenASweepIsExtended()
    {
        Sweep(SweepText.Of("""{ "data.train": [20] }"""));
        string cell = Directory.GetFiles(_folder.File("out/cells")).Order().First();
        DateTime written = File.GetLastWriteTimeUtc(cell);
        Outcome extended = Sweep(SweepText.Of("""{ "data.train": [20, 40] }""", "3"));
        Assert.That(extended.ErrorLines[0], Is.EqualTo("small: 4 cells to do, 2 of 6 are finished"));
        Assert.That(Summary(extended).GetProperty("finished").GetInt32(), Is.EqualTo(6));
        Assert.That(File.GetLastWriteTimeUtc(cell), Is.EqualTo(written));
        byte[] results = File.ReadAllBytes(_folder.File("out/results.csv"));
        Outcome again = Sweep(SweepText.Of("""{ "data.train": [20, 40] }""", "3"));
        Assert.That(again.ErrorLines[0], Does.StartWith("small: 0 cells to do"));
        Assert.That(File.ReadAllBytes(_folder.File("out/results.csv")), Is.EqualTo(results), "results read back are those that were computed");
    }

    [Test]
    public void AnotherSweepsFolder_IsRejected()
    {
        Sweep(SweepText.Of("""{ "data.train": [20] }"""));
        byte[] results = File.ReadAllBytes(_folder.File("out/results.csv"));
        Outcome outcome = Sweep(SweepText.Of("""{ "data.train": [60] }"""));
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.ErrorLines.Single(), Does.Contain("belongs to another sweep").And.Contain("--out"));
        Assert.That(File.ReadAllBytes(_folder.File("out/results.csv")), Is.EqualTo(results));
    }

    [TestCase("")]
    [TestCase("{\"cell\":\"")]
    [TestCase("null")]
    public void ADamagedResult_IsRunAgain(string damage)
    {
        string sweep = SweepText.Of("""{ "data.train": [20, 40] }""");
        Sweep(sweep);
        byte[] results = File.ReadAllBytes(_folder.File("out/results.csv"));
        string cell = Directory.GetFiles(_folder.File("out/cells")).Order().First();
        File.WriteAllText(cell, damage);
        Outcome outcome = Sweep(sweep);
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        Assert.That(outcome.ErrorLines.Count(line => line.Contains("damaged", StringComparison.Ordinal)), Is.EqualTo(1), outcome.Error);
        Assert.That(outcome.Error, Does.Contain("1 cell to do"));
        Assert.That(File.ReadAllBytes(_folder.File("out/results.csv")), Is.EqualTo(results));
    }

    /// <summary>A number that was changed in a file is noticed: the record has a checksum.</summary>
    [Test]
    public void AnAlteredResult_IsRunAgain()
    {
        string sweep = SweepText.Of("""{ "data.train": [20] }""");
        Sweep(sweep);
        byte[] results = File.ReadAllBytes(_folder.File("out/results.csv"));
        string cell = Directory.GetFiles(_folder.File("out/cells")).First();
        File.WriteAllText(cell, File.ReadAllText(cell).Replace("\"epochs\":2", "\"epochs\":3", StringComparison.Ordinal));
        Assert.That(Sweep(sweep).Error, Does.Contain("damaged"));
        Assert.That(File.ReadAllBytes(_folder.File("out/results.csv")), Is.EqualTo(results));
    }

    [Test]
    public void ADamagedDefinition_IsWrittenAgain()
    {
        string sweep = SweepText.Of("""{ "data.train": [20] }""");
        Sweep(sweep);
        byte[] definition = File.ReadAllBytes(_folder.File("out/sweep.json"));
        File.WriteAllText(_folder.File("out/sweep.json"), "{");
        Outcome outcome = Sweep(sweep);
        Assert.That(outcome.Error, Does.Contain("sweep.json").And.Contain("damaged"));
        Assert.That(File.ReadAllBytes(_folder.File("out/sweep.json")), Is.EqualTo(definition));
    }

    [Test]
    public void AnInvalidCell_IsReported_AndTheOthersRun()
    {
        Outcome outcome = Sweep(SweepText.Of("""{ "model.layers[0].patchesPerExpert": [2, 17], "data.train": [20, 40] }"""));
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.ErrorLines.Count(line => line.Contains("PMOE011", StringComparison.Ordinal)), Is.EqualTo(1), outcome.Error);
        Assert.That((Summary(outcome).GetProperty("finished").GetInt32(), Summary(outcome).GetProperty("invalid").GetInt32()), Is.EqualTo((4, 4)));
        string[] invalid = File.ReadAllLines(_folder.File("out/results.csv")).Where(row => row.StartsWith("17,", StringComparison.Ordinal)).ToArray();
        Assert.That(invalid, Has.Length.EqualTo(4).And.All.Contain(",invalid,").And.All.Contain("PMOE011: model.layers[0].patchesPerExpert: An expert cannot take 17 patches"));
        Assert.That(invalid, Has.None.Contain("small.json"), "where the file lies is no result");
    }

    /// <summary>A field that only some of the specs have makes the others invalid; it is no mistake of the whole sweep.</summary>
    [Test]
    public void AFieldOfSomeVariants_IsNoMistakeOfTheSweep()
    {
        string text = SweepText.Of("""{ "training.optimizer.kind": ["sgd", "momentum"] }""").Insert(1, """ "variants": [{ "model.layers[0].gate": "none" }, { "data": { "kind": "synthetic", "train": 20, "test": 20, "colour": 3 } }],""");
        Outcome outcome = Sweep(text);
        Assert.That(outcome.Error, Does.Contain("PMOE002: data.colour"));
        Assert.That((Summary(outcome).GetProperty("finished").GetInt32(), Summary(outcome).GetProperty("invalid").GetInt32()), Is.EqualTo((4, 4)));
    }

    [Test]
    public void Variants_HaveNamesAndBases()
    {
        File.WriteAllText(_folder.File("dense.json"), SweepText.Base
            .Replace("{ \"experts\": 2, \"patchesPerExpert\": 2, \"neuronsPerExpert\": 4 }", "{ \"routing\": \"dense\", \"neuronsPerExpert\": 4 }", StringComparison.Ordinal)
            .Replace("\"separate\"", "\"single\"", StringComparison.Ordinal).Replace("\"routerEpochs\": 2, ", "", StringComparison.Ordinal)
            .Replace("{ \"kind\": \"fixed\", \"weights\": \"sign\" }", "{ \"kind\": \"linear\", \"outputs\": 1 }", StringComparison.Ordinal));
        string text = SweepText.Of("""{ "data.train": [20, 40] }""", "1")
            
            .Insert(1, """ "variants": [{ "name": "pmoe" }, { "name": "four", "model.layers[0].patchesPerExpert": 4 }, { "base": "dense.json", "set": { "training.batch": 10 } }],""");
        Outcome outcome = Sweep(text);
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        Assert.That(
            Rows("results.csv").Skip(1).Select(row => string.Join(' ', row.Take(5))),
            Is.EqualTo(new[] { "pmoe 20 2 20 1", "pmoe 40 2 20 1", "four 20 4 20 1", "four 40 4 20 1", "dense 20  10 1", "dense 40  10 1" }), "fields that a variant does not set have the base's values");
    }

    /// <summary>The same spec twice, once by its default, is one training in two rows.</summary>
    [Test]
    public void EqualCells_AreRunOnce()
    {
        string text = SweepText.Of("{}", "1").Insert(1, """ "variants": [{ "name": "a" }, { "name": "b", "model.layers[0].gate": "none", "training.optimizer.kind": "adam" }],""");
        Outcome outcome = Sweep(text);
        Assert.That(outcome.ErrorLines[0], Does.StartWith("small: 1 cell to do"));
        Assert.That(Directory.GetFiles(_folder.File("out/cells")), Has.Length.EqualTo(1));
        string[][] rows = Rows("results.csv");
        Assert.That(rows, Has.Length.EqualTo(3));
        Assert.That(rows[1].Skip(1), Is.EqualTo(rows[2].Skip(1)));
    }

    [Test]
    public void ADivergedTraining_IsAResult()
    {
        string sweep = SweepText.Of("""{ "training.optimizer.learningRate": [0.1, 1e38] }""", "2", epochs: 20);
        Outcome outcome = Sweep(sweep);
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        Assert.That((Summary(outcome).GetProperty("finished").GetInt32(), Summary(outcome).GetProperty("diverged").GetInt32()), Is.EqualTo((2, 2)));
        Assert.That(File.ReadAllText(_folder.File("out/results.csv")), Does.Contain("1e38,1,diverged,,").And.Contain("Training diverged at "));
        Assert.That(Sweep(sweep).ErrorLines[0], Does.StartWith("small: 0 cells to do"), "it would diverge again");
        Assert.That(Pmoe.Run("sweep", _folder.File("small.json"), "--out", _folder.File("out"), "--status").Error, Does.Contain("2 cells, first 'learningRate 1e38' with seed 1: Training diverged at "));
    }

    [Test]
    public void Status_SaysHowFarItIs()
    {
        Sweep(SweepText.Of("""{ "data.train": [20] }""", "2"));
        File.WriteAllText(_folder.File("small.json"), SweepText.Of("""{ "data.train": [20, 40] }""", "2"));
        Outcome outcome = Pmoe.Run("sweep", _folder.File("small.json"), "--out", _folder.File("out"), "--status");
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        JsonElement status = Summary(outcome);
        Assert.That((status.GetProperty("finished").GetInt32(), status.GetProperty("open").GetInt32(), status.GetProperty("running").GetInt32()), Is.EqualTo((2, 2, 0)));
        Assert.That(status.GetProperty("secondsLeft").GetDouble(), Is.GreaterThan(0));
        Assert.That(outcome.ErrorLines[0], Does.StartWith("small: 2 of 4 cells finished, 0 running, 2 without a result"));
    }

    [Test]
    public void Status_OfASweepThatWasNotStarted_IsOneMessage()
    {
        File.WriteAllText(_folder.File("small.json"), SweepText.Of("{}"));
        Outcome outcome = Pmoe.Run("sweep", _folder.File("small.json"), "--out", _folder.File("out"), "--status");
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.ErrorLines.Single(), Does.Contain("was not started there"));
        Assert.That(Directory.Exists(_folder.File("out")), Is.False);
    }

    [Test]
    public void MissingImages_AreOneMessage()
    {
        string spec = Path.Combine(Repository.Root, "specs", "mnist-joint.json");
        Outcome outcome = Sweep($$"""{ "base": {{JsonSerializer.Serialize(spec)}}, "seeds": 3 }""", "--data", _folder.File("none"));
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.ErrorLines.Count(line => line.StartsWith("error: ", StringComparison.Ordinal)), Is.EqualTo(1), outcome.Error);
        Assert.That(outcome.Error, Does.Contain("error: 3 cells could not be run: --data: there is no folder"));
    }

    [Test]
    public void CtrlC_KeepsWhatIsFinished()
    {
        Sweep(SweepText.Of("""{ "data.train": [20] }"""));
        File.WriteAllText(_folder.File("small.json"), SweepText.Of("""{ "data.train": [20, 40] }"""));
        Outcome outcome = Pmoe.Run(new CancellationToken(canceled: true), "sweep", _folder.File("small.json"), "--out", _folder.File("out"));
        Assert.That(outcome.ExitCode, Is.EqualTo(130));
        Assert.That(outcome.Error, Does.Contain("interrupted: 2 of 4 cells are finished"));
    }

    [Test]
    public void DryRun_ShowsTheJob_AndWritesNothing()
    {
        string file = _folder.File("it's.json");
        File.WriteAllText(file, SweepText.Of("""{ "data.train": [20, 40] }""", "10"));
        Outcome outcome = Pmoe.Run("sweep", file, "--out", _folder.File("out"), "--slurm", "--dry-run", "--threads", "4", "--sbatch=--time=1:00:00", "--sbatch=--account=a b");
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        string[] script = outcome.OutputLines;
        Assert.Multiple(() =>
        {
            Assert.That(script[0], Is.EqualTo("#!/bin/sh"));
            Assert.That(script, Does.Contain("#SBATCH --job-name=pmoe-it-s").And.Contain("#SBATCH --array=0-4").And.Contain("#SBATCH --cpus-per-task=4").And.Contain("#SBATCH --requeue").And.Contain("#SBATCH --open-mode=append"));
            Assert.That(script[^1], Does.StartWith("exec dotnet ").And.Contain(@"it'\''s.json'").And.EndWith("--threads 4"));
            Assert.That(outcome.Error, Does.Contain("sbatch --parsable --time=1:00:00 '--account=a b' ").And.Contain("job.sh"));
            Assert.That(Directory.Exists(_folder.File("out")), Is.False);
        });
    }

    private Outcome Sweep(string text, params string[] options)
    {
        File.WriteAllText(_folder.File("small.json"), text);
        return Pmoe.Run(["sweep", _folder.File("small.json"), "--out", _folder.File("out"), .. options]);
    }

    private string[][] Rows(string name) => [.. File.ReadAllLines(_folder.File($"out/{name}")).Select(line => line.Split(','))];

    private static double Value(string text) => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static JsonElement Summary(Outcome outcome)
    {
        using JsonDocument json = JsonDocument.Parse(outcome.OutputLines[^1]);
        return json.RootElement.Clone();
    }
}
