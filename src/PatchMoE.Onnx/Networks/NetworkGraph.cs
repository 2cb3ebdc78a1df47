using Onnx;
using PatchMoE.Onnx.Graphs;
using PatchMoE.Onnx.Layers;
using static Onnx.TensorProto.Types;

namespace PatchMoE.Onnx.Networks;

/// <summary>A whole network: input, normalisation, patches, layers, head.</summary>
internal sealed class NetworkGraph
{
    private readonly ModelSpec _model;
    private readonly GraphSettings _settings;
    private readonly NetworkWeights _weights;
    private readonly GraphWriter _graph;

    private NetworkGraph(PatchMoESpec spec, float[] parameters, GraphSettings settings)
    {
        _model = spec.Model;
        _settings = settings;
        _weights = new NetworkWeights(spec.Model, parameters);
        _graph = new GraphWriter(spec.Name);
    }

    /// <summary>The graph of a network.</summary>
    /// <param name="spec">A valid spec.</param>
    /// <param name="parameters">Its parameter buffer.</param>
    /// <param name="settings">What else the graph contains.</param>
    public static GraphProto Of(PatchMoESpec spec, float[] parameters, GraphSettings settings)
    {
        var network = new NetworkGraph(spec, parameters, settings);
        network.Write();
        return network._graph.Graph;
    }

    private void Write()
    {
        Axis[] shape = [PublicNames.Batch, .. _model.InputShape().Select(size => (Axis)size)];
        string input = Normalized(_graph.Input(PublicNames.Input, DataType.Float, "The samples, in the form that the spec's input has.", shape));
        LayerValues top = _model.Backbone is null ? Layers(input) : new BackboneGraph(_graph, _model, _weights).Features(input);
        HeadGraph.Write(_graph, _model, _weights, top.Output);
        if (top.Routes is not null)
        {
            WriteRoutes(top.Routes);
        }
    }

    private string Normalized(string input)
    {
        if (_settings.Normalization is not { } normalization)
        {
            return input;
        }

        // One value for each channel, the last axis, or for each value of a sample.
        long[] sample = [.. _model.InputShape()];
        long[] shape = normalization.Mean.Count == sample[^1] ? [sample[^1]] : sample;
        string centred = _graph.Node("Sub", "input/centred", [input, _graph.Constant("normalization.mean", [.. normalization.Mean], shape)]);
        return _graph.Node("Div", "input/normalized", [centred, _graph.Constant("normalization.deviation", [.. normalization.Deviation], shape)]);
    }

    /// <summary>The top layer's output, and the routes of layer 0.</summary>
    private LayerValues Layers(string input)
    {
        string rows = _model.Input is ImageInputSpec image
            ? PatchGraph.Cut(_graph, image, input)
            : _graph.Reshape("patches", input, -1, _model.LayerShapes()[0].Dimension);
        string? routes = null;
        ValidPatches? valid = _settings.Lengths ? Valid() : null;
        EquatableArray<LayerShape> shapes = _model.LayerShapes();
        for (int i = 0; i < _model.Layers.Count; i++)
        {
            LayerSpec spec = _model.Layers[i];
            var scope = new LayerScope(_graph, _model, i, _weights, _settings.Formulation);
            if (shapes[i].Below is { } map && spec.Window is { } window)
            {
                rows = PatchGraph.Cut(_graph, window, map, rows, scope.Name("windows"));
                valid = valid?.OfWindows(scope.Name("windows/valid"), window, map.Height);
            }
            else if (i > 0)
            {
                // The outputs of a layer's groups are the rows of the next.
                valid = valid?.Above(scope.Name("valid"), scope.Sizes.Patches);
            }

            ILayerGraph layer = ILayerGraph.Of(scope);
            LayerValues values = spec.Map ? layer.Map(rows, valid) : layer.Pooled(rows, valid);
            (rows, routes) = (values.Output, i == 0 ? values.Routes : routes);
        }

        bool flat = shapes[^1].Map is null;
        return new LayerValues(flat ? rows : _graph.Reshape("features", rows, -1, _model.HeadInputs()), routes);
    }

    /// <summary>Declares the counts of valid patches. A constant with the name of an input is its default: all patches are valid.</summary>
    private ValidPatches Valid()
    {
        int[] groups = Groups();
        Axis[] shape = [PublicNames.Batch, .. groups.Select(size => (Axis)size)];
        string lengths = _graph.Input(PublicNames.Lengths, DataType.Int64, "The number of valid patches of each sample or group; all if left out.", shape);
        long[] all = [.. Enumerable.Repeat((long)_model.LayerShapes()[0].Patches, groups.Aggregate(1, (product, size) => product * size))];
        _graph.Constant(lengths, all, [1, .. groups.Select(size => (long)size)]);

        // The default is that of one sample.
        string batch = _graph.Node("Shape", "input/batch", [PublicNames.Input], NodeAttribute.Int("start", 0), NodeAttribute.Int("end", 1));
        string ones = _graph.Constant("lengths/shape.groups", [.. groups.Select(_ => 1L)], groups.Length);
        string allSamples = _graph.Node("Expand", "lengths/samples", [lengths, _graph.Node("Concat", "lengths/shape", [batch, ones], NodeAttribute.Int("axis", 0))]);
        return new ValidPatches(_graph, _graph.Reshape("lengths/column", allSamples, -1, 1));
    }

    private void WriteRoutes(string routes)
    {
        int[] groups = Groups();
        EquatableArray<int> shape = _model.RouteShape();
        long[] sizes = [.. groups, shape[1], shape[2]];
        _graph.Reshape(PublicNames.Routes, routes, [-1, .. sizes]);
        _graph.Output(
            PublicNames.Routes,
            DataType.Int64,
            _model.Layers[0].Routing switch
            {
                Routing.Sample => "The expert that takes each sample or group.",
                Routing.TokenChoice => "The experts of each patch in layer 0, best first; -1 for one that had no room.",
                _ => "The patches that each expert of layer 0 takes, best first; -1 for none.",
            },
            [PublicNames.Batch, .. sizes.Select(size => (Axis)size)]);
    }

    private int[] Groups() => _model.Input is VectorsInputSpec vectors ? [.. vectors.Groups] : [];
}
