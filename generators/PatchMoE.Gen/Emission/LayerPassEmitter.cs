using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using static PatchMoE.Gen.Emission.Text.Indices;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the forward and the backward pass of one instance of a layer.</summary>
internal static class LayerPassEmitter
{
    public static void Write(SourceWriter writer, LayerPlan layer)
    {
        if (!layer.HasWindow)
        {
            WriteForward(writer, layer);
        }

        if (layer.HasWindow && layer.Routing == Routing.Dense)
        {
            writer.Method(LayerMethods.Route(layer), "Every patch is taken.", () => writer.Lines($"integers = valid;\n{BlockPlaces.Of(layer).Valid} = valid;"));
        }

        if (layer.Index == 0 && layer.Routing != Routing.Dense)
        {
            WriteReport(writer, layer);
        }

        WriteBackward(writer, layer);
    }

    private static string Part(LayerPlan layer) => layer.ExpertParts > 1 ? ", for experts first…last−1" : string.Empty;

    private static void WriteForward(SourceWriter writer, LayerPlan layer)
    {
        BlockPlaces block = BlockPlaces.Of(layer);
        string outputs = layer.Map is null ? "y [m]" : "the map y";
        writer.Kernel(LayerMethods.Forward(layer), $"The forward pass: {outputs} from patches x{Part(layer)}; keeps in the block what the backward pass needs.", () =>
        {
            Expression scale = ExpertText.Scale(layer);
            void Scale(Expression value)
            {
                if (layer.Map is null)
                {
                    writer.Lines($"float scale = {value};");
                }
            }

            if (layer.Map is { } map)
            {
                writer.Lines($"// Places of patches that no expert takes are 0, and so is the border.\nValues.Clear(ref y, {map.Floats});");
            }

            if (layer.Routing == Routing.Dense)
            {
                writer.Lines($"integers = valid;\n{block.Valid} = valid;\nint taken = valid;");
                Scale(scale);
                WriteExpert(writer, layer, 0);
                return;
            }

            writer.Call(LayerMethods.Route(layer).Call());
            writer.Lines("int taken = integers;");
            if (layer.Routing == Routing.Sample)
            {
                writer.Lines($"int expert = {block.Expert};");
                if (layer.Map is null)
                {
                    Scale(scale * block.Probability("expert"));
                    writer.Lines($"Values.Clear(ref y, {layer.Outputs});");
                }

                WriteExpert(writer, layer, "expert");
                return;
            }

            Scale(scale);
            LayerMethods.WriteExperts(writer, layer, s => WriteExpert(writer, layer, s));
        });
    }

    private static void WriteExpert(SourceWriter writer, LayerPlan layer, Expression expert)
    {
        BlockPlaces block = BlockPlaces.Of(layer);
        writer.Lines($"ref float activations = ref {block.Activations(expert)};");
        Place rows = (Place)"rows" + PatchPlaces.Copies(layer, expert);
        bool copied = layer.Access.Source == PatchSource.Chosen;
        if (copied)
        {
            writer.Call(LayerMethods.Gather.Call(("routes", block.Routes(expert)), ("rows", rows)));
        }

        writer.Call(LayerMethods.PreActivations(layer).Call(
            ("x", copied ? rows : "x"),
            ("routes", block.Routes(expert)),
            layer.HasPanels
                ? ("panels", (Place)"panels" + (expert * layer.ExpertPanels))
                : ("weights", (Place)"parameters" + "WeightsAt" + (expert * layer.Neurons * layer.Dimension))));
        Place bias = (Place)"parameters" + "BiasesAt" + (expert * layer.Neurons);
        Place y = (Place)"y" + (expert * layer.Neurons);
        writer.Call(layer.Map is null
            ? LayerMethods.PoolForward(layer).Call(("bias", bias), ("gates", block.Gates(expert)), ("y", y))
            : MapEmitter.Forward(layer).Call(
                ("bias", bias), ("gate", block.Probability(expert)), ("gates", block.Gates(expert)), ("routes", block.Routes(expert)), ("map", y)));
    }

