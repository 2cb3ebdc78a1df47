using System.Text.Json;
using System.Text.Json.Nodes;
using PatchMoE.Cli.Experiments;
using PatchMoE.Cli.Pruning;
using PatchMoE.Cli.Reproductions;

namespace PatchMoE.Tests.Reproductions;

/// <summary><c>reproduce prune</c>: its cells, its tables, and the command on one epoch.</summary>
[Category("Long")]
public sealed class PruneReproductionTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    /// <summary>The first removals are of the experts whose routers moved least; the opposite order removes the others.</summary>
    [Test]
    public void ACell_RemovesInItsOrders_AndDependsOnItsIdentityAlone()
    {
        PatchMoESpec spec = EmbeddedSpecs.Read("mnist-joint");
        spec = spec with
        {
            Training = spec.Training! with { Epochs = 3, Seed = 2 },
            Data = (MosaicDataSpec)spec.Data! with { Train = 60, Test = 100 },
        };
        var cell = new PruneCell(spec, new PrunePlan([6, 1], Draws: 2, TuningEpochs: 1), DataFolder.Require("mnist", null));
        double work = 0;
        JsonObject json = cell.Run(new CellContext(new SharedData(2), done => work += done, CancellationToken.None));
        PruneResult result = PruneResult.Of(json);
        int[] ranks = ExpertPruning.Ascending(result.RouterMoves);
        Assert.That(result.RouterMoves, Has.Count.EqualTo(8).And.All.Positive);
        Assert.That(Kept(result, RemovalOrder.LeastMoved, 6), Is.EqualTo(ranks[2..].Order()));
        Assert.That(Kept(result, RemovalOrder.MostMoved, 6), Is.EqualTo(ranks[..6].Order()));
        Assert.That(Kept(result, RemovalOrder.LeastMoved, 1), Is.EqualTo(ranks[7..]));
        Assert.That(result.Removals, Has.Count.EqualTo(4 * 2));
        Assert.That(work, Is.EqualTo(cell.Work).Within(1e-6 * work), "progress ends at 100 %");
        Assert.That(JsonNode.DeepEquals(cell.Run(new CellContext(new SharedData(2), _ => { }, CancellationToken.None)), json), Is.True);
        Assert.That(JsonNode.DeepEquals(result.ToJson(), json), Is.True);
    }

    /// <summary>Accuracies .9 with all 8 experts; .895, .88 and .895 with 6, 4 and 2: the way to 2 leads over 4.</summary>
    [Test]
    public void Removable_CountsUntilTheAccuracyFalls()
    {
        PatchMoESpec spec = EmbeddedSpecs.Read("mnist-joint");
        var plan = new PrunePlan([6, 4, 2], 1, 1);
        Removal Left(RemovalOrder order, int kept, double accuracy) => new(order, 0, [.. Enumerable.Range(0, kept)], accuracy, 0.9);
        var result = new PruneResult(
            0.9, 0.9, [1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4, 5, 6, 7, 8],
            [.. Enum.GetValues<RemovalOrder>().SelectMany(order => (Removal[])[Left(order, 6, order == RemovalOrder.MostMoved ? 0.7 : 0.895), Left(order, 4, 0.88), Left(order, 2, 0.895)])]);
        var trial = new PruneTrial("mnist-joint", 1, spec, plan, new PruneCell(spec, plan, "data"));
        var table = new PruneTable([trial], cell => new CellRecord(cell.Title, result.ToJson(), 1));
        Assert.That(table.Removable(RemovalOrder.LeastMoved, tuned: false), Is.EqualTo(2));
        Assert.That(table.Removable(RemovalOrder.MostMoved, tuned: false), Is.Zero);
        Assert.That(table.Removable(RemovalOrder.MostMoved, tuned: true), Is.EqualTo(6));
        Assert.That(table.Saved(4, PruneTable.Flops), Is.EqualTo(0.5).Within(1e-9), "half of the experts and routers");
        Assert.That(PruneReport.Finding(table), Does.Contain("2 (least moved first), 2 (random order), 0 (most moved first)").And.Contain("1 of 1 seeds"));
        Assert.That(new PruneTable([trial], _ => null).Removable(RemovalOrder.Random, tuned: false), Is.Null);
    }

    [Test]
    public void Prune_WritesAReport_AndGoesOnWhereItStood()
    {
        string[] command = ["reproduce", "prune", "--quick", "--seeds", "1", "--epochs", "1", "--out", _folder.File("prune")];
        Outcome first = Pmoe.Run(command);
        Assert.That(first.ExitCode, Is.Zero, first.Error);
        using JsonDocument json = JsonDocument.Parse(first.OutputLines[^1]);
        Assert.That(json.RootElement.GetProperty("results").EnumerateArray().Select(network => network.GetProperty("network").GetString()), Is.EqualTo(new[] { "mnist-joint", "digits-10" }));
        Assert.That(File.ReadAllText(_folder.File("prune/report.html")), Does.Contain("<svg").And.Contain("digits-10: 16 experts").And.Contain("least moved first").And.Contain("experts removed"));
        Assert.That(File.ReadAllText(_folder.File("prune/results.md")), Does.Contain("| 8 | – | – |").And.Contain("| 4 | 50 % |"));
        string[] rows = File.ReadAllLines(_folder.File("prune/results.csv"));
        Assert.That(rows, Has.Length.EqualTo(1 + (2 * (1 + (3 * 4)))));
        Assert.That(Pmoe.Run(command).ErrorLines[0], Does.Contain("0 of 2 cells to run"));
    }

    private static IReadOnlyList<int> Kept(PruneResult result, RemovalOrder order, int count) =>
        result.Removals.Single(removal => removal.Order == order && removal.Kept.Count == count).Kept;
}
