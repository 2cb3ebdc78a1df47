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
    public void RandomNetwork_AgreesWithReference([Range(1, 50)] int seed)
    {
        PatchMoESpec spec = new RandomSpecs(seed).Draw();
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
