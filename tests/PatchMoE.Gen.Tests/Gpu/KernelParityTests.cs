using PatchMoE.Reference;
using PatchMoE.Tests.Parity;

namespace PatchMoE.Gen.Tests.Gpu;

/// <summary>The emitted GPU kernels, executed by the stand-in, against PyTorch's answers and the reference.</summary>
[TestFixture]
public sealed class KernelParityTests
{
    private static readonly string[] s_golden = ["vectors-tiny", "sample-moe", "two-level", "overlap-odd", "vectors-tail"];

    private static IEnumerable<string> Golden => s_golden;

    [TestCaseSource(nameof(Golden))]
    public void KernelsAgreeWithPyTorch(string name)
    {
        var golden = new GoldenCase(name);
        StandInPass pass = new StandInPass(golden.Spec, golden.Parameters(), golden.Input.Values<float>(), golden.Labels).LossAndGradients();
        Assert.That(Math.Abs(pass.Loss - golden.Loss) <= 1e-4 * golden.Loss, $"loss {pass.Loss}, expected {golden.Loss}");
        Agreement.Check("logits", pass.Logits, golden.Logits);
        Agreement.Check("input", pass.InputGradient, golden.Gradients["input"]);
        CheckGradients(golden.Spec, pass.Gradients, parameter => Array.ConvertAll(golden.Gradients[parameter], value => (double)value));
        Assert.That(pass.Route().Routes, Is.EqualTo(golden.Routes));
    }

    [Test]
    public void KernelsAgreeWithReference([Range(0, 19)] int seed)
    {
        PatchMoESpec spec = RandomSpec.Of(seed);
        TestContext.Out.WriteLine(SpecWriter.ModelToJson(spec));
        (RandomBatch batch, ReferenceResult expected) = RandomBatch.Draw(spec.Model, seed);
        StandInPass pass = new StandInPass(spec, batch.Parameters, batch.Input, batch.Labels, batch.Lengths).LossAndGradients();

        Assert.That(Math.Abs(pass.Loss - expected.Loss!.Value) <= 1e-4 * expected.Loss.Value, $"loss {pass.Loss}, expected {expected.Loss}");
        Agreement.Check("logits", pass.Logits, expected.Logits);
        Agreement.Check("input", pass.InputGradient, expected.Gradients["input"]);
        CheckGradients(spec, pass.Gradients, parameter => expected.Gradients[parameter]);
        if (expected.Routes is not null)
        {
            Assert.That(pass.Route().Routes, Is.EqualTo(expected.Routes));
        }
        else
        {
            Assert.That(pass.Route, Throws.InvalidOperationException.With.Message.Contains("dense"));
        }
    }

    /// <summary>Sizes at which the selection is a sort, with one expert's keys at a time and with several, or has no room for keys; small whole scores make ties.</summary>
    [TestCase(129, 3, 40)]
    [TestCase(300, 5, 300)]
    [TestCase(700, 2, 7)]
    [TestCase(1030, 2, 3)]
    public void ManyPatches_AreSelectedAsTheReferenceDoes(int patches, int experts, int taken)
    {
        var model = new ModelSpec(
            new VectorsInputSpec(patches, 2),
            EquatableArray.Of(new LayerSpec(Routing.ExpertChoice, experts, 1, taken, Gate.SoftmaxSelected)),
            new HeadSpec(HeadKind.Linear, 1),
            Loss.Logistic);
        var random = new Random(patches);
        float[] Whole(int length) => [.. Enumerable.Range(0, length).Select(_ => (float)random.Next(-3, 4))];
        (float[] parameters, float[] input) = (Whole(ModelParameters.BufferLength(model.Parameters())), Whole(3 * patches * 2));
        int[] lengths = [patches, taken / 2, patches - 1];
        var reference = new ReferenceModel(model);
        ReferenceResult expected = reference.Run(reference.NamedWeights(parameters), Array.ConvertAll(input, value => (double)value), lengths: lengths);
        Assert.That(new StandInPass(new PatchMoESpec("many", model), parameters, input, [1, 1, 1], lengths).Route().Routes, Is.EqualTo(expected.Routes));
    }

