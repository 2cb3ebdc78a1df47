using PatchMoE.Cli.Sweeps;

namespace PatchMoE.Tests.Sweeps;

/// <summary>A process's place among those of a cluster's job.</summary>
public sealed class JobArrayTests
{
    [Test]
    public void OutsideOfAJob_ThereIsNone() => Assert.That(Find(tasks: 4), Is.Null);

    [Test]
    public void Slurm_SaysIndexAndCount() => Assert.That(
        Find(tasks: null, ("SLURM_ARRAY_TASK_ID", "14"), ("SLURM_ARRAY_TASK_MIN", "10"), ("SLURM_ARRAY_TASK_STEP", "2"), ("SLURM_ARRAY_TASK_COUNT", "5")),
        Is.EqualTo(new JobArray(2, 5)));

    [Test]
    public void Kubernetes_SaysTheIndexOnly()
    {
        Assert.That(Find(tasks: null, ("JOB_COMPLETION_INDEX", "3")), Is.EqualTo(new JobArray(3, null)));
        Assert.That(Find(tasks: 8, ("JOB_COMPLETION_INDEX", "3")), Is.EqualTo(new JobArray(3, 8)));
    }

    [TestCase("x")]
    [TestCase("-1")]
    [TestCase("1.5")]
    public void AnotherText_IsOneMessage(string text)
    {
        var failure = Assert.Throws<BadInputException>(() => Find(tasks: null, ("JOB_COMPLETION_INDEX", text)));
        Assert.That(failure!.Message, Does.Contain("JOB_COMPLETION_INDEX").And.Contain($"'{text}'"));
    }

    /// <summary>Together the tasks start everywhere, and each goes on to all cells.</summary>
    [TestCase(10, 4, new[] { 0, 2, 5, 7 })]
    [TestCase(3, 4, new[] { 0, 0, 1, 2 })]
    public void Shares_AreEqualParts(int cells, int count, int[] first)
    {
        int[] all = [.. Enumerable.Range(0, cells)];
        int[][] orders = [.. Enumerable.Range(0, count).Select(index => new JobArray(index, count).Order(all).ToArray())];
        Assert.That(orders.Select(order => order[0]), Is.EqualTo(first));
        Assert.That(orders, Is.All.EquivalentTo(all));
    }

    [TestCase(7, null, 1)]
    [TestCase(9, 4, 1)]
    public void AnIndexPastTheEnd_StartsSomewhere(int index, int? count, int first) =>
        Assert.That(new JobArray(index, count).Order([0, 1, 2, 3, 4, 5])[0], Is.EqualTo(first));

    [Test]
    public void NoCells_AreNoShares() => Assert.That(new JobArray(3, 4).Order(Array.Empty<int>()), Is.Empty);

    private static JobArray? Find(int? tasks, params (string Name, string Value)[] variables) =>
        JobArray.Find(name => variables.FirstOrDefault(variable => variable.Name == name).Value, tasks);
}
