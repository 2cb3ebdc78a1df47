using System.Globalization;
using System.Text.Json.Nodes;
using PatchMoE.Cli.Experiments;

namespace PatchMoE.Tests.Experiments;

/// <summary>Cells that count how often they run.</summary>
public sealed class CellSchedulerTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void EveryCell_RunsOnce_AndNeverAgain()
    {
        Counter[] cells = [.. Enumerable.Range(0, 50).Select(i => new Counter(i))];
        CellFolder folder = Open();
        Assert.That(Run(folder, [.. cells, .. cells], threads: 4), Is.Empty);
        Assert.That(cells.Select(cell => cell.Runs), Is.All.EqualTo(1));
        Run(Open(), cells, threads: 2);
        Assert.That(cells.Select(cell => cell.Runs), Is.All.EqualTo(1), "another process finds the results");
        Assert.That((int)Open().Find(cells[7])!.Result["square"]!, Is.EqualTo(49));
        Assert.That(Directory.GetFiles(_folder.File("claims")), Is.Empty);
    }

    /// <summary>Two schedulers with folders of their own are as two processes: locks are between open files.</summary>
    [Test]
    public void TwoSchedulers_ShareTheCells()
    {
        Counter[] cells = [.. Enumerable.Range(0, 40).Select(i => new Counter(i, milliseconds: 5))];
        Parallel.Invoke(() => Run(Open(), cells, threads: 2), () => Run(Open(), [.. cells.Reverse()], threads: 2));
        Assert.That(cells.Select(cell => cell.Runs), Is.All.EqualTo(1));
    }

    [Test]
    public void ACellClaimedElsewhere_IsRunWhenTheOtherEndsWithoutAResult()
    {
        Counter cell = new(3);
        CellClaim claim = Open().TryClaim(cell)!;
        Assert.That(Open().IsClaimed(cell), Is.True);
        Run(Open(), [cell], threads: 1, waits: false);
        Assert.That(cell.Runs, Is.Zero);

        Task run = Task.Run(() => Run(Open(), [cell], threads: 1));
        Assert.That(run.Wait(TimeSpan.FromMilliseconds(300)), Is.False, "it waits for the other");
        claim.Dispose();
        run.Wait();
        Assert.That(cell.Runs, Is.EqualTo(1));
        Assert.That(Open().IsClaimed(cell), Is.False);
    }

    [Test]
    public void ACellThatCannotBeRun_IsReported_AndTheOthersRun()
    {
        Counter[] cells = [new(1), new(2) { Failure = "no data" }, new(3)];
        IReadOnlyList<CellFailure> failures = Run(Open(), cells, threads: 1);
        Assert.That(failures.Single().Message, Is.EqualTo("no data"));
        Assert.That(failures.Single().Cell, Is.SameAs(cells[1]));
        Assert.That(Open().Find(cells[1]), Is.Null);
        Assert.That(Open().Find(cells[2]), Is.Not.Null);
    }

    [Test]
    public void Cancelled_FinishedCellsAreKept()
    {
        using var stop = new CancellationTokenSource();
        Counter[] cells = [new(1), new(2) { Then = stop.Cancel }, new(3)];
        Assert.That(() => new CellScheduler(Open(), 1).Run(cells, new Silent(), stop.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Open().Find(cells[0]), Is.Not.Null);
        Assert.That(cells[2].Runs, Is.Zero);
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("[]")]
    [TestCase("{\"cell\":\"1\",\"result\":{\"square\":1},\"seconds\":0.1}")]
    [TestCase("{\"cell\":\"1\",\"result\":{\"square\":2},\"seconds\":0.1,\"checksum\":\"0123456789abcdef\"}")]
    [TestCase("{\"cell\":\"1\",\"result\":7,\"seconds\":0.1,\"checksum\":\"0123456789abcdef\"}")]
    public void ADamagedResult_IsReported_AndRunAgain(string text)
    {
        Counter cell = new(4);
        Run(Open(), [cell], threads: 1);
        string path = Directory.GetFiles(_folder.File("cells")).Single();
        File.WriteAllText(path, text);
        var reports = new List<string>();
        CellFolder folder = CellFolder.Open(_folder.Path, reports.Add);
        Run(folder, [cell], threads: 1);
        Assert.That(cell.Runs, Is.EqualTo(2));
        Assert.That(reports, Is.EqualTo(new[] { $"{path}: the result of 'cell 4' is damaged. The cell is run again." }));
    }

    [Test]
    public void TheResultsText_KeepsEveryBit()
    {
        var result = new JsonObject { ["a"] = 0.1 + 0.2, ["b"] = "ü < \"ö\"", ["c"] = new JsonArray(1, 2.5e-300) };
        CellRecord record = new("ä", result, 1.5);
        CellRecord? read = CellRecord.TryParse(record.ToJson());
        Assert.That(read!.ToJson(), Is.EqualTo(record.ToJson()));
        Assert.That((double)read.Result["a"]!, Is.EqualTo(0.1 + 0.2));
    }

    private CellFolder Open() => CellFolder.Open(_folder.Path, Assert.Fail);

    private static IReadOnlyList<CellFailure> Run(CellFolder folder, IReadOnlyList<ICell> cells, int threads, bool waits = true) =>
        new CellScheduler(folder, threads) { WaitsForOthers = waits }.Run(cells, new Silent(), CancellationToken.None);

    private sealed class Counter(int number, int milliseconds = 0) : ICell
    {
        private int _runs;

        public int Runs => _runs;

        public string? Failure { get; init; }

        public Action? Then { get; init; }

        public string Title => string.Create(CultureInfo.InvariantCulture, $"cell {number}");

        public string Identity => Title;

        public double Work => 1;

        public JsonObject Run(CellContext context)
        {
            Interlocked.Increment(ref _runs);
            Thread.Sleep(milliseconds);
            Then?.Invoke();
            context.Cancellation.ThrowIfCancellationRequested();
            return Failure is null ? new JsonObject { ["square"] = number * number } : throw new BadInputException(Failure);
        }

        public string Describe(JsonObject result) => $"{result["square"]}";
    }

    private sealed class Silent : ICellProgress
    {
        public void Advance(double work)
        {
        }

        public void Finished(ICell cell, string text)
        {
        }
    }
}
