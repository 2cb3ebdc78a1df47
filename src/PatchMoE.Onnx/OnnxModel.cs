using Google.Protobuf;
using Onnx;
using PatchMoE.Formats;
using PatchMoE.Onnx.Networks;

namespace PatchMoE.Onnx;

/// <summary>
/// A network as an ONNX model in standard operators, of any batch size. docs/onnx.md lists its inputs and outputs:
/// <c>input</c> float32 [batch, H, W, C], [batch, n, d] or [batch, T, n, d]; <c>lengths</c> int64 [batch] or [batch, T], optional, on request; <c>logits</c> float32
/// [batch, C]; <c>probabilities</c> float32 [batch, classes]; <c>class</c> int64 [batch]; <c>routes</c> int64 [batch, k, l] or [batch, T, k, l], if layer 0 routes.
/// </summary>
public sealed class OnnxModel
{
    /// <summary>The version of ONNX's operators that the network uses. ONNX Runtime has it since 1.14.</summary>
    public const int Opset = 18;

    private const int IrVersion = 8;

    // A protobuf message has at most 2 GiB; the nodes and names need little.
    private const long MaximumBytes = int.MaxValue - (16 << 20);

    private readonly ModelProto _model;

    private OnnxModel(ModelProto model)
    {
        _model = model;
        HashSet<string> defaults = [.. model.Graph.Initializer.Select(constant => constant.Name)];
        Inputs = [.. model.Graph.Input.Select(input => Value(input, defaults.Contains(input.Name)))];
        Outputs = [.. model.Graph.Output.Select(output => Value(output, isOptional: false))];
        Nodes = [.. model.Graph.Node.Select(node => new OnnxNode(node.OpType, node.Name, [.. node.Input], [.. node.Output]))];
        Metadata = model.MetadataProps.ToDictionary(entry => entry.Key, entry => entry.Value);
    }

    /// <summary>The inputs.</summary>
    public IReadOnlyList<OnnxValue> Inputs { get; }

    /// <summary>The outputs.</summary>
    public IReadOnlyList<OnnxValue> Outputs { get; }

    /// <summary>The nodes in the order of computation.</summary>
    public IReadOnlyList<OnnxNode> Nodes { get; }

    /// <summary>
    /// Text entries: <c>spec</c>, the model as JSON; <c>classes</c>, a JSON array of their names; <c>normalization</c>, a JSON object with the arrays <c>mean</c> and
    /// <c>deviation</c> and <c>inGraph</c>, whether the graph applies it.
    /// </summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Exports a network.</summary>
    /// <param name="network">A valid network and its weights: a compiled model, or a <see cref="WeightBuffer"/>.</param>
    /// <param name="options">What else the model contains; null for the metadata of a compiled model alone.</param>
    /// <exception cref="ArgumentException">The options do not fit the network.</exception>
    /// <exception cref="InvalidOperationException">The metadata do not fit the network.</exception>
    /// <exception cref="BadInputException">The weights do not fit into one ONNX file, which has at most 2 GiB.</exception>
    public static OnnxModel Export(INetworkWeights network, OnnxExportOptions? options = null)
    {
        PatchMoESpec spec = network.Spec;
        options ??= new OnnxExportOptions();
        options.Require(spec);
        ModelMetadata metadata = options.Metadata ?? (network as IPatchMoEModel)?.Metadata ?? ModelMetadata.None;
        metadata.RequireFits(spec.Model);
        RequireFileSize(spec.Name, spec.Model.NetworkLength());
        var model = new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = "PatchMoE",
            ProducerVersion = typeof(OnnxModel).Assembly.GetName().Version!.ToString(3),
            Graph = NetworkGraph.Of(spec, network.Parameters.ToArray(), options.ToSettings(metadata)),
        };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = Opset });
        model.MetadataProps.AddRange(MetadataEntries.Of(spec, metadata, options.NormalizeInput));
        return new OnnxModel(model);
    }

    /// <summary>Writes the model to a file.</summary>
    /// <param name="path">The file; it is replaced completely or not at all.</param>
    /// <exception cref="BadInputException">The file cannot be written.</exception>
    public void Save(string path) => AtomicFile.Write(path, Write);

    /// <summary>Writes the model to a stream.</summary>
    public void Write(Stream stream) => _model.WriteTo(stream);

    /// <summary>The model's bytes, as ONNX Runtime's <c>InferenceSession</c> takes them.</summary>
    public byte[] ToArray() => _model.ToByteArray();

    /// <summary>Checks that the weights fit into a file.</summary>
    /// <exception cref="BadInputException">They do not.</exception>
    internal static void RequireFileSize(string name, int values)
    {
        if (values * (long)sizeof(float) > MaximumBytes)
        {
            throw new BadInputException(
                $"{name}: the weights take {values * (long)sizeof(float)} bytes, but one ONNX file holds at most {MaximumBytes}. Export a smaller network.");
        }
    }

    private static OnnxValue Value(ValueInfoProto value, bool isOptional)
    {
        TypeProto.Types.Tensor tensor = value.Type.TensorType;
        string type = (TensorProto.Types.DataType)tensor.ElemType == TensorProto.Types.DataType.Float ? "float32" : "int64";
        IEnumerable<string> shape = tensor.Shape.Dim.Select(axis => axis.DimParam.Length > 0 ? axis.DimParam : FormattableString.Invariant($"{axis.DimValue}"));
        return new OnnxValue(value.Name, type, [.. shape], isOptional, value.DocString);
    }
}
