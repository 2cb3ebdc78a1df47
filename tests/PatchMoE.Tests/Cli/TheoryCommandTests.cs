using System.Globalization;
using System.Text.Json;

namespace PatchMoE.Tests;

/// <summary><c>theory</c>: the orders of specs, and measurements of small trainings.</summary>
[Category("Long")]
public sealed class TheoryCommandTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    /// <summary>The values of the paper's table, worked out by hand for n = 16, k = 8, l = 6, d = 784, m = 40, B = 20.</summary>
    [Test]
    public void Orders_AreThoseOfThePaper()
    {
        Outcome outcome = Pmoe.Run("theory", Repo("mnist-joint"), "--orders");
        JsonElement result = Json(outcome);
        JsonElement[] orders = [.. result.GetProperty("orders").EnumerateArray()];
        double[] Of(string method) => [.. orders.Select(order => order.GetProperty(method).GetProperty("value").GetDouble())];
        Assert.Multiple(() =>
        {
            Assert.That(outcome.ExitCode, Is.Zero);
            Assert.That(Of("cnn"), Is.EqualTo(new[] { 4294967296.0, 65536, 1099511627776, 627200 * 1048576.0 }));
            Assert.That(Of("separate"), Is.EqualTo(new[] { 1679616.0, 1296, 60466176, 627200 * 7776.0 }));
            Assert.That(Of("joint"), Is.EqualTo(new[] { 4096 * 46656.0, 64 * 36, 512 * 256 * 46656.0, 627200 * 64 * 216.0 }));
            Assert.That(orders[0].GetProperty("jointRatio").GetDouble(), Is.EqualTo(4096 * 46656.0 / 4294967296));
            Assert.That(result.GetProperty("departures").GetArrayLength(), Is.Zero);
            Assert.That(result.TryGetProperty("hitRates", out _), Is.False);
            Assert.That(outcome.Error, Does.Contain("k⁴l⁶/ε¹⁶ = 1.91e8/ε¹⁶").And.Contain("Orders have no constants").And.Contain("that holds up to l = 10"));
        });
    }

    /// <summary>k &lt; √l and k⁴l⁶ &lt; n⁸, at their edges.</summary>
    [TestCase(2, 4, 16, false, true)]
    [TestCase(2, 5, 16, true, true)]
    [TestCase(8, 10, 16, false, true)]
    [TestCase(8, 11, 16, false, false)]
    [TestCase(4, 16, 16, false, false)]
    [TestCase(3, 10, 10, true, true)]
    [TestCase(40, 1, 4, false, false)]
    public void Regimes_FollowTheOrders(int experts, int taken, int patches, bool belowSeparate, bool belowCnn)
    {
        string layer = $$"""{ "experts": {{experts}}, "patchesPerExpert": {{taken}}, "neuronsPerExpert": 2, "gate": "softmaxSelected" }""";
        string path = Write(SpecText.Of($$"""{ "kind": "vectors", "patches": {{patches}}, "dimension": 4 }""", layer));
        JsonElement regimes = Json(Pmoe.Run("theory", path)).GetProperty("regimes");
        Assert.Multiple(() =>
        {
            Assert.That(regimes.GetProperty("jointBelowSeparate").GetBoolean(), Is.EqualTo(belowSeparate));
            Assert.That(regimes.GetProperty("jointBelowCnn").GetBoolean(), Is.EqualTo(belowCnn));
            Assert.That(regimes.GetProperty("separateBelowCnn").GetBoolean(), Is.EqualTo(taken < patches));
            int most = Enumerable.Range(1, patches).LastOrDefault(l => Math.Pow(experts, 4) * Math.Pow(l, 6) < Math.Pow(patches, 8));
            Assert.That(regimes.GetProperty("mostPatchesForJointBelowCnn").GetInt32(), Is.EqualTo(most));
        });
    }

    [TestCase("mnist-cnn", "this is the CNN that the theory compares with")]
    [TestCase("mnist-sample-moe", "the theory has no orders for 'sample'")]
    [TestCase("cifar-wrn-pmoe-small", "n and d are those of its map")]
    [TestCase("cifar-wrn-small", "the theory is about one layer; this network has none")]
    public void OutsideTheTheory_ItSaysWhatApplies(string spec, string expected)
    {
        Outcome outcome = Pmoe.Run("theory", Repo(spec));
        JsonElement result = Json(outcome);
        bool chooses = spec.Contains("pmoe", StringComparison.Ordinal);
        Assert.Multiple(() =>
        {
            Assert.That(outcome.ExitCode, Is.Zero);
            Assert.That(result.GetProperty("departures").EnumerateArray().Select(text => text.GetString()), Has.Some.Contains(expected));
            Assert.That(outcome.Error, Does.Contain(expected).And.Contain("Nothing is measured: "));
            Assert.That(result.TryGetProperty("regimes", out _), Is.EqualTo(chooses));
        });
    }

    /// <summary>The threshold of these data is known: a patch more than there are decoys.</summary>
    [Test]
    public void Threshold_OfDataWithDecoys_IsFoundExactly([Values(0, 1, 3)] int decoys)
    {
        JsonElement result = Json(Pmoe.Run("theory", Synthetic(decoys), "--seeds", "2"));
        JsonElement threshold = result.GetProperty("threshold");
        Assert.Multiple(() =>
        {
            Assert.That(threshold.GetProperty("patchesPerExpert").GetInt32(), Is.EqualTo(decoys + 1));
            Assert.That(threshold.GetProperty("low").GetInt32(), Is.EqualTo(decoys + 1));
            Assert.That(threshold.GetProperty("high").GetInt32(), Is.EqualTo(decoys + 1));
            Assert.That(result.GetProperty("hitRates").EnumerateArray().Select(point => point.GetProperty("patchesPerExpert").GetInt32()), Is.EqualTo(Enumerable.Range(1, 16)));
            Assert.That(result.GetProperty("seeds").EnumerateArray().Select(seed => seed.GetInt32()), Is.EqualTo(new[] { 1, 2 }));
        });
    }

    /// <summary>Each network is the one that <c>train</c> makes, and its hit rate that of <c>eval</c>.</summary>
    [Test]
    public void HitRate_IsThatOfTheTrainedNetwork([Values(1, 3)] int threads)
    {
        string spec = Synthetic(1);
        Outcome trained = Pmoe.Run("train", spec, "--seed", "2", "--out", _folder.File("run"));
        string weights = _folder.File("run/weights.safetensors");
        JsonElement evaluated = Json(Pmoe.Run("eval", spec, "--seed", "2", "--weights", weights));
        string[] measure = ["theory", spec, "--seed", "2", "--threads", threads.ToString(CultureInfo.InvariantCulture)];
        JsonElement own = Json(Pmoe.Run([.. measure, "--seeds", "1"]));
        JsonElement given = Json(Pmoe.Run([.. measure, "--weights", weights]));
        Assert.Multiple(() =>
        {
            Assert.That(trained.ExitCode, Is.Zero, trained.Error);
            Assert.That(HitRate(own, 2), Is.EqualTo(evaluated.GetProperty("routerHitRate").GetDouble()));
            Assert.That(own.GetProperty("testAccuracies")[0].GetDouble(), Is.EqualTo(evaluated.GetProperty("testAccuracy").GetDouble()));
            Assert.That(given.GetProperty("hitRates").GetRawText(), Is.EqualTo(own.GetProperty("hitRates").GetRawText()));
            Assert.That(given.GetProperty("testAccuracies").GetRawText(), Is.EqualTo(own.GetProperty("testAccuracies").GetRawText()));
        });
    }

    /// <summary>Joint routers depend on l: with --retrain each l has its own, and the spec's l has the same either way.</summary>
    [Test]
    public void Retrain_TrainsForEachL()
    {
        string spec = Joint();
        JsonElement once = Json(Pmoe.Run("theory", spec, "--seeds", "2"));
        Outcome outcome = Pmoe.Run("theory", spec, "--seeds", "2", "--retrain", "--l", "1", "2");
        JsonElement retrained = Json(outcome);
        Assert.Multiple(() =>
        {
            Assert.That(retrained.GetProperty("testAccuracies").GetArrayLength(), Is.EqualTo(4));
            Assert.That(retrained.GetProperty("hitRates").GetArrayLength(), Is.EqualTo(2));
            Assert.That(HitRate(retrained, 2), Is.EqualTo(HitRate(once, 2)));
            Assert.That(HitRate(retrained, 1), Is.Not.EqualTo(HitRate(once, 1)));
            Assert.That(outcome.Error, Does.Contain("4/4").And.Contain("Each l was measured in networks trained with it."));
        });
    }

    [Test]
    public void Retrain_OfSeparateTraining_SaysThatItChangesNothing()
    {
        Outcome outcome = Pmoe.Run("theory", Synthetic(0), "--seeds", "1", "--retrain");
        Assert.That(outcome.Error, Does.Contain("note: --retrain changes nothing here").And.Contain("1/1"));
        Assert.That(Json(outcome).GetProperty("retrained").GetBoolean(), Is.False);
    }

    /// <summary>Without known patches: the network of the spec's l is the one that <c>train</c> makes with the same samples held out.</summary>
    [Test]
    public void OtherData_AreMeasuredByAccuracy()
    {
        string spec = Table();
        Outcome outcome = Pmoe.Run("theory", spec);
        JsonElement result = Json(outcome);
        JsonElement[] points = [.. result.GetProperty("rerouted").EnumerateArray()];
        JsonElement trained = Json(Pmoe.Run("train", spec, "--validation", "0.2", "--out", _folder.File("run")));
        JsonElement own = points.Single(point => point.GetProperty("patchesPerExpert").GetInt32() == 2);
        double[] accuracies = [.. points.Select(point => point.GetProperty("accuracy").GetDouble())];
        JsonElement practical = result.GetProperty("practical");
        double enough = accuracies.Max() - practical.GetProperty("standardError").GetDouble();
        Assert.Multiple(() =>
        {
            Assert.That(outcome.Error, Does.Contain("20 % of the training samples of each class are held out").And.Contain("Practical l* = ").And.Contain("Recommendation: "));
            Assert.That(points.Select(point => point.GetProperty("patchesPerExpert").GetInt32()), Is.EqualTo(new[] { 1, 2, 3, 4 }));
            Assert.That(points.Select(point => point.GetProperty("gateMass").GetDouble()), Is.Ordered);
            Assert.That(points[^1].GetProperty("gateMass").GetDouble(), Is.EqualTo(1).Within(1e-12));
            Assert.That(own.GetProperty("testAccuracy").GetDouble(), Is.EqualTo(trained.GetProperty("testAccuracy").GetDouble()));
            Assert.That(practical.GetProperty("patchesPerExpert").GetInt32(), Is.EqualTo(1 + Array.FindIndex(accuracies, accuracy => accuracy >= enough)));
            Assert.That(practical.GetProperty("heldOut").GetBoolean(), Is.True);
        });
    }

    [Test]
    public void GivenWeights_WithoutHeldOutSamples_AreMeasuredOnTestSamples_WithAWarning()
    {
        string spec = Table();
        Pmoe.Run("train", spec, "--out", _folder.File("run"));
        Outcome outcome = Pmoe.Run("theory", spec, "--weights", _folder.File("run/weights.safetensors"), "--l", "2", "4");
        JsonElement result = Json(outcome);
        Assert.That(result.GetProperty("rerouted").GetArrayLength(), Is.EqualTo(2));
        Assert.That(result.GetProperty("practical").GetProperty("heldOut").GetBoolean(), Is.False);
        Assert.That(outcome.Error, Does.Contain("No samples were held out"));
    }

    [Test]
    public void Report_HasTheChartTheOrdersAndTheCommand_WithTheTableAsCsvBesideIt()
    {
        string page = _folder.File("report.html");
        JsonElement result = Json(Pmoe.Run("theory", Synthetic(1), "--seeds", "1", "--out", page));
        string html = File.ReadAllText(page);
        string[] csv = File.ReadAllLines(_folder.File("report.csv"));
        Assert.Multiple(() =>
        {
            Assert.That(result.GetProperty("report").GetString(), Is.EqualTo(page));
            Assert.That(html, Does.Contain("<svg").And.Contain("l* = 2").And.Contain("k⁴l⁶").And.Contain("<code>pmoe theory").And.Contain("&quot;decoys&quot;: 1"));
            Assert.That(csv[0], Does.StartWith("l,hit rate,"));
            Assert.That(csv, Has.Length.EqualTo(17));
            Assert.That(csv[2].Split(',')[1], Is.EqualTo(HitRate(result, 2).ToString("R", CultureInfo.InvariantCulture)));
        });
    }

    [Test]
    public void Report_OfOtherData_HasTheRecommendation()
    {
        string page = _folder.File("report.html");
        Pmoe.Run("theory", Table(), "--out", page);
        Assert.That(File.ReadAllText(page), Does.Contain("<svg").And.Contain("practical l*").And.Contain("Recommendation: ").And.Contain("gate mass"));
        Assert.That(File.ReadAllLines(_folder.File("report.csv")), Has.Length.EqualTo(5));
    }

    /// <summary>The report of the orders alone has no measured table, and replaces no file of the input.</summary>
    [Test]
    public void Report_OfTheOrdersAlone_HasNoCsv()
    {
        Outcome outcome = Pmoe.Run("theory", Repo("mnist-joint"), "--orders", "--out", _folder.File("report.html"));
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        Assert.That(Directory.GetFiles(_folder.Path).Select(Path.GetFileName), Is.EqualTo(new[] { "report.html" }));
        Outcome same = Pmoe.Run("theory", Repo("mnist-joint"), "--orders", "--out", _folder.File("report.csv"));
        Assert.That(same.ExitCode, Is.EqualTo(1));
        Assert.That(same.Error, Does.Contain("named twice"));
    }

    [Test]
    public void CtrlC_StopsIt()
    {
        Outcome outcome = Pmoe.Run(new CancellationToken(canceled: true), "theory", Synthetic(0));
        Assert.That(outcome.ExitCode, Is.EqualTo(130));
        Assert.That(outcome.Output, Is.Empty);
    }

    [TestCase("--alpha", "1", "error: --alpha: '1' is not between 0 and 1, for example 0.05.")]
    [TestCase("--alpha", "half", "error: --alpha: 'half' is not between 0 and 1, for example 0.05.")]
    [TestCase("--l", "0", "error: --l: each is a whole number of patches, at least 1.")]
    [TestCase("--seeds", "0", "error: --seeds: '0' is not a whole number from 1 to 1000.")]
    public void WrongOptions_AreUsageErrors(string option, string value, string expected)
    {
        Outcome outcome = Pmoe.Run("theory", Repo("mnist-joint"), option, value);
        Assert.That(outcome.ExitCode, Is.EqualTo(2));
        Assert.That(outcome.ErrorLines[0], Is.EqualTo(expected));
    }

    [Test]
    public void OptionsThatContradict_AreUsageErrors()
    {
        Outcome orders = Pmoe.Run("theory", Repo("mnist-joint"), "--orders", "--seeds", "2");
        Outcome weights = Pmoe.Run("theory", Repo("mnist-joint"), "--weights", "w.safetensors", "--retrain");
        Assert.That(orders.ErrorLines[0], Is.EqualTo("error: --orders measures nothing: leave it out, or leave out --seeds."));
        Assert.That(weights.ErrorLines[0], Is.EqualTo("error: --weights measures a trained network, and --retrain is about training: give only one of them."));
    }

    /// <summary>One message each, before anything is trained or printed.</summary>
    [TestCase("mnist-separate", "error: --l: 17 is more than the 16 patches of model.layers[0]. Give numbers from 1 to 16.", "--l", "3", "17")]
    [TestCase("wide", "error: data: Wide has none. Add a data section. Nothing can be measured: leave out --seeds, or change the spec.", "--seeds", "2")]
    [TestCase("mnist-cnn", "error: model.layers[0].routing: 'dense' has no l to measure; only the experts of 'expertChoice' choose patches. Nothing can be measured: leave out --alpha, or change the spec.", "--alpha", "0.1")]
    public void WhatCannotBeMeasured_IsOneMessage(string spec, string expected, params string[] options)
    {
        Outcome outcome = Pmoe.Run(["theory", Repo(spec), .. options]);
        Assert.Multiple(() =>
        {
            Assert.That(outcome.ExitCode, Is.EqualTo(1));
            Assert.That(outcome.ErrorLines, Is.EqualTo(new[] { expected }));
            Assert.That(outcome.Output, Is.Empty);
        });
    }

    [TestCase("--alpha", "0.1")]
    [TestCase("--retrain")]
    public void HitRates_NeedKnownPatches(params string[] options)
    {
        Outcome outcome = Pmoe.Run(["theory", Table(), .. options]);
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.ErrorLines[^1], Does.StartWith($"error: {options[0]}: hit rates need data whose discriminative patches are known"));
    }

    [Test]
    public void WeightsOfAnotherNetwork_AreRefused()
    {
        Pmoe.Run("init", Repo("mnist-separate"), "--seed", "1", "--weights", _folder.File("other.safetensors"));
        Outcome outcome = Pmoe.Run("theory", Repo("mnist-joint"), "--weights", _folder.File("other.safetensors"));
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.Error, Does.StartWith("error: ").And.Contain("other.safetensors").And.Contain("layers.0.router.weight"));
        Assert.That(outcome.Output, Is.Empty);
    }

    private static string Repo(string name) => Path.Combine(Repository.Root, "specs", name + ".json");

    /// <summary>Separate training on the paper's data, with decoys.</summary>
    private string Synthetic(int decoys) => Write(SpecText.Of(
        training: """{ "method": "separate", "epochs": 4, "routerEpochs": 30, "batch": 20, "optimizer": { "kind": "sgd", "learningRate": 0.1 }, "init": { "router": 0.1, "experts": 0.1 } }""",
        head: """{ "kind": "fixed", "weights": "sign" }""",
        data: $$"""{ "kind": "synthetic", "patterns": 16, "similarity": 0, "noise": 0.05, "decoys": {{decoys}}, "train": 400, "test": 200 }"""));

    /// <summary>Joint training, too short to be sure.</summary>
    private string Joint() => Write(SpecText.Of(
        layers: SpecText.Gated,
        training: """{ "epochs": 3, "batch": 20 }""",
        data: """{ "kind": "synthetic", "patterns": 16, "similarity": 0.3, "noise": 0.1, "train": 100, "test": 100 }"""));

    /// <summary>A table of four groups of three columns; the class is in one of the groups.</summary>
    private string Table()
    {
        CounterRandom random = CounterRandom.ForName(1, "table");
        int at = 0;
        string Row(int i)
        {
            double[] values = [.. Enumerable.Range(0, 12).Select(_ => random.Normal((ulong)at++))];
            values[(i % 4 * 3) + 1] += i % 2 == 0 ? 3 : -3;
            return string.Join(',', values.Select(value => value.ToString("R", CultureInfo.InvariantCulture))) + (i % 2 == 0 ? ",up" : ",down");
        }

        File.WriteAllLines(_folder.File("t.csv"), ["a,b,c,d,e,f,g,h,i,j,k,l,class", .. Enumerable.Range(0, 200).Select(Row)]);
        return Write(SpecText.Of(
            """{ "kind": "vectors", "patches": 4, "dimension": 3 }""",
            """{ "experts": 2, "patchesPerExpert": 2, "neuronsPerExpert": 4, "gate": "softmaxSelected" }""",
            """{ "kind": "linear", "outputs": 2 }""",
            SpecText.Softmax,
            """{ "epochs": 5, "batch": 10 }""",
            """{ "kind": "csv", "file": "t.csv", "label": "class" }"""));
    }

    private string Write(string text)
    {
        string path = _folder.File("spec.json");
        File.WriteAllText(path, text);
        return path;
    }

    private static JsonElement Json(Outcome outcome)
    {
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        using JsonDocument json = JsonDocument.Parse(outcome.OutputLines[^1]);
        return json.RootElement.Clone();
    }

    private static double HitRate(JsonElement result, int patches) => result.GetProperty("hitRates").EnumerateArray()
        .Single(point => point.GetProperty("patchesPerExpert").GetInt32() == patches).GetProperty("rate").GetDouble();
}
