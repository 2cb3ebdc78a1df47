namespace PatchMoE.Peers.Onnx.Graphs;

/// <summary>An attribute of a node.</summary>
/// <param name="Message">As ONNX encodes it.</param>
internal sealed record OnnxAttribute(ProtobufMessage Message)
{
    private const long IntType = 2;
    private const long IntsType = 7;

    /// <summary>An integer.</summary>
    public static OnnxAttribute Int(string name, long value) => new(new ProtobufMessage().Add(1, name).Add(3, value).Add(20, IntType));

    /// <summary>A list of integers.</summary>
    public static OnnxAttribute Ints(string name, params long[] values) => new(new ProtobufMessage().Add(1, name).AddAll(8, values).Add(20, IntsType));
}
