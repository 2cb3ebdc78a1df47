using PatchMoE.Tests;
using PatchMoE.Tests.Parity;

namespace PatchMoE.Onnx.Tests;

/// <summary>Exported networks in ONNX Runtime against answers computed by PyTorch.</summary>
public class GoldenTests
{
    private static IEnumerable<string> Cases => GoldenCase.Names;

    [TestCaseSource(nameof(Cases))]
    public void AgreesWithPyTorch(string name)
    {
        var golden = new GoldenCase(name);
        using OnnxSession session = OnnxSession.Of(golden.Spec, golden.Parameters());
        OnnxResult result = session.Run(golden.Input.Values<float>());

        Agreement.Check("logits", result.Logits, golden.Logits);
        Assert.That(result.Routes?.Select(route => (int)route), Is.EqualTo(golden.Routes));
        Assert.That(result.Shapes["logits"], Is.EqualTo(new long[] { golden.Labels.Length, golden.Spec.Model.Head.Outputs }));
    }
}
