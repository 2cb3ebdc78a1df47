using PatchMoE.Compiler;

namespace PatchMoE.Tests;

public sealed class DatasetForTests
{
    private static IPatchMoEModel Model(Loss loss = Loss.SoftmaxCrossEntropy) => PatchMoECompiler.Compile(new PatchMoESpec("table", new ModelSpec(
        new VectorsInputSpec(2, 2),
        [new LayerSpec(Routing.Dense, 1, 3)],
        loss == Loss.Logistic ? new HeadSpec(HeadKind.Fixed, 1) : new HeadSpec(HeadKind.Linear, 3),
        loss)));

    [Test]
    public void Arrays_TakeTheModelsShape_AndAreNotCopied()
    {
        float[] inputs = [1, 2, 3, 4, 5, 6, 7, 8];
        Dataset data = Dataset.For(Model(), inputs, [2, 0], lengths: [1, 2]);
        inputs[0] = 9;
        Assert.That(data.InputShape, Is.EqualTo(new[] { 2, 2 }));
        Assert.That(data.Inputs[0], Is.EqualTo(9f));
        Assert.That(data.Lengths.ToArray(), Is.EqualTo(new[] { 1, 2 }));
    }

    [Test]
    public void Names_BecomeLabels_InTheOrderOfTheModelsClasses()
    {
        IPatchMoEModel model = Model();
        Dataset train = Dataset.For(model, [[1, 0, 0, 0], [2, 0, 0, 0], [3, 0, 0, 0], [4, 0, 0, 0]], ["dog", "cat", "Ant", "cat"]);
        Assert.That(model.Metadata.Classes, Is.EqualTo(new[] { "Ant", "cat", "dog" }));
        Assert.That(train.Labels.ToArray(), Is.EqualTo(new[] { 2, 1, 0, 1 }));
        Dataset test = Dataset.For(model, [([5f, 0, 0, 0], "dog")]);
        Assert.That(test.Labels.ToArray(), Is.EqualTo(new[] { 2 }));
        Assert.That(() => Dataset.For(model, [([5f, 0, 0, 0], "bee")]), Throws.ArgumentException.With.Message.Contains("The class 'bee' is none of the model's: 'Ant', 'cat', 'dog'."));
    }

    [Test]
    public void LogisticLoss_LabelsAreMinusAndPlusOne()
    {
        Dataset data = Dataset.For(Model(Loss.Logistic), [[1, 0, 0, 0], [2, 0, 0, 0]], ["yes", "no"]);
        Assert.That(data.Labels.ToArray(), Is.EqualTo(new[] { 1, -1 }));
    }

    [Test]
    public void Inputs_AreNormalisedAsClassifyNormalises_OnACopy()
    {
        IPatchMoEModel model = Model();
        model.Metadata = new ModelMetadata { Normalization = new Normalization([1, 2], [2, 4]) };
        float[] inputs = [3, 6, 1, -2];
        Dataset data = Dataset.For(model, inputs, [0]);
        Assert.That(data.Inputs.ToArray(), Is.EqualTo(new float[] { 1, 1, 0, -1 }));
        Assert.That(inputs, Is.EqualTo(new float[] { 3, 6, 1, -2 }));
    }

    [Test]
    public void WhatDoesNotFit_IsNamed()
    {
        IPatchMoEModel model = Model();
        void Refused(string message, Action call) => Assert.That(call, Throws.ArgumentException.With.Message.Contains(message));
        Refused("inputs has 5 values; 1 samples of 4 values need 4", () => Dataset.For(model, new float[5], [0]));
        Refused("labels[0] is 3; softmax cross entropy over 3 outputs takes 0 to 2", () => Dataset.For(model, new float[4], [3]));
        Refused("value 2 of sample 1 is NaN", () => Dataset.For(model, [0, 0, 0, 0, 0, 0, float.NaN, 0], [0, 1]));
        Refused("Sample 1 of class 'b' has 3 values; a sample [2, 2] has 4", () => Dataset.For(model, [[0, 0, 0, 0], [0, 0, 0], [0, 0, 0, 0]], ["a", "b", "c"]));
        Refused("The samples are of 2 classes ('a', 'b'), but table tells 3 apart", () => Dataset.For(model, [[0, 0, 0, 0], [0, 0, 0, 0]], ["b", "a"]));
        Refused("There are 1 inputs and 2 class names", () => Dataset.For(model, [[0, 0, 0, 0]], ["b", "a"]));
        Assert.That(model.Metadata.Classes, Is.Empty);
    }

    [Test]
    public void Split_KeepsTheShareOfEachClass_AndEverySample()
    {
        int[] labels = [.. Enumerable.Range(0, 100).Select(i => i < 90 ? i % 2 : 2)];
        float[] inputs = [.. Enumerable.Range(0, 400).Select(i => (float)i)];
        Dataset data = Dataset.For(Model(), inputs, labels, lengths: [.. labels.Select(label => label == 2 ? 1 : 2)]);
        (Dataset train, Dataset test) = data.Split(0.2, seed: 3);
        Assert.That(test.Labels.ToArray().CountBy(label => label), Is.EquivalentTo(new Dictionary<int, int> { [0] = 9, [1] = 9, [2] = 2 }));
        Assert.That(train.Inputs.ToArray().Concat(test.Inputs.ToArray()).Order(), Is.EqualTo(inputs));
        Assert.That(test.Lengths.ToArray(), Is.EqualTo(test.Labels.ToArray().Select(label => label == 2 ? 1 : 2)));
        Assert.That(data.Split(0.2, seed: 3).Test.Inputs.ToArray(), Is.EqualTo(test.Inputs.ToArray()));
        Assert.That(data.Split(0.2, seed: 4).Test.Inputs.ToArray(), Is.Not.EqualTo(test.Inputs.ToArray()));
        Assert.That(() => data.Split(1, seed: 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => data.First(1).Split(0.5, seed: 1), Throws.InvalidOperationException.With.Message.Contains("The label 0 has a single sample"));
    }
}
