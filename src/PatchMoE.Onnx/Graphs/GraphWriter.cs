using Google.Protobuf;
using Onnx;
using PatchMoE.Formats;
using static Onnx.TensorProto.Types;

namespace PatchMoE.Onnx.Graphs;

/// <summary>
/// A graph while it is written: nodes in the order of computation and constants. A node's only output has the name of the node, so that a value found in a viewer
/// leads to the node that computes it.
/// </summary>
/// <param name="name">The graph's name.</param>
internal sealed class GraphWriter(string name)
{
    /// <summary>The graph.</summary>
    public GraphProto Graph { get; } = new() { Name = name };

    /// <summary>Declares an input.</summary>
    /// <returns>Its name.</returns>
    public string Input(string name, DataType type, string description, params ReadOnlySpan<Axis> shape)
    {
        Graph.Input.Add(Value(name, type, description, shape));
        return name;
    }

    /// <summary>Declares a value as an output.</summary>
    public void Output(string name, DataType type, string description, params ReadOnlySpan<Axis> shape) => Graph.Output.Add(Value(name, type, description, shape));

    /// <summary>Adds a constant of float32; without a shape, a scalar.</summary>
    /// <returns>Its name.</returns>
    public string Constant(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) =>
        Constant(name, DataType.Float, values, shape);

    /// <summary>Adds a constant of int64; without a shape, a scalar.</summary>
    /// <returns>Its name.</returns>
    public string Constant(string name, ReadOnlySpan<long> values, params ReadOnlySpan<long> shape) =>
        Constant(name, DataType.Int64, values, shape);

    /// <summary>Adds a node with one output.</summary>
    /// <returns>The output's name, which is the node's.</returns>
    public string Node(string operation, string name, ReadOnlySpan<string> inputs, params ReadOnlySpan<AttributeProto> attributes)
    {
        Node(operation, name, inputs, [name], attributes);
        return name;
    }

    /// <summary>Adds a node with several outputs.</summary>
    public void Node(string operation, string name, ReadOnlySpan<string> inputs, ReadOnlySpan<string> outputs, params ReadOnlySpan<AttributeProto> attributes)
    {
        var node = new NodeProto { OpType = operation, Name = name };
        node.Input.AddRange(inputs.ToArray());
        node.Output.AddRange(outputs.ToArray());
        node.Attribute.AddRange(attributes.ToArray());
        Graph.Node.Add(node);
    }

    /// <summary>The same values in another shape; at most one size is −1, for whatever remains.</summary>
    public string Reshape(string name, string value, params ReadOnlySpan<long> shape) => Node("Reshape", name, [value, Constant($"{name}.shape", shape, shape.Length)]);

    /// <summary>The axes in another order.</summary>
    public string Transpose(string name, string value, params ReadOnlySpan<long> axes) => Node("Transpose", name, [value], NodeAttribute.Ints("perm", axes));

    /// <summary>The sum along an axis, which vanishes.</summary>
    public string Sum(string name, string value, long axis) =>
        Node("ReduceSum", name, [value, Constant($"{name}.axis", [axis], 1)], NodeAttribute.Int("keepdims", 0));

    /// <summary>The mean along axes, which vanish.</summary>
    public string Mean(string name, string value, params ReadOnlySpan<long> axes) =>
        Node("ReduceMean", name, [value, Constant($"{name}.axes", axes, axes.Length)], NodeAttribute.Int("keepdims", 0));

    /// <summary>The softmax along the last axis.</summary>
    public string Softmax(string name, string value) => Node("Softmax", name, [value], NodeAttribute.Int("axis", -1));

    private unsafe string Constant<T>(string name, DataType type, ReadOnlySpan<T> values, ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        using var bytes = new MemoryStream(values.Length * sizeof(T));
        LittleEndian.Write(bytes, values);
        var tensor = new TensorProto { Name = name, DataType = (int)type, RawData = UnsafeByteOperations.UnsafeWrap(bytes.GetBuffer()) };
        tensor.Dims.AddRange(shape.ToArray());
        Graph.Initializer.Add(tensor);
        return name;
    }

    private static ValueInfoProto Value(string name, DataType type, string description, ReadOnlySpan<Axis> shape)
    {
        var sizes = new TensorShapeProto();
        foreach (Axis axis in shape)
        {
            sizes.Dim.Add(axis.Symbol is { } symbol
                ? new TensorShapeProto.Types.Dimension { DimParam = symbol }
                : new TensorShapeProto.Types.Dimension { DimValue = axis.Size });
        }

        return new ValueInfoProto
        {
            Name = name,
            DocString = description,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = sizes } },
        };
    }
}
