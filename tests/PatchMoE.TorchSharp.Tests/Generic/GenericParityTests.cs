using PatchMoE.Reference;
using PatchMoE.Tests;
using PatchMoE.Tests.Parity;
using static TorchSharp.torch;

namespace PatchMoE.TorchSharp.Tests.Generic;

/// <summary>The module made of torch's operations against the golden cases and the reference.</summary>
public class GenericParityTests
{
    private static IEnumerable<string> Cases => GoldenCase.Names;

    [TestCaseSource(nameof(Cases))]
    public void AgreesWithPyTorch(string name)
    {
        var golden = new GoldenCase(name);
        using var module = new TorchPatchMoE(golden.Spec);
        module.SetWeights(golden.Parameters());

        TorchPass pass = TorchPass.Run(module, golden.Input.Values<float>(), golden.Labels);

        Assert.That(Math.Abs(pass.Loss - golden.Loss) <= 1e-4 * golden.Loss, $"loss {pass.Loss}, expected {golden.Loss}");
        Agreement.Check("logits", pass.Logits, golden.Logits);
        Assert.That(pass.Gradients.Keys, Is.EquivalentTo(golden.Gradients.Keys));
        foreach ((string tensor, float[] gradient) in pass.Gradients)
        {
            Agreement.Check(tensor, gradient, golden.Gradients[tensor]);
        }

        if (golden.Routes is { } routes)
        {
            using Tensor found = module.Route(tensor(golden.Input.Values<float>()).reshape(golden.Labels.Length, -1));
            Assert.That(found.to(ScalarType.Int32).data<int>().ToArray(), Is.EqualTo(routes));
        }
    }

    [Test]
    public void AgreesWithReference([Range(1, 50)] int seed)
    {
        PatchMoESpec spec = new RandomSpecs(seed).Draw();
        TestContext.Out.WriteLine(SpecWriter.ModelToJson(spec));
        (RandomBatch batch, ReferenceResult expected) = RandomBatch.Draw(spec.Model, seed);
        using var module = new TorchPatchMoE(spec);
        module.SetWeights(batch.Parameters);

        TorchPass pass = TorchPass.Run(module, batch.Input, batch.Labels, batch.Lengths);

        Assert.That(Math.Abs(pass.Loss - expected.Loss!.Value) <= (1e-4 * Math.Abs(expected.Loss.Value)) + 1e-7, $"loss {pass.Loss}, expected {expected.Loss}");
        Agreement.Check("logits", pass.Logits, expected.Logits);
        Assert.That(pass.Gradients.Keys, Is.EquivalentTo(spec.Model.Parameters().Where(tensor => tensor.HasGradient).Select(tensor => tensor.Name).Append("input")));
        foreach ((string tensor, float[] gradient) in pass.Gradients)
        {
            Agreement.Check(tensor, gradient, expected.Gradients[tensor]);
        }

        if (expected.Routes is { } routes)
        {
            using Tensor found = module.Route(tensor(batch.Input).reshape(batch.Labels.Length, -1), batch.Lengths is null ? null : tensor(batch.Lengths));
            Assert.That(found.to(ScalarType.Int32).data<int>().ToArray(), Is.EqualTo(routes));
        }
    }
}
