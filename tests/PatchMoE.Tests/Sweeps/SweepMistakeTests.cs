namespace PatchMoE.Tests.Sweeps;

/// <summary>Sweep files that are wrong: each mistake is one line with its position, and nothing is run.</summary>
public sealed class SweepMistakeTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("""{ "base": §BASE, "vary": { "data.trian": [20, 40] } }""", "(1,", "PMOE002: data.trian: Unknown field 'trian'", "Use 'train'")]
    [TestCase("""{ "base": §BASE, "vary": { "modle.layers[0].gate": ["none"] } }""", "(1,", "PMOE002: modle: Unknown field 'modle'", "Use 'model'")]
    [TestCase("""{ "base": §BASE, "vary": { "model.layers[3].experts": [2] } }""", "(1,", "model.layers[3].experts: there is no such place in the spec: model.layers has 1 element", "correct the path")]
    [TestCase("""{ "base": §BASE, "vary": { "data train": [2] } }""", "(1,", "vary: 'data train' is not the path of a field.", "model.layers[0].patchesPerExpert")]
    [TestCase("""{ "base": §BASE, "vary": { "data.train": [] } }""", "(1,", "PMOE008: vary.data.train: The array must have 1 value or more", "")]
    [TestCase("""{ "base": §BASE, "vary": { "data.train": 20 } }""", "(1,", "PMOE003: vary.data.train: Expected an array of values or a range, found the number 20", "\"step\"")]
    [TestCase("""{ "base": §BASE, "vary": { "data.train": [20, 40, 20] } }""", "(1,", "vary.data.train[2]: the value 20 is in this list twice", "")]
    [TestCase("""{ "base": §BASE, "vary": { "data.train": { "from": 20, "to": 40 } } }""", "(1,", "PMOE004: vary.data.train: The field 'step' is missing", "")]
    [TestCase("""{ "base": §BASE, "vary": { "data.train": { "from": 20, "to": 40, "step": 0 } } }""", "(1,", "this range never reaches its end", "'step'")]
    [TestCase("""{ "base": §BASE, "vary": { "data.train": { "from": 40, "to": 20, "step": 2 } } }""", "(1,", "the range is empty: 'to' (20) is less than 'from' (40)", "")]
    [TestCase("""{ "base": §BASE, "vary": { "data.train": [20], "data.train": [40] } }""", "(1,", "PMOE006: vary.data.train: The field 'data.train' is already set on line 1", "")]
    [TestCase("""{ "base": §BASE, "set": { "data.train": 20 }, "vary": { "data.train": [20, 40] } }""", "(1,", "vary.data.train: this field is also set", "Keep one")]
    [TestCase("""{ "base": §BASE, "set": { "data.train": 20 }, "vary": { "data": [{}] } }""", "(1,", "vary.data: this would overwrite 'data.train'", "")]
    [TestCase("""{ "base": §BASE, "vary": { "training.seed": [1, 2] } }""", "(1,", "vary.training.seed: a cell is one training", "'seeds'")]
    [TestCase("""{ "base": §BASE, "seeds": 0 }""", "(1,", "PMOE010: seeds: ", "")]
    [TestCase("""{ "base": §BASE, "seeds": [1, 2, 1] }""", "(1,", "seeds[2]: the seed 1 is in this list twice", "")]
    [TestCase("""{ "base": §BASE, "seeds": "five" }""", "(1,", "PMOE003: seeds: Expected the number of seeds, or an array of seeds", "")]
    [TestCase("""{ "base": §BASE, "variants": [] }""", "(1,", "PMOE008: variants: The array must have 1 variant or more", "")]
    [TestCase("""{ "base": §BASE, "variants": [{ "name": "a" }, { "name": "a", "data.train": 20 }] }""", "(1,", "variants[1].name: the name 'a' is already that of another variant", "")]
    [TestCase("""{ "vary": { "data.train": [20] } }""", "(1,1)", "PMOE004: The field 'base' is missing", "mnist-joint.json")]
    [TestCase("""{ "base": 7 }""", "(1,11)", "PMOE003: base: Expected the path of a spec, or a spec, found the number 7", "")]
    [TestCase("""{ "base": §BASE, "varry": { "data.train": [20] } }""", "(1,", "PMOE002: varry: Unknown field 'varry'", "Use 'vary'")]
    [TestCase("""{ "base": §BASE, "name": "a/b" }""", "(1,", "PMOE007: name: 'a/b' is not a valid", "")]
    [TestCase("""{ "base": §BASE, "seeds": 1000, "vary": { "data.train": { "from": 2, "to": 4000, "step": 2 } } }""", "(1,1)", "the sweep has 2000000 cells (1 × 2000 × 1000: variants, fields, seeds); at most 1000000 are allowed", "")]
    [TestCase("""{ "base": §BASE, }""", "(1,", "PMOE001: The text is not valid JSON", "")]
    [TestCase("""[]""", "(1,1)", "PMOE003: Expected an object, found an array", "")]
    public void AMistake_IsOneLine(string text, string position, string message, string fix)
    {
        string file = _folder.File("sweep.json");
        File.WriteAllText(file, text.Replace("§BASE", SweepText.Base.ReplaceLineEndings(" "), StringComparison.Ordinal));
        Outcome outcome = Pmoe.Run("sweep", file, "--out", _folder.File("out"));
        Assert.Multiple(() =>
        {
            Assert.That(outcome.ExitCode, Is.EqualTo(1));
            Assert.That(outcome.ErrorLines, Has.Length.EqualTo(2), outcome.Error);
            Assert.That(outcome.ErrorLines[0], Does.StartWith(file + position).And.Contain($"error").And.Contain(message).And.Contain(fix));
            Assert.That(outcome.ErrorLines[1], Is.EqualTo($"error: {file}: the sweep is not valid: 1 mistake. Nothing was run."));
            Assert.That(Directory.Exists(_folder.File("out")), Is.False);
        });
    }

    [Test]
    public void SeveralMistakes_AreShownInTheOrderOfTheText()
    {
        string file = _folder.File("sweep.json");
        File.WriteAllText(file, "{\n \"seeds\": [],\n \"vary\": { \"a b\": [1],\n \"data.train\": [] },\n \"base\": 3 }");
        Outcome outcome = Pmoe.Run("sweep", file);
        Assert.That(outcome.ErrorLines.SkipLast(1).Select(line => line[file.Length..].Split(':')[0]), Is.EqualTo(new[] { "(2,11)", "(3,12)", "(4,16)", "(5,10)" }));
        Assert.That(outcome.ErrorLines[^1], Does.Contain("4 mistakes"));
    }

    [Test]
    public void ABaseThatIsMissing_IsOneMessage()
    {
        string file = _folder.File("sweep.json");
        File.WriteAllText(file, """{ "base": "none.json" }""");
        Outcome outcome = Pmoe.Run("sweep", file);
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.ErrorLines.Single(), Does.Contain(_folder.File("none.json")));
    }

    [Test]
    public void ASweepWithoutAValidCell_RunsNothing()
    {
        string file = _folder.File("sweep.json");
        File.WriteAllText(file, SweepText.Of("""{ "model.layers[0].patchesPerExpert": [17, 18] }"""));
        Outcome outcome = Pmoe.Run("sweep", file, "--out", _folder.File("out"));
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.ErrorLines, Has.Length.EqualTo(3), outcome.Error);
        Assert.That(outcome.ErrorLines[0], Does.Contain("PMOE011: model.layers[0].patchesPerExpert: An expert cannot take 17 patches"));
        Assert.That(outcome.ErrorLines[2], Does.Contain("not one cell of the sweep is valid"));
        Assert.That(Directory.Exists(_folder.File("out")), Is.False);
    }

    [Test]
    public void ASpecWithoutData_IsSaid()
    {
        string file = _folder.File("sweep.json");
        File.WriteAllText(file, SweepText.Of("{}").Replace("\"data\":", "\"$schema\": \"\", \"dataa\":", StringComparison.Ordinal).Replace("\"dataa\": { \"kind\": \"synthetic\", \"train\": 40, \"test\": 40 }", "\"name\": \"a\"", StringComparison.Ordinal));
        Outcome outcome = Pmoe.Run("sweep", file, "--out", _folder.File("out"));
        Assert.That(outcome.ErrorLines[0], Does.Contain("the spec has no section 'data'"), outcome.Error);
    }

    [TestCase("--dry-run")]
    [TestCase("--sbatch=--time=10")]
    [TestCase("--slurm", "--status")]
    [TestCase("--tasks", "0")]
    public void OptionsThatDoNotGoTogether_AreUsageErrors(params string[] options)
    {
        string file = _folder.File("sweep.json");
        File.WriteAllText(file, SweepText.Of("{}"));
        Assert.That(Pmoe.Run(["sweep", file, .. options]).ExitCode, Is.EqualTo(2));
    }
}
