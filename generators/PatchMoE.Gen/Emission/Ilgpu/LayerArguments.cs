using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>The arrays of a layer, as its kernels know them and as the passes hand them over; those that this layer does not have are left out.</summary>
internal sealed class LayerArguments(IlgpuLayerPlan plan)
{
    private readonly LayerPlan _layer = plan.Layer;

    public Expression Instances => GroupText.Batch * _layer.Instances;
    public Expression Units => GroupText.Batch * (_layer.Instances * plan.Units);

    /// <summary>What the layer reads: the network's input, or the outputs below.</summary>
    public Argument Input => Argument.Floats("input", _layer.Index == 0 ? "buffers.Input" : $"scratch.Layer{_layer.Index - 1}Outputs");

    /// <summary>The counts of valid patches of layer 0's groups; empty if all are valid.</summary>
    public Argument Lengths => Argument.Integers("lengths", "buffers.Lengths").When(_layer.IsRagged);

    public Argument Scores => Floats("scores", "Scores");

    public Argument Routes => Argument.Integers("routes", Scratch("Routes")).When(_layer.Routing != Routing.Dense);
    public Argument Gates => Floats("gates", "Gates").When(_layer.HasGate);

    /// <summary>Softmax over all patches, or over the experts of a sample.</summary>
    public Argument Probabilities => Floats("probabilities", "Probabilities").When(_layer.Routing == Routing.Sample || _layer.Spec.Gate == Gate.SoftmaxAll);

    public Argument PatchSums => Floats("patchSums", "PatchSums");

    public Argument GateGradients => Floats("gateGradients", "GateGradients").When(_layer.TrainsRouter);

    /// <summary>∂L/∂g of all scores, where the router's gradient has a kernel of its own.</summary>
    public Argument ScoreGradients => Floats("scoreGradients", "ScoreGradients").When(plan.RouterGradient is not null);

    /// <summary>The activations and, in their place, δ.</summary>
    public Argument Activations => Floats("activations", "Activations");

    public Argument Outputs => Floats("y", "Outputs");

    public Argument OutputGradients => Floats("yGradient", "OutputGradients");

    /// <summary>Where the gradient of the patches is summed; it must be 0 before.</summary>
    public Argument InputGradients => Argument.Floats(
        "xGradient",
        _layer.Index > 0 ? $"scratch.Layer{_layer.Index - 1}OutputGradients" : plan.Folds ? Scratch("PatchGradients") : "buffers.InputGradient");

    public string Scratch(string array) => $"scratch.Layer{_layer.Index}{array}";

    private Argument Floats(string name, string array) => Argument.Floats(name, Scratch(array));
}
