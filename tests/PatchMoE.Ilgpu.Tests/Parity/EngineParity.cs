namespace PatchMoE.Ilgpu.Tests.Parity;

/// <summary>Asserts that an engine's passes give the expected answers.</summary>
internal static class EngineParity
{
    /// <summary>Checks routes, logits, loss and every gradient by name.</summary>
    public static void Check(INetworkEngine engine, Answers expected) =>
        Assert.That(EngineComparison.Of(engine, expected).Select(finding => finding.Problem), Is.All.Null);
}
