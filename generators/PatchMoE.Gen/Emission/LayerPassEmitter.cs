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
            if (layer.Token is not null)
            {
                writer.Loop("s", layer.Experts, s =>
                {
                    block.WriteTaken(writer, s);
                    Scale(scale);
                    WriteExpert(writer, layer, s);
                });
                return;
            }

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
            if (layer.Token is not null)
            {
                WriteTokenBackward(writer, layer);
                return;
            }

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

    private static void WriteTokenBackward(SourceWriter writer, LayerPlan layer)
    {
        BlockPlaces block = BlockPlaces.Of(layer);
        writer.Loop("s", layer.Experts, s =>
        {
            block.WriteTaken(writer, s);
            if (layer.Map is null)
            {
                writer.Lines($"float scale = {ExpertText.Scale(layer)};");
            }

            WriteActivationsBackward(writer, layer, s);
        });
        if (layer.TrainsRouter)
        {
            writer.Gap();
            writer.Call(TokenGradientEmitter.Backward(layer).Call());
        }
    }

    private static void WriteExpertBackward(SourceWriter writer, LayerPlan layer, Expression s)
    {
        WriteActivationsBackward(writer, layer, s);
        if (layer.HasGate)
        {
            BlockPlaces block = BlockPlaces.Of(layer);
            writer.Call(LayerMethods.GateBackward(layer).Call(
                [
                    .. Gates(block, s),
                    ("scores", block.Scores(s)),
                    ("routes", block.Routes(s)),
                    ("probabilities", block.Probabilities(s)),
                    ("scoreGradients", block.ScoreGradients(s)),
                ]));
        }
    }

    /// <summary>The part of expert s that is the same however it came to its patches: through pooling or the map to ∂L/∂h, and to the gates.</summary>
    private static void WriteActivationsBackward(SourceWriter writer, LayerPlan layer, Expression s)
    {
        BlockPlaces block = BlockPlaces.Of(layer);
        Place upstream = (Place)"yGradient" + (s * layer.Neurons);
        writer.Call(layer.Map is null
            ? LayerMethods.PoolBackward(layer).Call([.. Gates(block, s), ("yGradient", upstream), ("activations", block.Activations(s))])
            : MapEmitter.Backward(layer).Call([.. Gates(block, s), ("routes", block.Routes(s)), ("mapGradient", upstream), ("activations", block.Activations(s))]));
    }

    private static (string Name, Expression Value)[] Gates(BlockPlaces block, Expression s) => [("gates", block.Gates(s)), ("gateGradients", block.GateGradients(s))];

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

            if (layer.Token is { } token)
            {
                WriteTokenReport(writer, layer, token);
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

    /// <summary>The experts of each patch, best first; a dropped choice is none.</summary>
    private static void WriteTokenReport(SourceWriter writer, LayerPlan layer, TokenPlan token)
    {
        (int n, int t) = (layer.Patches, token.PerPatch);
        string gate(Expression r) => layer.HasGate ? $"Add(ref block, GatesAt + {(Place)"integers" + ((Expression)"PlacesAt" + (r * n) + J)})" : "1f";
        writer.Lines($"int valid = {BlockPlaces.Of(layer).Valid};");
        using (writer.Block($"for (int j = 0; j < {n}; j++)"))
        {
            writer.Loop("r", t, r =>
            {
                Expression at = (Expression)"at" + (J * t) + r;
                writer.Lines($$"""
                    int s = j < valid ? {{(Place)"integers" + ((Expression)"ChoicesAt" + (r * n) + J)}} : -1;
                    if (s < 0)
                    {
                        pass.Write({{at}}, -1, 0f, 0f);
                    }
                    else
                    {
                        float score = Add(ref block, ScoresAt + (s * {{n}}) + j);
                        pass.Write({{at}}, s, score, {{gate(r)}});
                    }
                    """);
            });
        }
    }
}
