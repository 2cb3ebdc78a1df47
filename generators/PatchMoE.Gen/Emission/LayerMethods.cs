using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>The methods of a layer's class as the passes and the kernels call them.</summary>
internal static class LayerMethods
{
    public static string Owner(LayerPlan layer) => $"Layer{layer.Index}<{VectorTypes.Of(layer.Lanes)}>";

    public static Method Forward(LayerPlan layer) => Public(
        "Forward",
        "ref float x", ("ref float rows", layer.Access.Source == PatchSource.Chosen), "int valid",
        ("ref float parameters", (layer.Routing != Routing.Dense && !layer.HasRouterPanels) || !layer.HasPanels || layer.HasBias), ("ref float panels", layer.HasPanels),
        "ref float block, ref int integers", Scratch(layer), "ref float y", Part(layer));

    public static Method Route(LayerPlan layer)
    {
        bool routes = layer.Routing != Routing.Dense;
        return Public(
            "Route", ("ref float x", routes), "int valid", ("ref float parameters", routes && !layer.HasRouterPanels), ("ref float panels", layer.HasRouterPanels), ("ref float block", routes), "ref int integers", Scratch(layer), Part(layer));
    }

    public static Method Backward(LayerPlan layer) => Public(
        "Backward", "ref float yGradient, ref float block, ref int integers", ("ref double factors", layer.HasAuxiliary), Part(layer));

    public static Method InputGradient(LayerPlan layer) => Public(
        "InputGradient", "ref float parameters, ref float block, ref int integers, ref float xGradient", ("ref float sums", layer.HasPatchGradientRows));

    public static Method WeightGradients(LayerPlan layer) => Public(
        "WeightGradients",
        "ref float x, ref float slots, ref int integers, int samples, scoped in WeightTarget target, ref float own, int worker, int workers");

    /// <summary>The forward pass of a window of samples whose routes are known.</summary>
    public static Method ForwardWindow(LayerPlan layer) => Public(
        "ForwardWindow",
        "ref float x, ref float slots, ref int integers, int samples", ("ref float parameters", !layer.PacksFirst || layer.HasBias),
        ("ref float panels", layer.PacksFirst), "ref float own, int worker, int workers");

    public static Method GatherAll { get; } = Public("GatherAll", "ref float x, ref int integers, ref float rows");

    public static Method PackPanels { get; } = Public("PackPanels", "ref float parameters, ref float panels, int worker, int workers");

    public static Method Report { get; } = Public("Report", "ref float block, ref int integers, in RoutePass pass, nint at");
    public static Method Gather { get; } = new("Gather", "ref float x, int taken, ref int routes, ref float rows");

    public static Method PreActivations(LayerPlan layer) => new(
        "PreActivations",
        "ref float x, int taken", ("ref int routes", layer.TakesByRoute), $"ref float {(layer.HasPanels ? "panels" : "weights")}, ref float activations");

    public static Method PoolForward(LayerPlan layer) => new(
        "PoolForward",
        "int taken, float scale", ("ref float bias", layer.HasBias), ("ref float gates", layer.HasGate),
        "ref float activations, ref float y", ("int from, int to", layer.HasWindow));

    public static Method PoolBackward(LayerPlan layer) => new(
        "PoolBackward", "int taken, float scale", ("ref float gates, ref float gateGradients", layer.HasGate), "ref float yGradient, ref float activations")
    {
        Returns = layer.Routing == Routing.Sample ? "float" : "void",
    };

    public static Method GateForward(LayerPlan layer)
    {
        bool all = layer.Spec.Gate == Gate.SoftmaxAll;
        return new(
            "GateForward",
            "ref float scores", ("int valid", all), "ref int routes, int taken", ("ref float probabilities", all), "ref float gates");
    }

    public static Method GateBackward(LayerPlan layer)
    {
        bool all = layer.Spec.Gate == Gate.SoftmaxAll;
        bool sigmoid = layer.Spec.Gate == Gate.Sigmoid;
        return new(
            "GateBackward",
            ("ref float scores", sigmoid), ("int valid", all), ("ref int routes", all || sigmoid), "int taken", ("ref float probabilities", all),
            ("ref float gates", !all && !sigmoid), "ref float gateGradients, ref float scoreGradients");
    }

    public static Method AddWeightedRows { get; } = new("AddWeightedRows", "ref float row, ref float w, ref float coefficients, int step, int count");

    /// <summary>Prints a loop over a layer's experts, or those that it is to compute.</summary>
    public static void WriteExperts(SourceWriter writer, LayerPlan layer, Action<Expression> body)
    {
        if (layer.ExpertParts == 1)
        {
            writer.Loop("s", layer.Experts, body);
            return;
        }

        writer.Block("for (int s = first; s < last; s++)", () => body("s"));
    }

    public static ParameterList Scratch(LayerPlan layer) => ("ref int scratch", layer.Selection is not null);

    /// <summary>The first expert and the one behind the last, where a layer can compute a part of them.</summary>
    public static ParameterList Part(LayerPlan layer) => ("int first, int last", layer.ExpertParts > 1);

    private static Method Public(string name, params ParameterList[] parameters) => new(name, parameters) { Modifiers = "public static" };
}