    private static void WriteBackward(SourceWriter writer, LayerPlan layer)
    {
        BlockPlaces block = BlockPlaces.Of(layer);
        string summary = $"The backward pass within the block{Part(layer)}: from ∂L/∂y to ∂L/∂h of every pre-activation and ∂L/∂g of every score.";
        writer.Kernel(LayerMethods.Backward(layer), summary, () =>
        {
            writer.Lines("int taken = integers;");
            if (layer.Map is null)
            {
                writer.Lines($"float scale = {ExpertText.Scale(layer)};");
            }

            switch (layer.Routing)
            {
                case Routing.ExpertChoice:
                    if (layer.Spec.Gate == Gate.SoftmaxAll)
                    {
                        writer.Lines($"int valid = {block.Valid};");
                    }

                    LayerMethods.WriteExperts(writer, layer, s => WriteExpertBackward(writer, layer, s));
                    break;
                case Routing.Sample:
                    writer.Lines($"int expert = {block.Expert};\nref float probabilities = ref {block.Probability(0)};");
                    Place upstream = (Place)"yGradient" + ((Expression)"expert" * layer.Neurons);
                    (string, Expression) activations = ("activations", block.Activations("expert"));
                    if (layer.Map is null)
                    {
                        Call pool = LayerMethods.PoolBackward(layer).Call(
                            ("scale", (Expression)"scale" * "Add(ref probabilities, expert)"), ("yGradient", upstream), activations);
                        writer.Call(pool, "float gateGradient = scale * ");
                    }
                    else
                    {
                        writer.Call(MapEmitter.Backward(layer).Call(("gate", "Add(ref probabilities, expert)"), ("mapGradient", upstream), activations), "float gateGradient = ");
                    }

                    writer.Call(SampleRouterEmitter.GateBackward.Call(("scoreGradients", block.ScoreGradients(0))));
                    break;
                default:
                    writer.Call(layer.Map is null
                        ? LayerMethods.PoolBackward(layer).Call(("activations", block.Activations(0)))
                        : MapEmitter.Backward(layer).Call(("mapGradient", "yGradient"), ("activations", block.Activations(0))));
                    break;
            }
        });
    }

    private static void WriteExpertBackward(SourceWriter writer, LayerPlan layer, Expression s)
    {
        BlockPlaces block = BlockPlaces.Of(layer);
        (string, Expression)[] gates = [("gates", block.Gates(s)), ("gateGradients", block.GateGradients(s))];
        Place upstream = (Place)"yGradient" + (s * layer.Neurons);
        writer.Call(layer.Map is null
            ? LayerMethods.PoolBackward(layer).Call([.. gates, ("yGradient", upstream), ("activations", block.Activations(s))])
            : MapEmitter.Backward(layer).Call([.. gates, ("routes", block.Routes(s)), ("mapGradient", upstream), ("activations", block.Activations(s))]));
        if (layer.HasGate)
        {
            writer.Call(LayerMethods.GateBackward(layer).Call(
                [
                    .. gates,
                    ("scores", block.Scores(s)),
                    ("routes", block.Routes(s)),
                    ("probabilities", block.Probabilities(s)),
                    ("scoreGradients", block.ScoreGradients(s)),
                ]));
        }
    }

    private static void WriteReport(SourceWriter writer, LayerPlan layer)
    {
        BlockPlaces block = BlockPlaces.Of(layer);
        writer.Method(LayerMethods.Report, "Copies an instance's routes, with scores and gate values, to the caller's arrays from index at.", () =>
        {
            if (layer.Routing == Routing.Sample)
            {
                writer.Lines($"int expert = {block.Expert};\npass.Write(at, expert, {block.Scores(0) + "expert"}, {block.Probability("expert")});");
                return;
            }

            writer.Loop("s", layer.Experts, s => writer.Loop("t", layer.Taken, t =>
            {
                Expression at = (Expression)"at" + ((s * layer.Taken) + t);
                string gate = layer.HasGate ? $"{block.Gates(s) + t}" : "1f";
                writer.Lines($$"""
                    int j = {{block.Routes(s) + t}};
                    if (j < 0)
                    {
                        pass.Write({{at}}, j, 0f, 0f);
                    }
                    else
                    {
                        pass.Write({{at}}, j, {{block.Scores(s) + J}}, {{gate}});
                    }
                    """);
            }));
        });
    }
}
