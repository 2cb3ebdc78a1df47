using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>The methods of a layer's class as the passes and the kernels call them.</summary>
internal static class LayerMethods
{
    private static readonly Parameter s_parameters = Parameter.Floats("parameters");
    private static readonly Parameter s_block = Parameter.Floats("block");
    private static readonly Parameter s_integers = Parameter.Integers("integers");
    private static readonly Parameter s_worker = Parameter.Number("worker");
    private static readonly Parameter s_workers = Parameter.Number("workers");

    /// <summary>A layer's class as other classes name it.</summary>
    public static string Owner(ModelPlan plan, LayerPlan layer) => $"Layer{layer.Index}<{VectorTypes.Of(plan, layer.Lanes)}>";

    public static Method Forward(LayerPlan layer) => Public(
        "Forward",
        Parameter.Floats("x"),
        Parameter.Floats("rows").When(layer.Access.Source == PatchSource.Chosen),
        Parameter.Number("valid"),
        s_parameters.When(layer.Routing != Routing.Dense || !layer.HasPanels || layer.HasBias),
        Parameter.Floats("panels").When(layer.HasPanels),
        s_block,
        s_integers,
        Scratch(layer),
        Parameter.Floats("y"),
        First(layer),
        Last(layer));

    public static Method Route(LayerPlan layer)
    {
        bool routes = layer.Routing != Routing.Dense;
        return Public(
            "Route", Parameter.Floats("x").When(routes), Parameter.Number("valid"), s_parameters.When(routes), s_block.When(routes), s_integers, Scratch(layer), First(layer), Last(layer));
    }

    public static Method Backward(LayerPlan layer) => Public("Backward", Parameter.Floats("yGradient"), s_block, s_integers, First(layer), Last(layer));

    public static Method InputGradient(LayerPlan layer) => Public("InputGradient", s_parameters, s_block, s_integers, Parameter.Floats("xGradient"));

    public static Method WeightGradients(LayerPlan layer) => Public(
        "WeightGradients",
        Parameter.Floats("x"),
        Parameter.Floats("slots"),
        s_integers,
        Parameter.Number("samples"),
        new Parameter("scoped in WeightTarget", "target"),
        Parameter.Floats("packed").When(layer.Gradient.Packs || layer.RouterGradient is { Packs: true }),
        s_worker,
        s_workers);

    /// <summary>The forward pass of a window of samples whose routes are known.</summary>
    public static Method ForwardWindow(LayerPlan layer) => Public(
        "ForwardWindow",
        Parameter.Floats("x"),
        Parameter.Floats("slots"),
        s_integers,
        Parameter.Number("samples"),
        s_parameters.When(!layer.HasPanels || layer.HasBias),
        Parameter.Floats("panels").When(layer.HasPanels),
        Parameter.Floats("own"),
        s_worker,
        s_workers);

    /// <summary>The copy of the patches that all experts take.</summary>
    public static Method GatherAll { get; } = Public("GatherAll", Parameter.Floats("x"), s_integers, Parameter.Floats("rows"));

    public static Method PackPanels { get; } = Public("PackPanels", s_parameters, Parameter.Floats("panels"), s_worker, s_workers);

    public static Method Report { get; } = Public("Report", s_block, s_integers, new Parameter("in RoutePass", "pass"), new Parameter("nint", "at"));

    /// <summary>The copy of the patches that one expert takes.</summary>
    public static Method Gather { get; } =
        new("Gather", Parameter.Floats("x"), Parameter.Number("taken"), Parameter.Integers("routes"), Parameter.Floats("rows"));

    public static Method PreActivations(LayerPlan layer) => new(
        "PreActivations",
        Parameter.Floats("x"),
        Parameter.Number("taken"),
        Parameter.Integers("routes").When(layer.TakesByRoute),
        Parameter.Floats(layer.HasPanels ? "panels" : "weights"),
        Parameter.Floats("activations"));

    public static Method PoolForward(LayerPlan layer) => new(
        "PoolForward",
        Parameter.Number("taken"),
        new Parameter("float", "scale"),
        Parameter.Floats("bias").When(layer.HasBias),
        Parameter.Floats("gates").When(layer.HasGate),
        Parameter.Floats("activations"),
        Parameter.Floats("y"),
        Parameter.Number("from").When(layer.HasWindow),
        Parameter.Number("to").When(layer.HasWindow));

    public static Method PoolBackward(LayerPlan layer) => new(
        "PoolBackward",
        Parameter.Number("taken"),
        new Parameter("float", "scale"),
        Parameter.Floats("gates").When(layer.HasGate),
        Parameter.Floats("gateGradients").When(layer.HasGate),
        Parameter.Floats("yGradient"),
        Parameter.Floats("activations"))
    {
        Returns = layer.Routing == Routing.Sample ? "float" : "void",
    };

    public static Method GateForward(LayerPlan layer)
    {
        bool all = layer.Spec.Gate == Gate.SoftmaxAll;
        return new(
            "GateForward",
            Parameter.Floats("scores"),
            Parameter.Number("valid").When(all),
            Parameter.Integers("routes"),
            Parameter.Number("taken"),
            Parameter.Floats("probabilities").When(all),
            Parameter.Floats("gates"));
    }

    public static Method GateBackward(LayerPlan layer)
    {
        bool all = layer.Spec.Gate == Gate.SoftmaxAll;
        bool sigmoid = layer.Spec.Gate == Gate.Sigmoid;
        return new(
            "GateBackward",
            Parameter.Floats("scores").When(sigmoid),
            Parameter.Number("valid").When(all),
            Parameter.Integers("routes").When(all || sigmoid),
            Parameter.Number("taken"),
            Parameter.Floats("probabilities").When(all),
            Parameter.Floats("gates").When(!all && !sigmoid),
            Parameter.Floats("gateGradients"),
            Parameter.Floats("scoreGradients"));
    }

    public static Method AddWeightedRows { get; } = new(
        "AddWeightedRows", Parameter.Floats("row"), Parameter.Floats("w"), Parameter.Floats("coefficients"), Parameter.Number("step"), Parameter.Number("count"));

    /// <summary>Scratch of the selection.</summary>
    public static Parameter Scratch(LayerPlan layer) => Parameter.Integers("scratch").When(layer.Selection?.Scratch > 0);

    /// <summary>The first expert, where a layer can compute a part of them.</summary>
    public static Parameter First(LayerPlan layer) => Parameter.Number("first").When(layer.ExpertParts > 1);

    /// <summary>The expert behind the last.</summary>
    public static Parameter Last(LayerPlan layer) => Parameter.Number("last").When(layer.ExpertParts > 1);

    /// <summary>Prints a loop over an expertChoice layer's experts, or those that it is to compute.</summary>
    public static void WriteExperts(SourceWriter writer, LayerPlan layer, Action<Expression> body)
    {
        if (layer.ExpertParts == 1)
        {
            writer.Loop("s", layer.Experts, body);
            return;
        }

        using (writer.Block("for (int s = first; s < last; s++)"))
        {
            body("s");
        }
    }

    private static Method Public(string name, params Parameter[] parameters) => new(name, parameters) { Modifiers = "public static" };
}
