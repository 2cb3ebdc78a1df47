namespace PatchMoE.Tests;

public sealed class LearningRateScheduleTests
{
    [TestCase(0, 0, 0.2)]
    [TestCase(9, 3, 0.2)]
    public void Constant_Stays(int epoch, int batch, double expected) => Is(ScheduleSpec.Default with { Kind = ScheduleKind.Constant }, epoch, batch, expected);

    [TestCase(0, 0, 0.2)]
    [TestCase(5, 0, 0.1)]
    [TestCase(2, 2, 0.17071067811865476)]
    [TestCase(9, 3, 0.00030826662668720)]
    public void Cosine_FallsFromTheRateToZero(int epoch, int batch, double expected) =>
        Is(ScheduleSpec.Default with { Kind = ScheduleKind.Cosine, Warmup = 0 }, epoch, batch, expected);

    [TestCase(0, 0, 0.2)]
    [TestCase(2, 3, 0.2)]
    [TestCase(3, 0, 0.1)]
    [TestCase(9, 3, 0.025)]
    public void Step_MultipliesEveryFewEpochs(int epoch, int batch, double expected) =>
        Is(new ScheduleSpec(ScheduleKind.Step, 0, 3, 0.5), epoch, batch, expected);

    [TestCase(0, 0, 0.025)]
    [TestCase(0, 3, 0.1)]
    [TestCase(1, 3, 0.2)]
    [TestCase(2, 0, 0.2)]
    [TestCase(6, 0, 0.1)]
    public void WarmUp_RisesFromZero_AndTheCosineFallsBehindIt(int epoch, int batch, double expected) =>
        Is(new ScheduleSpec(ScheduleKind.Cosine, 2, 1, 1), epoch, batch, expected);

    /// <summary>η = 0.2, 10 epochs of 4 batches.</summary>
    private static void Is(ScheduleSpec schedule, int epoch, int batch, double expected) =>
        Assert.That(LearningRateSchedule.At(schedule, 0.2, 10, epoch, batch, 4), NUnit.Framework.Is.EqualTo(expected).Within(1e-12));
}
