using PatchMoE.Compiler;
using PatchMoE.Reference;

namespace PatchMoE.Tests;

/// <summary>Weighted classes: L = Σ w_y·L_b / Σ w_y, as in PyTorch.</summary>
public sealed class ClassWeightsTests
{
    private static readonly ModelSpec s_softmax = Specs.Dense(Specs.Vectors, 3, null).Model;
    private static readonly ModelSpec s_logistic = Specs.Separate(Specs.Vectors, Specs.Synthetic).Model;

    [Test]
    public void Balanced_EveryClassCountsTheSame()
    {
        int[] labels = [0, 0, 0, 0, 0, 0, 1, 1, 2];
        ClassWeights weights = ClassWeights.Of(ClassWeightsSpec.Balanced, s_softmax, labels)!;

        // N/(C·N_c): scikit-learn's class_weight="balanced".
        Assert.That(weights.Values, Is.EqualTo(new[] { 0.5, 1.5, 3 }));
        Assert.That(labels.GroupBy(label => label, weights.Of).Select(one => one.Sum()), Is.All.EqualTo(3));
    }

    [Test]
    public void LogisticWeights_AreInTheOrderOfTheLabels()
    {
        ClassWeights weights = ClassWeights.Of(new ClassWeightsSpec(EquatableArray.Of(1.0, 4)), s_logistic, [])!;
        Assert.That((weights.Of(-1), weights.Of(1)), Is.EqualTo((1.0, 4.0)));
        Assert.That(ClassWeights.Of(null, s_logistic, []), Is.Null);
        Assert.That(
            () => ClassWeights.Of(new ClassWeightsSpec(EquatableArray.Of(1.0, 4, 2)), s_logistic, []),
            Throws.TypeOf<BadInputException>().With.Message.Contains("training.classWeights").And.Message.Contains("2 classes"));
    }

    /// <summary>A whole weight is the same as so many copies of the samples.</summary>
    [Test]
    public void WeightsOf1And3_AreThreeCopiesOfTheSamples([Values] bool logistic, [Values] OptimizerKind kind)
    {
        PatchMoESpec spec = Network(logistic);
        (Dataset data, int[] labels) = Data(spec, 6);
        int[] batch = [.. Enumerable.Range(0, 6)];
        int[] copies = [.. batch.SelectMany(i => Enumerable.Repeat(i, labels[i] == 1 ? 3 : 1))];
        var weights = ClassWeights.Of(new ClassWeightsSpec(EquatableArray.Of(1.0, 3)), spec.Model, []);

        (double weighted, float[] first) = Step(spec, kind, data, batch, weights);
        (double copied, float[] second) = Step(spec, kind, data, copies, null);
        (_, float[] unweighted) = Step(spec, kind, data, batch, null);

        Assert.That(weighted, Is.EqualTo(copied).Within(1e-6));
        Assert.That(Distance(first, second), Is.LessThan(1e-5));
        Assert.That(Distance(first, unweighted), Is.GreaterThan(1e-4), "the weights have an effect");
    }

    [Test]
    public void Reference_WeightsItsSamples()
    {
        PatchMoESpec spec = Network(logistic: false);
        (Dataset data, int[] labels) = Data(spec, 6);
        IPatchMoEModel model = PatchMoECompiler.Compile(spec, AssemblyCache.ForUser());
        WeightInitializer.Initialize(spec, 1, model.Parameters);
        var reference = new ReferenceModel(spec.Model);
        double[] inputs = [.. data.Inputs.ToArray().Select(value => (double)value)];
        ReferenceResult expected = reference.Run(reference.NamedWeights(model.Parameters), inputs, labels, null, [.. labels.Select(label => label == 1 ? 3.0 : 1)]);
        using var engine = new CpuEngine(model, threads: 1);
        engine.BeginTraining(
            Optimizer.Create(OptimizerSpec.Of(OptimizerKind.Sgd), model.ParameterSpecs.Where(one => one.HasGradient), model.Parameters.Length),
            ClassWeights.Of(new ClassWeightsSpec(EquatableArray.Of(1.0, 3)), spec.Model, []));

        Assert.That(engine.Step(data, [0, 1, 2, 3, 4, 5], [], 0.1), Is.EqualTo(expected.Loss!.Value).Within(1e-6));
    }

    private static PatchMoESpec Network(bool logistic) => logistic
        ? Specs.Separate(Specs.Vectors, Specs.Synthetic)
        : Specs.Dense(Specs.Vectors, 2, Specs.Synthetic);

    private static (Dataset Data, int[] Labels) Data(PatchMoESpec spec, int count)
    {
        (Dataset train, _) = DataLoader.Load(spec, null, 1, ".");
        return (train.First(count), train.Labels[..count].ToArray());
    }

    private static (double Loss, float[] Parameters) Step(PatchMoESpec spec, OptimizerKind kind, Dataset data, int[] batch, ClassWeights? weights)
    {
        IPatchMoEModel model = PatchMoECompiler.Compile(spec, AssemblyCache.ForUser());
        WeightInitializer.Initialize(spec, 1, model.Parameters);
        using var engine = new CpuEngine(model, threads: 1);
        engine.BeginTraining(
            Optimizer.Create(OptimizerSpec.Of(kind) with { Epsilon = 0.01 }, model.ParameterSpecs.Where(one => one.HasGradient), model.Parameters.Length), weights);
        return (engine.Step(data, batch, [], 0.1), model.Parameters.ToArray());
    }

    private static double Distance(float[] a, float[] b) => a.Zip(b, (x, y) => Math.Abs((double)x - y)).Max();
}
