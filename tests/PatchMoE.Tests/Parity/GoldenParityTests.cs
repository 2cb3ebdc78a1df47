namespace PatchMoE.Tests.Parity;

/// <summary>The emitted CPU model against answers computed by PyTorch.</summary>
public class GoldenParityTests
{
    private static IEnumerable<string> Cases => GoldenCase.Names;

    [TestCaseSource(nameof(Cases))]
    public void CpuAgreesWithPyTorch(string name)
    {
        var golden = new GoldenCase(name);
        IPatchMoEModel model = Compiled.Of(golden.Spec);
        golden.Parameters().CopyTo(model.Parameters);
        using Workspace workspace = model.CreateWorkspace();
        float[] input = golden.Input.Values<float>();
        var logits = new float[golden.Logits.Length];
        var gradients = new float[model.Parameters.Length];
        var inputGradient = new float[input.Length];

        double loss = model.LossAndGradients(input, golden.Labels, logits, gradients, workspace, inputGradient);

        Assert.That(Math.Abs(loss - golden.Loss) <= 1e-4 * golden.Loss, $"loss {loss}, expected {golden.Loss}");
        Agreement.Check("logits", logits, golden.Logits);
        Agreement.Check("input", inputGradient, golden.Gradients["input"]);
        foreach (ParameterSpec parameter in model.ParameterSpecs.Where(parameter => parameter.HasGradient))
        {
            Agreement.Check(parameter.Name, gradients.AsSpan(parameter.Offset, parameter.Length), golden.Gradients[parameter.Name]);
        }

        Assert.That(
            golden.Gradients.Keys,
            Is.EquivalentTo(model.ParameterSpecs.Where(parameter => parameter.HasGradient).Select(parameter => parameter.Name).Append("input")));
        if (golden.Routes is { } expected)
        {
            var routes = new int[expected.Length];
            model.Route(input, routes, default, default, workspace);
            Assert.That(routes, Is.EqualTo(expected));
        }
    }
}
