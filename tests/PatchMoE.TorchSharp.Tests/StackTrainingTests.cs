using PatchMoE.Tests;
using PatchMoE.Tests.Parity;

namespace PatchMoE.TorchSharp.Tests;

/// <summary>Updates of a network with auxiliary losses by the engine, against the reference's gradients.</summary>
public class StackTrainingTests
{
    private const float Rate = 0.05f;

    /// <summary>Plain gradient descent on the loss with its auxiliary losses: each weight moves by the reference's gradient.</summary>
    [TestCase("token-top1-switch")]
    [TestCase("token-top2-importance")]
    [TestCase("stack-convolution")]
    public void Step_FollowsTheReferencesGradient(string name)
    {
        var golden = new GoldenCase(name);
        using var engine = new TorchEngine(golden.Spec);
        float[] weights = golden.Parameters();
        engine.SetParameters(weights);
        engine.BeginTraining(Optimizer.Create(OptimizerSpec.Of(OptimizerKind.Sgd), golden.Spec.Model.Parameters(), weights.Length));
        var data = new Dataset(golden.Spec.Model.InputShape(), golden.Input.Values<float>(), golden.Labels);

        double loss = engine.Step(data, [.. Enumerable.Range(0, golden.Labels.Length)], [], Rate);

        var after = new float[weights.Length];
        engine.GetParameters(after);
        Assert.That(Math.Abs(loss - golden.Loss) <= 1e-4 * golden.Loss);
        foreach (ParameterSpec parameter in golden.Spec.Model.Parameters().Where(parameter => parameter.HasGradient))
        {
            double[] moved = [.. golden.Gradients[parameter.Name].Select((gradient, i) => weights[parameter.Offset + i] - ((double)Rate * gradient))];
            Agreement.Check(parameter.Name, after.AsSpan(parameter.Offset, parameter.Length), moved);
        }
    }
}
