using System.Globalization;
using System.Runtime.InteropServices;

namespace PatchMoE.Peers.Onnx.Graphs;

/// <summary>An ONNX model while it is written: nodes in the order of computation, constants, one input and one output (field numbers: onnx/onnx.proto3).</summary>
internal sealed class OnnxGraph
{
    private const long IrVersion = 10;
    private const long Opset = 21;
    private const long Float32 = 1;
    private const long Int64 = 7;

    private readonly ProtobufMessage _graph = new ProtobufMessage().Add(2, "network");
    private int _values;

    /// <summary>Declares the input of float32.</summary>
    /// <returns>Its name.</returns>
    public string Input(string name, params long[] shape)
    {
        _graph.Add(11, ValueInfo(name, shape));
        return name;
    }

    /// <summary>Declares a value of float32 as the output.</summary>
    public void Output(string name, params long[] shape) => _graph.Add(12, ValueInfo(name, shape));

    /// <summary>Adds a constant of float32.</summary>
    /// <returns>Its name.</returns>
    public string Constant(float[] values, params long[] shape) => Constant(Float32, MemoryMarshal.AsBytes<float>(values), shape);

    /// <summary>Adds a constant of int64.</summary>
    /// <returns>Its name.</returns>
    public string Constant(long[] values, params long[] shape) => Constant(Int64, MemoryMarshal.AsBytes<long>(values), shape);

    /// <summary>Adds a vector of int64, as operators take shapes and axes.</summary>
    /// <returns>Its name.</returns>
    public string Sizes(params long[] values) => Constant(values, values.Length);

    /// <summary>Adds a node with one output.</summary>
    /// <returns>The output's name.</returns>
    public string Node(string operation, string[] inputs, params OnnxAttribute[] attributes) => Node(operation, 1, inputs, attributes)[0];

    /// <summary>Adds a node with several outputs.</summary>
    /// <returns>The outputs' names.</returns>
    public string[] Node(string operation, int outputs, string[] inputs, params OnnxAttribute[] attributes)
    {
        var node = new ProtobufMessage();
        foreach (string input in inputs)
        {
            node.Add(1, input);
        }

        string[] names = [.. Enumerable.Range(0, outputs).Select(_ => NewName())];
        foreach (string name in names)
        {
            node.Add(2, name);
        }

        node.Add(4, operation);
        foreach (OnnxAttribute attribute in attributes)
        {
            node.Add(5, attribute.Message);
        }

        _graph.Add(1, node);
        return names;
    }

    /// <summary>The model's bytes.</summary>
    public byte[] ToModel() => new ProtobufMessage()
        .Add(1, IrVersion)
        .Add(8, new ProtobufMessage().Add(1, "").Add(2, Opset))
        .Add(7, _graph)
        .ToArray();

    private string Constant(long type, ReadOnlySpan<byte> values, long[] shape)
    {
        string name = NewName();
        _graph.Add(5, new ProtobufMessage().AddAll(1, shape).Add(2, type).Add(8, name).Add(9, values));
        return name;
    }

    private static ProtobufMessage ValueInfo(string name, long[] shape)
    {
        var sizes = new ProtobufMessage();
        foreach (long size in shape)
        {
            sizes.Add(1, new ProtobufMessage().Add(1, size));
        }

        ProtobufMessage tensor = new ProtobufMessage().Add(1, Float32).Add(2, sizes);
        return new ProtobufMessage().Add(1, name).Add(2, new ProtobufMessage().Add(1, tensor));
    }

    private string NewName() => string.Create(CultureInfo.InvariantCulture, $"v{_values++}");
}
