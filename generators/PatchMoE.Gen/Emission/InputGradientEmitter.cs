using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using static PatchMoE.Gen.Emission.Text.Indices;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the gradient by a layer's patches: only the patches taken receive any, and those whose scores have a gradient.</summary>
internal static class InputGradientEmitter
{
    public static void Write(SourceWriter writer, LayerPlan layer)
    {
        if (layer.HasPatchGradientTiles)
        {
            WriteTiles(writer, layer);
            return;
        }

        string scores = layer.TrainsRouter ? " + Σ_s ∂L/∂g_sj · w_s" : string.Empty;
        writer.Kernel(LayerMethods.InputGradient(layer), $"xGradient[j] += Σ_(s,r) ∂L/∂h_srj · v_sr{scores}; xGradient has the layout of x.", () =>
        {
            BlockPlaces block = BlockPlaces.Of(layer);
            if (!layer.HasRoutes)
            {
                writer.Lines("int taken = integers;");
                Expression expert = 0;
                if (layer.Routing == Routing.Sample)
                {
                    writer.Lines($"int expert = {block.Expert};");
                    expert = "expert";
                }

                using (writer.Block("for (int t = 0; t < taken; t++)"))
                {
                    WriteExpert(writer, layer, expert, PatchPlaces.Patch(layer, T), block.Activations(0));
                    if (layer.Routing == Routing.Sample)
                    {
                        WriteRows(writer, "row", "RouterAt", block.ScoreGradients(0), 1, layer.Experts);
                    }
                }

                return;
            }

            if (layer.Token is null)
            {
                writer.Lines("int taken = integers;");
            }

            writer.Loop("s", layer.Experts, s =>
            {
                if (layer.Token is not null)
                {
                    block.WriteTaken(writer, s);
                }

                writer.Lines($"ref int routes = ref {block.Routes(s)};\nref float deltas = ref {block.Activations(s)};");
                using (writer.Block("for (int t = 0; t < taken; t++)"))
                {
                    WriteExpert(writer, layer, s, PatchPlaces.Patch(layer, (Place)"routes" + T), "deltas");
                    if (layer.HasGate && !layer.HasDenseScores)
                    {
                        WriteRows(writer, "row", (Expression)"RouterAt" + (s * layer.Dimension), block.ScoreGradients(s) + T, 1, 1);
                    }
                }
            });
            if (layer.HasDenseScores)
            {
                writer.Lines($"int valid = {block.Valid};");
                using (writer.Block("for (int j = 0; j < valid; j++)"))
                {
                    WriteRows(writer, (Place)"xGradient" + PatchPlaces.Patch(layer, J), "RouterAt", block.ScoreGradients(0) + J, layer.Patches, layer.Experts);
                }
            }
        });
    }

    /// <summary>Over a map, several windows pass over the weights together.</summary>
    private static void WriteTiles(SourceWriter writer, LayerPlan layer)
    {
        BlockPlaces block = BlockPlaces.Of(layer);
        int step = layer.Kernel.ActivationStep;
        bool ownScores = layer.HasGate && !layer.HasDenseScores;
        var experts = new PatchGradientTiles("PatchGradient", layer, layer.Taken, layer.Neurons, step, 1, HasRouter: ownScores);
        PatchGradientTiles? scores = layer.HasDenseScores ? new PatchGradientTiles("ScoreGradient", layer, layer.Patches, layer.Experts, 1, layer.Patches, HasRouter: false) : null;
        string routers = layer.TrainsRouter ? " + Σ_s ∂L/∂g_sj · w_s" : string.Empty;
        writer.Kernel(LayerMethods.InputGradient(layer), $"xGradient[j] += Σ_(s,r) ∂L/∂h_srj · v_sr{routers}; xGradient has the layout of x.", () =>
        {
            if (layer.Token is null)
            {
                writer.Lines("int taken = integers;");
            }

            if (layer.HasRoutes)
            {
                writer.Loop("s", layer.Experts, s => WriteExpertTiles(writer, layer, experts, s));
            }
            else
            {
                WriteAllTiles(writer, layer, experts);
            }

            if (scores is not null)
            {
                writer.Lines($"int valid = {block.Valid};");
                scores.WriteLoop(writer, "j", "valid", j => PatchPlaces.Patch(layer, j), block.ScoreGradients(0), (Place)"parameters" + "RouterAt");
            }
        });
        experts.Write(writer);
        scores?.Write(writer);
        if (layer.HasPatchGradientRows)
        {
            PatchGradientTiles.WriteAdd(writer, layer);
        }
    }

    /// <summary>The windows that an expert took.</summary>
    private static void WriteExpertTiles(SourceWriter writer, LayerPlan layer, PatchGradientTiles tiles, Expression s)
    {
        BlockPlaces block = BlockPlaces.Of(layer);
        if (layer.Token is not null)
        {
            block.WriteTaken(writer, s);
        }

        writer.Lines($"ref int routes = ref {block.Routes(s)};");
        (Place, Place) router = tiles.HasRouter ? ((Place)"parameters" + ((Expression)"RouterAt" + (s * layer.Dimension)), block.ScoreGradients(s)) : default;
        tiles.WriteLoop(writer, "t", "taken", t => PatchPlaces.Patch(layer, (Place)"routes" + t), block.Activations(s), Weights(layer, s), router);
    }

    /// <summary>All windows, where there is no choice; each gets what the scores of a sample give.</summary>
    private static void WriteAllTiles(SourceWriter writer, LayerPlan layer, PatchGradientTiles tiles)
    {
        BlockPlaces block = BlockPlaces.Of(layer);
        Expression expert = layer.Routing == Routing.Sample ? writer.Let("expert", block.Expert) : 0;
        tiles.WriteLoop(writer, "t", "taken", t => PatchPlaces.Patch(layer, t), block.Activations(0), Weights(layer, expert));
        if (layer.Routing == Routing.Sample)
        {
            using (writer.Block("for (int j = 0; j < taken; j++)"))
            {
                WriteRows(writer, (Place)"xGradient" + PatchPlaces.Patch(layer, J), "RouterAt", block.ScoreGradients(0), 1, layer.Experts);
            }
        }
    }

    private static Place Weights(LayerPlan layer, Expression expert) => (Place)"parameters" + ((Expression)"WeightsAt" + (expert * layer.Neurons * layer.Dimension));

    private static void WriteExpert(SourceWriter writer, LayerPlan layer, Expression expert, Expression patch, Place deltas)
    {
        writer.Lines($"ref float row = ref {(Place)"xGradient" + patch};");
        WriteRows(
            writer, "row", (Expression)"WeightsAt" + (expert * layer.Neurons * layer.Dimension), deltas + (T * layer.Kernel.ActivationStep), 1, layer.Neurons);
    }

    private static void WriteRows(SourceWriter writer, Place row, Expression weightsAt, Place coefficients, int step, int count) => writer.Call(
        LayerMethods.AddWeightedRows.Call(("row", row), ("w", (Place)"parameters" + weightsAt), ("coefficients", coefficients), ("step", step), ("count", count)));
}
