using PatchMoE.Reference;
using PatchMoE.Tests;
using PatchMoE.Tests.Parity;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PatchMoE.TorchSharp.Tests;

/// <summary>The module that the generator emits: the kernels behind torch's autograd.</summary>
public class EmittedModuleTests
{
    private static readonly PatchMoESpec s_image = Networks.Of(Networks.Layer(Routing.ExpertChoice), new ImageInputSpec(8, 8, 3, 4, 4, 2, 2));

    private static IEnumerable<string> Cases => GoldenCase.Names;

    [TestCaseSource(nameof(Cases))]
    public void GoldenCase_Agrees(string name)
    {
        var golden = new GoldenCase(name);
        using CompiledModule module = Networks.Emitted(golden.Spec);
        Parity.Check(module, golden);
    }

    [Test]
    public void RandomNetwork_AgreesWithReference([Range(51, 80)] int seed)
    {
        PatchMoESpec spec = new RandomSpecs(seed).Draw();
        TestContext.Out.WriteLine(SpecWriter.ModelToJson(spec));
        (RandomBatch batch, ReferenceResult expected) = RandomBatch.Draw(spec.Model, seed);
        using CompiledModule module = Networks.Emitted(spec);
        Parity.Check(module, batch, expected);
    }

    [Test]
    public void Features_AgreeWithTheGenericModule([Range(1, 20)] int seed)
    {
        PatchMoESpec spec = new RandomSpecs(seed).Draw();
        (RandomBatch batch, _) = RandomBatch.Draw(spec.Model, seed);
        using CompiledModule emitted = Networks.Emitted(spec, ModuleOutput.Features);
        using var generic = new TorchPatchMoE(spec, ModuleOutput.Features);
        emitted.SetWeights(batch.Parameters.AsSpan(0, emitted.BufferLength));
        generic.SetWeights(batch.Parameters.AsSpan(0, generic.BufferLength));

        (float[] features, IReadOnlyDictionary<string, float[]> gradients) = FeaturePass(emitted, batch);
        (float[] expected, IReadOnlyDictionary<string, float[]> expectedGradients) = FeaturePass(generic, batch);

        Agreement.Check("features", features, expected);
        Assert.That(gradients.Keys, Is.EquivalentTo(expectedGradients.Keys).And.None.StartsWith("head"));
        foreach ((string name, float[] gradient) in gradients)
        {
            Agreement.Check(name, gradient, expectedGradients[name]);
        }
    }

    [Test]
    public void Parameters_AreTheModelsOwnMemory()
    {
        using CompiledModule module = Networks.Emitted(s_image);
        using SGD optimizer = optim.SGD(module.parameters(), 0.5);
        using Tensor input = randn(4, 8, 8, 3);
        using Tensor labels = tensor(new[] { 0, 1, 2, 0 });
        float[] before = module.GetModel().Parameters.ToArray();
        module.Loss(module.forward(input), labels).backward();
        optimizer.step();

        var weights = new float[module.BufferLength];
        module.GetWeights(weights);
        Assert.That(module.GetModel().Parameters.ToArray(), Is.EqualTo(weights).And.Not.EqualTo(before));
    }

    [Test]
    public void ModuleThatMovedAndCameBack_ComputesWithItsWeights()
    {
        using CompiledModule module = Networks.Emitted(s_image);
        using Tensor input = randn(4, 8, 8, 3);
        float[] before = TorchPass.Values(module.forward(input));
        module.to(ScalarType.Float64);
        module.to(ScalarType.Float32);
        Assert.That(TorchPass.Values(module.forward(input)), Is.EqualTo(before));

        using (no_grad())
        {
            module.Weight("layers.0.experts.weight").mul_(2);
        }

        Assert.That(TorchPass.Values(module.forward(input)), Is.Not.EqualTo(before));
    }

    [Test]
    [NonParallelizable]
    public void OtherTensors_AreComputedByTorchsOperations_AndThatIsSaidOnce()
    {
        var said = new List<string>();
        Action<string> notice = CompiledModule.Notice;
        CompiledModule.Notice = said.Add;
        try
        {
            using CompiledModule module = Networks.Emitted(s_image);
            using Tensor input = randn(4, 8, 8, 3);
            float[] single = TorchPass.Values(module.forward(input));
            module.to(ScalarType.Float64);
            for (int i = 0; i < 2; i++)
            {
                using Tensor logits = module.forward(input.to(ScalarType.Float64));
                Assert.That(logits.dtype, Is.EqualTo(ScalarType.Float64));
                Agreement.Check("logits", single, Array.ConvertAll(TorchPass.Values(logits), value => (double)value));
            }
        }
        finally
        {
            CompiledModule.Notice = notice;
        }

        Assert.That(said, Has.Count.EqualTo(1));
        Assert.That(said[0], Does.Contain("Float64").And.Contain("float32 on the CPU"));
    }

    [Test]
    public void InputThatIsNotContiguous_IsTheSame()
    {
        using CompiledModule module = Networks.Emitted(s_image);
        using Tensor channelsFirst = randn(4, 3, 8, 8);
        using Tensor input = channelsFirst.permute(0, 2, 3, 1);
        using Tensor contiguous = input.contiguous();
        Assert.That(TorchPass.Values(module.forward(input)), Is.EqualTo(TorchPass.Values(module.forward(contiguous))));
    }

    [Test]
    public void UpdateBetweenForwardAndBackward_IsToldAtTheNextForward()
    {
        using CompiledModule module = Networks.Emitted(s_image);
        using Tensor input = randn(4, 8, 8, 3);
        using Tensor logits = module.forward(input);
        using (no_grad())
        {
            module.Weight("layers.0.experts.weight").add_(1);
        }

        logits.sum().backward();

        Assert.That(TorchPass.Values(module.Weight("layers.0.experts.weight").grad!), Is.All.NaN);
        Assert.That(() => module.forward(input), Throws.InvalidOperationException.With.Message.Contains("modified by an inplace operation"));
        Assert.That(() => module.forward(input), Throws.Nothing);
    }

    [Test]
    public void EvaluationWithoutGradients_HasNone()
    {
        using CompiledModule module = Networks.Emitted(s_image);
        using IDisposable none = no_grad();
        using Tensor logits = module.forward(zeros(2, 8, 8, 3));
        Assert.That(logits.requires_grad, Is.False);
    }

    private static (float[] Features, IReadOnlyDictionary<string, float[]> Gradients) FeaturePass(PatchMoEModule module, RandomBatch batch)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(batch.Input).reshape(batch.Labels.Length, -1).requires_grad_();
        Tensor features = module.forward(x, batch.Lengths is null ? null : tensor(batch.Lengths));
        (features * arange(1, features.NumberOfElements + 1).reshape(features.shape)).mean().backward();
        Dictionary<string, float[]> gradients = module.named_parameters()
            .Where(parameter => parameter.parameter.grad is not null)
            .ToDictionary(parameter => parameter.name, parameter => TorchPass.Values(parameter.parameter.grad!));
        gradients["input"] = TorchPass.Values(x.grad!);
        return (TorchPass.Values(features), gradients);
    }
}
