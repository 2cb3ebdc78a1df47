using PatchMoE.Compiler;
using PatchMoE.Tests;
using PatchMoE.Tests.Parity;

namespace PatchMoE.TorchSharp.Tests;

/// <summary>The backend: passes, training and its state.</summary>
public class TorchEngineTests
{
    private static IEnumerable<string> Cases => GoldenCase.Names;

    [TestCaseSource(nameof(Cases))]
    public void GoldenCase_Agrees(string name)
    {
        var golden = new GoldenCase(name);
        using var engine = new TorchEngine(golden.Spec);
        engine.SetParameters(golden.Parameters());
        var logits = new float[golden.Logits.Length];
        var forward = new float[golden.Logits.Length];
        var gradients = new float[ModelParameters.BufferLength(golden.Spec.Model.Parameters())];
        var inputGradient = new float[golden.Input.Values<float>().Length];

        double loss = engine.LossAndGradients(golden.Input.Values<float>(), golden.Labels, logits, gradients, inputGradient);
        engine.Forward(golden.Input.Values<float>(), forward);

        Assert.That(Math.Abs(loss - golden.Loss) <= 1e-4 * golden.Loss);
        Agreement.Check("logits", logits, golden.Logits);
        Agreement.Check("forward", forward, golden.Logits);
        Agreement.Check("input", inputGradient, golden.Gradients["input"]);
        foreach (ParameterSpec parameter in golden.Spec.Model.Parameters())
        {
            float[] expected = parameter.HasGradient ? golden.Gradients[parameter.Name] : new float[parameter.Length];
            Agreement.Check(parameter.Name, gradients.AsSpan(parameter.Offset, parameter.Length), expected);
        }

        if (golden.Routes is { } expectedRoutes)
        {
            var routes = new int[expectedRoutes.Length];
            engine.Route(golden.Input.Values<float>(), routes);
            Assert.That(routes, Is.EqualTo(expectedRoutes));
        }
    }

    /// <summary>100 updates by torch and by our own trainer: the same losses, and the same weights at the end.</summary>
    [TestCase(OptimizerKind.Sgd, 1e-4)]
    [TestCase(OptimizerKind.Momentum, 1e-4)]
    [TestCase(OptimizerKind.Adam, 1e-3)]
    [TestCase(OptimizerKind.AdamW, 1e-3)]
    public void TrainingCurves_Agree(OptimizerKind kind, double tolerance)
    {
        PatchMoESpec spec = Trained(kind, epochs: 10);
        TrainingResult own = Train(spec, torch: false);
        TrainingResult torch = Train(spec, torch: true);

        Assert.That(own.Checkpoint.OptimizerSteps, Is.EqualTo(100));
        Assert.That(own.History[^1].TrainLoss, Is.LessThan(0.9 * own.History[0].TrainLoss), "the network learns something");
        for (int epoch = 0; epoch < own.History.Count; epoch++)
        {
            Assert.That(torch.History[epoch].TrainLoss, Is.EqualTo(own.History[epoch].TrainLoss).Within(tolerance * own.History[0].TrainLoss), $"epoch {epoch + 1}");
        }

        Assert.That(LargestDifference(torch.Checkpoint.Weights, own.Checkpoint.Weights), Is.LessThanOrEqualTo(tolerance * own.Checkpoint.Weights.Max(MathF.Abs)));
    }

    /// <summary>A run that is stopped half-way and resumed, on torch or on the CPU, ends where an uninterrupted one ends.</summary>
    [Test]
    public void CheckpointOfOneBackend_GoesOnOnAnother([Values] OptimizerKind kind, [Values] bool torchFirst, [Values] bool torchThen)
    {
        TrainingResult whole = Train(Trained(kind, epochs: 6), torch: torchThen);
        TrainingResult half = Train(Trained(kind, epochs: 3), torch: torchFirst);
        TrainingResult resumed = Train(Trained(kind, epochs: 6), torch: torchThen, half.Checkpoint);

        Assert.That(resumed.Checkpoint.OptimizerSteps, Is.EqualTo(60));
        Assert.That(LargestDifference(resumed.Checkpoint.Weights, whole.Checkpoint.Weights), Is.LessThanOrEqualTo(1e-4 * whole.Checkpoint.Weights.Max(MathF.Abs)));
        foreach ((string name, float[] values) in whole.Checkpoint.OptimizerState)
        {
            float[] found = resumed.Checkpoint.OptimizerState.Single(state => state.Name == name).Values;
            Assert.That(LargestDifference(found, values), Is.LessThanOrEqualTo(1e-3 * values.Max(MathF.Abs)), name);
        }
    }

    [Test]
    public void SeparateTraining_LearnsTheSame()
    {
        PatchMoESpec spec = Trained(OptimizerKind.Sgd, epochs: 4);
        spec = spec with
        {
            Model = spec.Model with { Layers = EquatableArray.Of(new LayerSpec(Routing.ExpertChoice, 2, 3, 2)), Head = new HeadSpec(HeadKind.Fixed, 1, HeadWeights.Sign) },
            Training = spec.Training! with { Method = TrainingMethod.Separate, RouterEpochs = 3 },
        };
        TrainingResult own = Train(spec, torch: false);
        TrainingResult torch = Train(spec, torch: true);
        Assert.That(LargestDifference(torch.Checkpoint.Weights, own.Checkpoint.Weights), Is.LessThanOrEqualTo(1e-4));
    }

