using PatchMoE.Cli.Experiments;
using PatchMoE.Cli.Reproductions;

namespace PatchMoE.Tests.Reproductions;

/// <summary>The cells of every experiment: nothing is trained.</summary>
public sealed class ReproductionCellsTests
{
    private static readonly string[] s_names = ["mnist", "phase-l", "phase-joint", "phase-m", "spurious", "noise"];

    [TestCaseSource(nameof(s_names))]
    public void AllSpecs_AreValid_AndNoCellIsThereTwice(string name)
    {
        foreach (bool quick in (bool[])[true, false])
        {
            IReadOnlyList<ICell> cells = ReproductionCatalog.Find(name).Cells(Options(quick) with { Seeds = 1 });
            Assert.That(cells.Select(cell => cell.Identity), Is.Unique);
            Assert.That(cells.Select(cell => cell.Title), Is.Unique);
            foreach (TrainingCell cell in cells.Cast<TrainingCell>())
            {
                SpecResult read = SpecReader.Read(SpecWriter.ToJson(cell.Spec), "cell.json");
                Assert.That(read.Diagnostics, Is.Empty, cell.Title);
            }
        }
    }

    [TestCaseSource(nameof(s_names))]
    public void Quick_IsMuchLessWork(string name)
    {
        double Work(bool quick) => ReproductionCatalog.Find(name).Cells(Options(quick)).Sum(cell => cell.Work);
        Assert.That(Work(quick: true), Is.LessThan(Work(quick: false) / 4));
    }

    [TestCaseSource(nameof(s_names))]
    public void SeedsSamplesAndEpochs_AreTheUsers(string name)
    {
        IReadOnlyList<ICell> cells = ReproductionCatalog.Find(name).Cells(Options(quick: true) with { Seeds = 3, Samples = [30, 60], Epochs = 7 });
        PatchMoESpec[] specs = [.. cells.Cast<TrainingCell>().Select(cell => cell.Spec)];
        Assert.That(specs.Select(spec => spec.Training!.Seed).Distinct(), Is.EquivalentTo(new[] { 1, 2, 3 }));
        Assert.That(specs.Select(Samples).Distinct(), Is.EquivalentTo(new[] { 30, 60 }));
        if (!name.StartsWith("phase", StringComparison.Ordinal))
        {
            Assert.That(specs.Select(spec => spec.Training!.Epochs), Is.All.EqualTo(7));
        }
    }

    [TestCase("phase-l")]
    [TestCase("phase-joint")]
    [TestCase("phase-m")]
    public void EveryCellOfAMap_MakesTheSameNumberOfSteps(string name)
    {
        foreach (TrainingCell cell in ReproductionCatalog.Find(name).Cells(Options(quick: false) with { Seeds = 1 }).Cast<TrainingCell>())
        {
            TrainingSpec training = cell.Spec.Training!;
            Assert.That((double)training.Epochs * Samples(cell.Spec) / training.Batch, Is.EqualTo(1024).Within(2).Percent, cell.Title);
        }
    }

    [Test]
    public void Noise_GrowsTheMosaic_AndNothingElse()
    {
        PatchMoESpec spec = EmbeddedSpecs.Read("mnist-joint");
        PatchMoESpec grown = NoiseReproduction.WithGrid(spec, 8);
        Assert.That(grown.Model.LayerShapes()[0].Patches, Is.EqualTo(64));
        Assert.That(grown.Model.Layers[0] with { PatchesPerExpert = 6 }, Is.EqualTo(spec.Model.Layers[0]));
    }

    [Test]
    public void TheCommandOfAReport_IsTheUsers()
    {
        ReproductionOptions options = new(Quick: true, Seeds: 2, Epochs: 3, Samples: [10, 20], Networks: ["mnist-cnn"], DataFolder: "digits");
        Assert.That(ReproductionOrigin.Command("noise", options), Is.EqualTo("pmoe reproduce noise --quick --seeds 2 --epochs 3 --samples 10 20 --networks mnist-cnn --data digits"));
        Assert.That(ReproductionOrigin.Command("noise", Options(quick: false)), Is.EqualTo("pmoe reproduce noise"));
    }

    private static ReproductionOptions Options(bool quick) => new(quick, Seeds: null, Epochs: null, Samples: [], Networks: [], DataFolder: null);

    private static int Samples(PatchMoESpec spec) => spec.Data is MosaicDataSpec mosaic ? mosaic.Train : ((SyntheticDataSpec)spec.Data!).Train;
}