    /// <summary>Threads run in another order each time; the sums must not notice.</summary>
    [TestCase("two-level")]
    [TestCase("sample-moe")]
    public void EqualBits_RunAfterRun(string name)
    {
        var golden = new GoldenCase(name);
        StandInPass Run() => new StandInPass(golden.Spec, golden.Parameters(), golden.Input.Values<float>(), golden.Labels).LossAndGradients();
        (StandInPass first, StandInPass second) = (Run(), Run());
        Assert.Multiple(() =>
        {
            Assert.That(second.Loss, Is.EqualTo(first.Loss));
            Assert.That(second.Logits, Is.EqualTo(first.Logits));
            Assert.That(second.Gradients, Is.EqualTo(first.Gradients));
            Assert.That(second.InputGradient, Is.EqualTo(first.InputGradient));
        });
    }

    [Test]
    public void Forward_GivesTheLogitsOfTraining()
    {
        var golden = new GoldenCase("two-level");
        StandInPass New() => new(golden.Spec, golden.Parameters(), golden.Input.Values<float>(), golden.Labels);
        Assert.That(New().Forward().Logits, Is.EqualTo(New().LossAndGradients().Logits));
    }

    /// <summary>Equal patches have equal scores, to the bit: each is added up in the same order, whichever tile it is in.</summary>
    [Test]
    public void EqualPatches_AreTakenInOrder()
    {
        const int n = 37;
        const int d = 20;
        var spec = new PatchMoESpec("equal", new ModelSpec(
            new VectorsInputSpec(n, d), EquatableArray.Of(new LayerSpec(Routing.ExpertChoice, 3, 2, PatchesPerExpert: 5)), new HeadSpec(HeadKind.Linear, 2), Loss.SoftmaxCrossEntropy));
        var random = new Random(1);
        float[] patch = [.. Enumerable.Range(0, d).Select(_ => random.NextSingle() - 0.5f)];
        float[] parameters = [.. Enumerable.Range(0, ModelParameters.BufferLength(spec.Model.Parameters())).Select(_ => random.NextSingle() - 0.5f)];
        float[] input = [.. Enumerable.Range(0, n).SelectMany(_ => patch)];
        Assert.That(new StandInPass(spec, parameters, input, [0]).Route().Routes, Is.EqualTo(Enumerable.Repeat(Enumerable.Range(0, 5), 3).SelectMany(routes => routes)));
    }

    [Test]
    public void NaN_StaysInItsSample_AndRoutesStayInRange()
    {
        var golden = new GoldenCase("overlap-odd");
        float[] input = golden.Input.Values<float>();
        input[100] = float.NaN;
        StandInPass pass = new StandInPass(golden.Spec, golden.Parameters(), input, golden.Labels).LossAndGradients().Route();
        Assert.Multiple(() =>
        {
            Assert.That(pass.Logits[golden.Spec.Model.Head.Outputs..], Has.None.NaN);
            Assert.That(pass.Routes, Is.All.InRange(0, golden.Spec.Model.LayerShapes()[0].Patches - 1));
        });
    }

    private static void CheckGradients(PatchMoESpec spec, float[] gradients, Func<string, IReadOnlyList<double>> expected)
    {
        var untouched = Enumerable.Range(0, gradients.Length).ToHashSet();
        foreach (ParameterSpec parameter in spec.Model.Parameters().Where(parameter => parameter.HasGradient))
        {
            Agreement.Check(parameter.Name, gradients.AsSpan(parameter.Offset, parameter.Length), expected(parameter.Name));
            untouched.ExceptWith(Enumerable.Range(parameter.Offset, parameter.Length));
        }

        Assert.That(untouched.Select(i => gradients[i]), Is.All.Zero, "what has no gradient, and the gaps between tensors");
    }
}
