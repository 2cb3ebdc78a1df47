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
    public Argument Lengths => Argument.Integers("lengths", "buffers.Lengths").When(plan.IsRagged);

    /// <summary>The same, where a kernel asks what a unit takes: of token choice, counts tell.</summary>
    public Argument LengthsOfUnits => Lengths.When(plan.IsRagged && _layer.Token is null);

    public Argument Scores => Floats("scores", "Scores");

    public Argument Routes => Argument.Integers("routes", Scratch("Routes")).When(_layer.Routing != Routing.Dense);

    /// <summary>The gates of what is taken, [k, l]; of token choice [k, n], where the softmax over all experts may be the gates.</summary>
    public Argument Gates => Floats("gates", _layer.Token is not null && _layer.Spec.Gate == Gate.SoftmaxAll ? "Probabilities" : "Gates").When(_layer.HasGate);

    /// <summary>Softmax over all patches, or over the experts of a sample or of each patch.</summary>
    public Argument Probabilities =>
        Floats("probabilities", "Probabilities").When(_layer.Token?.HasSoftmax ?? (_layer.Routing == Routing.Sample || _layer.Spec.Gate == Gate.SoftmaxAll));

    public Argument PatchSums => Floats("patchSums", "PatchSums");

    public Argument GateGradients => Floats("gateGradients", "GateGradients").When(_layer.HasGate || _layer.Routing == Routing.Sample);

    /// <summary>The experts that each patch chose, best first; −1 for those of a patch that is not valid.</summary>
    public Argument Choices => Argument.Integers("choices", Scratch("Choices"));

    /// <summary>The choices that found room in their expert; −1 for others.</summary>
    public Argument Kept => _layer.Token!.HasCapacity ? Argument.Integers("kept", Scratch("Kept")) : Choices;

    /// <summary>How many patches each expert took; only of token choice.</summary>
    public Argument Counts => Argument.Integers("counts", Scratch("Counts")).When(_layer.Token is not null);

    /// <summary>Token choice: by what patches come first.</summary>
    public Argument Priorities => Floats("priorities", "Priorities").When(_layer.Token is { ByScore: true });

    /// <summary>Token choice: log Σ_s exp(g_sj) of each patch.</summary>
    public Argument LogSums => Floats("logSums", "LogSums").When(_layer.Token is { HasZLoss: true });

    /// <summary>Token choice: what instances add to the totals of the auxiliary losses.</summary>
    public Argument Sums => Floats("sums", "Sums");

    /// <summary>Token choice: what the scores' gradients need of those totals.</summary>
    public Argument Factors => Floats("factors", "Factors").When(_layer.HasAuxiliary);

    /// <summary>∂L/∂g of all scores, where the router's gradient has a kernel of its own.</summary>
    public Argument ScoreGradients => Floats("scoreGradients", "ScoreGradients").When(plan.RouterGradient is not null);

    /// <summary>The activations and, in their place, δ.</summary>
    public Argument Activations => Floats("activations", "Activations");

    public Argument Outputs => Floats("y", "Outputs");

    public Argument OutputGradients => Floats("yGradient", "OutputGradients");

    /// <summary>Where the gradient of the patches is summed; it must be 0 before.</summary>
    public Argument InputGradients => Argument.Floats("xGradient", plan.Folds ? Scratch("PatchGradients") : BelowGradient);

    /// <summary>The gradient of what the layer reads.</summary>
    public Expression BelowGradient => _layer.Index == 0 ? "buffers.InputGradient" : $"scratch.Layer{_layer.Index - 1}OutputGradients";

    public string Scratch(string array) => $"scratch.Layer{_layer.Index}{array}";

    private Argument Floats(string name, string array) => Argument.Floats(name, Scratch(array));
}
