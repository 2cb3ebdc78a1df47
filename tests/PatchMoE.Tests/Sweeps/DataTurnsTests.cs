using PatchMoE.Cli.Experiments;
using PatchMoE.Cli.Sweeps;

namespace PatchMoE.Tests.Sweeps;

/// <summary>The order of cells for several threads.</summary>
public sealed class DataTurnsTests
{
    [TestCase(1, "11 12 21 22 31 32")]
    [TestCase(2, "11 21 12 22 31 32")]
    [TestCase(8, "11 21 31 12 22 32")]
    public void SeedsAreUsedInTurn_AsManyAsThereAreThreads(int threads, string expected)
    {
        SpecResult result = SpecReader.Read(SweepText.Base, "base.json");
        TrainingCell[] cells =
        [
            .. from seed in Enumerable.Range(1, 3)
               from epochs in Enumerable.Range(1, 2)
               select new TrainingCell($"{seed}{epochs}", result.Spec! with { Training = result.Spec!.Training! with { Seed = seed, Epochs = epochs } }, ".", null),
        ];
        Assert.That(string.Join(' ', DataTurns.Order(cells, threads).Select(cell => cell.Title)), Is.EqualTo(expected));
    }
}