    [Test]
    public void LossThatIsNotFinite_ChangesNoWeight()
    {
        PatchMoESpec spec = Trained(OptimizerKind.Sgd, epochs: 1);
        using var engine = new TorchEngine(spec);
        var weights = new float[ModelParameters.BufferLength(spec.Model.Parameters())];
        engine.GetParameters(weights);
        engine.BeginTraining(Optimizer.Create(spec.Training!.Optimizer, spec.Model.Parameters(), weights.Length));
        var data = new Dataset(spec.Model.InputShape(), [.. Enumerable.Repeat(float.NaN, spec.Model.InputLength())], [1]);

        double loss = engine.Step(data, [0], [], 0.1);

        var after = new float[weights.Length];
        engine.GetParameters(after);
        Assert.That(loss, Is.NaN);
        Assert.That(after, Is.EqualTo(weights));
    }

    [Test]
    public void UnknownDevice_NamesThoseThereAre() =>
        Assert.That(() => new TorchEngine(Trained(OptimizerKind.Sgd, 1), "cuda:9"), Throws.TypeOf<BadInputException>().With.Message.Contains("cuda:9").And.Message.Contains("cpu"));

    private static PatchMoESpec Trained(OptimizerKind kind, int epochs) => new(
        "trained",
        new ModelSpec(
            new VectorsInputSpec(6, 13),
            EquatableArray.Of(new LayerSpec(Routing.ExpertChoice, 3, 5, 2, Gate.SoftmaxSelected, Pooling.Selected, Bias: true)),
            new HeadSpec(HeadKind.Linear, 1, Bias: true),
            Loss.Logistic),
        TrainingSpec.Default with
        {
            Epochs = epochs,
            Batch = 5,
            Schedule = ScheduleSpec.Default with { Kind = ScheduleKind.Constant },
            Init = InitSpec.Default with { Router = 0.01 },
            Optimizer = OptimizerSpec.Of(OptimizerKind.Sgd) with { Kind = kind, LearningRate = kind >= OptimizerKind.Adam ? 0.01 : 0.1, WeightDecay = 0.01 },
        },
        new SyntheticDataSpec(5, 0.3, 0.05, 50, 40));

    [Test]
    public void ClassWeights_AreThoseOfTheCpu()
    {
        PatchMoESpec spec = Trained(OptimizerKind.Sgd, epochs: 3);
        PatchMoESpec weighted = spec with { Training = spec.Training! with { ClassWeights = new ClassWeightsSpec(EquatableArray.Of(1.0, 5)) } };
        float[] torch = Train(weighted, torch: true).Checkpoint.Weights;
        Assert.That(LargestDifference(torch, Train(weighted, torch: false).Checkpoint.Weights), Is.LessThan(1e-4));
        Assert.That(LargestDifference(torch, Train(spec, torch: true).Checkpoint.Weights), Is.GreaterThan(1e-3), "the class weights have an effect");
    }

    /// <summary>A table of tokens learns from the gradient that torch gives the input.</summary>
    [Test]
    public void VectorsOfTokens_AreThoseOfTheCpu([Values] OptimizerKind kind)
    {
        PatchMoESpec spec = TokenData.Spec(kind, epochs: 4);
        Checkpoint cpu = Train(spec, torch: false).Checkpoint;
        Checkpoint torch = Train(spec, torch: true).Checkpoint;
        Assert.That(LargestDifference(torch.Weights, cpu.Weights), Is.LessThanOrEqualTo(1e-3 * cpu.Weights.Max(MathF.Abs)));
        var initial = new WeightBuffer(spec);
        WeightInitializer.Initialize(spec, 1, initial.Parameters);
        int table = spec.Model.EmbeddingTable()!.Offset;
        Assert.That(LargestDifference(torch.Weights[table..], initial.Parameters[table..].ToArray()), Is.GreaterThan(1e-2), "the table learns");
    }

    private static TrainingResult Train(PatchMoESpec spec, bool torch, Checkpoint? from = null)
    {
        Dataset? tokens = spec.Data is null ? TokenData.Draw(spec, 40) : null;
        LoadedData? loaded = tokens is null ? DataLoader.Load(spec, null, 1, ".") : null;
        (Dataset train, Dataset test) = (tokens ?? loaded!.Train, tokens ?? loaded!.Test);
        IPatchMoEModel model = PatchMoECompiler.Compile(spec);
        WeightInitializer.Initialize(spec, 1, model.Parameters);
        using ITrainingEngine engine = torch ? new TorchEngine(spec) : new CpuEngine(model, threads: 1);
        return new Trainer(model, engine, spec.Training!, train, test, new TrainerOptions { Seed = 1 }).Run(resumeFrom: from);
    }

    private static double LargestDifference(float[] a, float[] b) => a.Zip(b).Max(pair => Math.Abs((double)pair.First - pair.Second));
}
