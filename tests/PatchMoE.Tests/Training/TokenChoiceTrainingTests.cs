using PatchMoE.Compiler;

namespace PatchMoE.Tests;

/// <summary>Networks whose patches choose their experts, trained from the data to the metrics.</summary>
[Category("Long")]
[TestFixture]
public sealed class TokenChoiceTrainingTests
{
    private const int Experts = 8;

    [Test]
    public void TheTrainingLoss_HasTheAuxiliaryLosses_TheTestLossHasNot()
    {
        // The logits are those of the fixed order of the samples whatever the losses weigh, as long as nothing is learnt.
        TrainingSpec still = Training() with { Epochs = 1, Optimizer = OptimizerSpec.Of(OptimizerKind.Sgd) with { LearningRate = 1e-12 } };
        EpochMetrics without = Train(new TokenChoiceSpec(2), still).History[0];
        EpochMetrics with = Train(new TokenChoiceSpec(2) { ZLoss = 1 }, still).History[0];

        // Scores near 0: every patch has a logsumexp near log k.
        Assert.That(with.TrainLoss - without.TrainLoss, Is.EqualTo(Math.Pow(Math.Log(Experts), 2)).Within(0.3));
        Assert.That(with.TestLoss, Is.EqualTo(without.TestLoss).Within(1e-6));
    }

    [TestCase(BalanceKind.Switch)]
    [TestCase(BalanceKind.Importance)]
    public void Balance_KeepsTheExpertsEven(BalanceKind kind)
    {
        ExpertUse alone = Train(new TokenChoiceSpec(1), Training()).History[^1].Experts!;
        TrainingResult balanced = Train(new TokenChoiceSpec(1) { Balance = new BalanceSpec(kind, 1) }, Training());

        Assert.That(alone.Gate.Max() / alone.Gate.Min(), Is.GreaterThan(3), "without it");
        Assert.That(balanced.History[^1].Experts!.Gate.Max(), Is.LessThan(alone.Gate.Max()));
        Assert.That(balanced.History[^1].Experts!.Entropy, Is.GreaterThan(alone.Entropy));
        Assert.That(balanced.Final.Accuracy, Is.GreaterThan(0.9));
    }

    [Test]
    public void ACapacity_DropsChoices_AndTheMetricsSayHowMany()
    {
        var choice = new TokenChoiceSpec(2) { CapacityFactor = 0.5, Priority = Priority.Score };
        ExpertUse use = Train(choice, Training() with { Epochs = 1 }).History[0].Experts!;

        // At most half of the choices have a place.
        Assert.That(use.Dropped, Is.GreaterThanOrEqualTo(0.5).And.LessThan(1));
    }

    private static TrainingSpec Training() => Specs.Training(TrainingMethod.Joint, OptimizerKind.Adam) with { Epochs = 12, Init = new InitSpec(0.3, null, null) };

    private static TrainingResult Train(TokenChoiceSpec choice, TrainingSpec training)
    {
        var spec = new PatchMoESpec(
            "tokens",
            new ModelSpec(
                new VectorsInputSpec(16, 20),
                [new LayerSpec(Routing.TokenChoice, Experts, 8, Gate: Gate.SoftmaxAll, Bias: true) { Choice = choice }],
                new HeadSpec(HeadKind.Linear, 2, Bias: true),
                Loss.SoftmaxCrossEntropy),
            training,
            new SyntheticDataSpec(5, 0.3, 0.05, 400, 200));
        (Dataset train, Dataset test) = DataLoader.Load(spec, null, 1, ".");
        IPatchMoEModel model = PatchMoECompiler.Compile(spec);
        WeightInitializer.Initialize(spec, 3, model.Parameters);
        using var engine = new CpuEngine(model, threads: 1);
        return new Trainer(model, engine, training, train, test, new TrainerOptions { Seed = 3 }).Run();
    }
}
