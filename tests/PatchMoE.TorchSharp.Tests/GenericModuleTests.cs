using PatchMoE.Reference;
using PatchMoE.Tests;
using PatchMoE.Tests.Parity;
using static TorchSharp.torch;

namespace PatchMoE.TorchSharp.Tests;

/// <summary>The module made of torch's operations.</summary>
public class GenericModuleTests
{
    private static IEnumerable<string> Cases => GoldenCase.Names;

    [TestCaseSource(nameof(Cases))]
    public void GoldenCase_Agrees(string name)
    {
        var golden = new GoldenCase(name);
        using var module = new TorchPatchMoE(golden.Spec);
        Parity.Check(module, golden);
        CheckRoutes(module, golden.Input.Values<float>(), golden.Labels.Length, lengths: null, golden.Routes);
    }

    [Test]
    public void RandomNetwork_AgreesWithReference([Range(1, 50)] int seed) => CheckRandom(new RandomSpecs(seed).Draw(), seed);

    [Test]
    public void RandomTokenChoice_AgreesWithReference([Range(1, 200)] int seed) => CheckRandom(new RandomSpecs(seed, RandomSpecs.Parts.TokenChoice).Draw(), seed);

    [Test]
    public void RandomStack_AgreesWithReference([Range(1, 200)] int seed) => CheckRandom(new RandomSpecs(seed, RandomSpecs.Parts.Stacks).Draw(), seed);

    [Test]
    public void RandomStackWithTokenChoice_AgreesWithReference([Range(1, 200)] int seed) =>
        CheckRandom(new RandomSpecs(seed, RandomSpecs.Parts.TokenChoice | RandomSpecs.Parts.Stacks).Draw(), seed);

    [Test]
    public void AuxiliaryLoss_IsThatOfTheLastPass_AndLivesAsLongAsItsResult()
    {
        PatchMoESpec spec = Networks.Of(Networks.Layer(Routing.TokenChoice), new VectorsInputSpec(5, 3));
        using var module = new TorchPatchMoE(spec);
        Assert.That(module.AuxiliaryLoss, Is.Null);
        using (NewDisposeScope())
        {
            module.forward(tensor(Enumerable.Range(0, 30).Select(i => MathF.Sin(i)).ToArray()).reshape(2, 5, 3));
            Tensor first = module.AuxiliaryLoss!;
            module.forward(zeros(2, 5, 3));
            Assert.That(module.AuxiliaryLoss!.item<float>(), Is.EqualTo(0.1 * Math.Pow(Math.Log(3), 2)).Within(1e-6), "no score tells experts apart: only the z loss");
            Assert.That(first.item<float>(), Is.Not.EqualTo(module.AuxiliaryLoss!.item<float>()));
        }
    }

    [Test]
    public void LengthsOfAnImagesMap_AreRefused()
    {
        PatchMoESpec spec = new RandomSpecs(0).Draw() with
        {
            Model = new ModelSpec(
                new ImageInputSpec(2, 2, 1, 1, 1, 1, 1),
                EquatableArray.Of(Networks.Layer(Routing.Dense) with { Map = true }, Networks.Layer(Routing.Dense) with { Window = new WindowSpec(1, 1, 1, 1, Padding.Valid) }),
                new HeadSpec(HeadKind.Linear, 3),
                Loss.SoftmaxCrossEntropy),
        };
        using var module = new TorchPatchMoE(spec);
        using Tensor input = zeros(2, 2, 2, 1);
        using Tensor lengths = tensor(new[] { 4, 2 });
        Assert.That(() => module.forward(input, lengths), Throws.ArgumentException.With.Message.Contains("maps of an image, whose patches are all valid"));
    }

    private static void CheckRandom(PatchMoESpec spec, int seed)
    {
        TestContext.Out.WriteLine(SpecWriter.ModelToJson(spec));
        (RandomBatch batch, ReferenceResult expected) = RandomBatch.Draw(spec.Model, seed);
        using var module = new TorchPatchMoE(spec);
        Parity.Check(module, batch, expected);
        CheckRoutes(module, batch.Input, batch.Labels.Length, batch.Lengths, expected.Routes);
    }

    [Test]
    public void InvalidPatches_HaveNoInfluenceWhateverTheyHold([Values] Routing routing)
    {
        PatchMoESpec spec = Networks.Of(Networks.Layer(routing), new VectorsInputSpec(5, 3));
        using var module = new TorchPatchMoE(spec);
        float[] input = [.. Enumerable.Range(0, 30).Select(i => i is >= 6 and < 15 ? float.NaN : MathF.Sin(i))];

        TorchPass pass = TorchPass.Run(module, input, [0, 1], lengths: [2, 5]);

        Assert.That(pass.Logits, Has.All.Matches<float>(float.IsFinite));
        Assert.That(pass.Gradients["input"].AsSpan(6, 9).ToArray(), Is.All.Zero);
    }

    [Test]
    public void WrongShape_NamesTheShapeThatIsNeeded()
    {
        using var module = new TorchPatchMoE(Networks.Of(Networks.Layer(Routing.ExpertChoice), new ImageInputSpec(8, 8, 3, 4, 4, 4, 4)));
        using Tensor channelsFirst = zeros(2, 3, 8, 8);
        Assert.That(() => module.forward(channelsFirst), Throws.ArgumentException.With.Message.Contains("takes [B, 8, 8, 3]").And.Message.Contains("permute(0, 2, 3, 1)"));
    }

    [Test]
    public void WrongLengths_AreRefused()
    {
        using var module = new TorchPatchMoE(Networks.Of(Networks.Layer(Routing.ExpertChoice), new VectorsInputSpec(5, 3)));
        using Tensor input = zeros(2, 5, 3);
        using Tensor tooMany = tensor(new[] { 1, 2, 3 });
        using Tensor tooLarge = tensor(new[] { 1, 6 });
        Assert.That(() => module.forward(input, tooMany), Throws.ArgumentException.With.Message.Contains("lengths has 3 values"));
        Assert.That(() => module.forward(input, tooLarge), Throws.ArgumentException.With.Message.Contains("outside 0 to 5"));
    }

    private static void CheckRoutes(TorchPatchMoE module, float[] input, int samples, int[]? lengths, int[]? expected)
    {
        if (expected is null)
        {
            return;
        }

        using var scope = NewDisposeScope();
        Tensor routes = module.Route(tensor(input).reshape(samples, -1), lengths is null ? null : tensor(lengths));
        var found = new int[expected.Length];
        TensorValues.Read<int>(routes, found);
        Assert.That(found, Is.EqualTo(expected));
    }
}
