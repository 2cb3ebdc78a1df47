namespace PatchMoE.Tests;

public sealed class RunFolderTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void HoldsTheFilesOfARun_AndNothingElse()
    {
        PatchMoESpec spec = Specs.Dense(Specs.Vectors, 2, Specs.Synthetic);
        Run run = Run.Of(spec);
        using RunFolder folder = RunFolder.Open(_folder.File("runs/a"));
        folder.WriteSpec(spec);
        TrainingResult result = run.Train(save: checkpoint => folder.WriteCheckpoint(spec, ModelMetadata.None, checkpoint));
        folder.WriteCheckpoint(spec, ModelMetadata.None, result.Checkpoint);
        folder.WriteReport(TrainingReport.ToHtml(spec, result, 1, null));

        folder.Dispose();
        Assert.That(Directory.GetFiles(folder.FullPath).Select(Path.GetFileName), Is.EquivalentTo(
            new[] { "spec.json", "metrics.jsonl", "weights.safetensors", "checkpoint.safetensors", "checkpoint.previous.safetensors", "report.html" }));
        Assert.That(File.ReadAllLines(folder.MetricsPath).Select(EpochMetrics.FromJson), Is.EqualTo(result.History));
        Assert.That(SpecReader.Read(File.ReadAllText(folder.SpecPath), folder.SpecPath).Spec, Is.EqualTo(spec));

        var weights = new float[run.Model.Parameters.Length];
        WeightsFile.Load(folder.WeightsPath, spec.Model, weights);
        Assert.That(weights, Is.EqualTo(run.Model.Parameters.ToArray()));
        Assert.That(folder.ReadCheckpoint(spec.Model)!.Weights, Is.EqualTo(weights));
    }

    [Test]
    public void WithoutACheckpoint_TheRunHasNone()
    {
        using RunFolder folder = RunFolder.Open(_folder.Path);
        Assert.That(folder.ReadCheckpoint(Specs.Dense(Specs.Vectors, 2, null).Model), Is.Null);
    }

    /// <summary>Whoever is killed between the two renames of a checkpoint leaves the one before it alone.</summary>
    [Test]
    public void WithoutTheLastCheckpoint_TheOneBeforeIsRead()
    {
        PatchMoESpec spec = Specs.Dense(Specs.Vectors, 2, Specs.Synthetic);
        using RunFolder folder = RunFolder.Open(_folder.Path);
        Run.Of(spec).Train(save: checkpoint => folder.WriteCheckpoint(spec, ModelMetadata.None, checkpoint));
        Checkpoint last = folder.ReadCheckpoint(spec.Model)!;
        File.Delete(folder.CheckpointPath);
        Assert.That(folder.ReadCheckpoint(spec.Model)!.Epoch, Is.EqualTo(last.Epoch - 1));
    }

    [Test]
    public void OneTrainingAtATime_HasTheFolder()
    {
        using (RunFolder.Open(_folder.Path))
        {
            for (int attempt = 0; attempt < 2; attempt++)
            {
                Assert.That(() => RunFolder.Open(_folder.Path), Throws.TypeOf<BadInputException>().With.Message.EqualTo(
                    $"{_folder.Path}: another training is writing to this folder. Wait until it ends, or choose another folder with --out."));
            }
        }

        RunFolder.Open(_folder.Path).Dispose();
        Assert.That(Directory.GetFiles(_folder.Path), Is.Empty);
    }

    [Test]
    public void WhatAKilledTrainingLeft_IsRemoved()
    {
        File.WriteAllText(_folder.File(".pmoe-0123456789abcdef0123456789abcdef.tmp"), "half");
        File.WriteAllText(_folder.File(RunFolder.LockName), "");
        File.WriteAllText(_folder.File("notes.tmp"), "the user's own");
        RunFolder.Open(_folder.Path).Dispose();
        Assert.That(Directory.GetFiles(_folder.Path).Select(Path.GetFileName), Is.EqualTo(new[] { "notes.tmp" }));
    }

    [Test]
    public void AFolderThatCannotBeMade_IsRefusedAtOnce()
    {
        File.WriteAllText(_folder.File("file"), "");
        Assert.That(() => RunFolder.Open(_folder.File("file")), Throws.TypeOf<BadInputException>().With.Message.Contains("--out"));
        Assert.That(() => RunFolder.Open(_folder.File("file/below")), Throws.TypeOf<BadInputException>().With.Message.Contains("--out"));
    }
}
