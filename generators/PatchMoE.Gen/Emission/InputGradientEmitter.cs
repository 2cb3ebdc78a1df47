using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using static PatchMoE.Gen.Emission.Text.Indices;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the gradient by a layer's patches: only the patches taken receive any, and softmaxAll's scores reach all.</summary>
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
            writer.Lines("int taken = integers;");
            if (layer.Routing != Routing.ExpertChoice)
            {
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

            writer.Loop("s", layer.Experts, s =>
            {
                writer.Lines($"ref int routes = ref {block.Routes(s)};\nref float deltas = ref {block.Activations(s)};");
                using (writer.Block("for (int t = 0; t < taken; t++)"))
                {
                    WriteExpert(writer, layer, s, PatchPlaces.Patch(layer, (Place)"routes" + T), "deltas");
                    if (layer.HasGate && layer.Spec.Gate != Gate.SoftmaxAll)
                    {
                        WriteRows(writer, "row", (Expression)"RouterAt" + (s * layer.Dimension), block.ScoreGradients(s) + T, 1, 1);
                    }
                }
            });
            if (layer.Spec.Gate == Gate.SoftmaxAll)
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
        bool choice = layer.Routing == Routing.ExpertChoice;
        bool all = choice && layer.Spec.Gate == Gate.SoftmaxAll;
        int step = layer.Kernel.ActivationStep;
        var experts = new PatchGradientTiles("PatchGradient", layer, layer.Taken, layer.Neurons, step, 1, HasRouter: choice && layer.HasGate && !all);
        PatchGradientTiles? scores = all ? new PatchGradientTiles("ScoreGradient", layer, layer.Patches, layer.Experts, 1, layer.Patches, HasRouter: false) : null;
        string routers = layer.TrainsRouter ? " + Σ_s ∂L/∂g_sj · w_s" : string.Empty;
        writer.Kernel(LayerMethods.InputGradient(layer), $"xGradient[j] += Σ_(s,r) ∂L/∂h_srj · v_sr{routers}; xGradient has the layout of x.", () =>
        {
            writer.Lines("int taken = integers;");
            Place Weights(Expression s) => (Place)"parameters" + ((Expression)"WeightsAt" + (s * layer.Neurons * layer.Dimension));
            if (!choice)
            {
                Expression expert = layer.Routing == Routing.Sample ? writer.Let("expert", block.Expert) : 0;
                experts.WriteLoop(writer, "t", "taken", t => PatchPlaces.Patch(layer, t), block.Activations(0), Weights(expert));
                if (layer.Routing == Routing.Sample)
                {
                    using (writer.Block("for (int j = 0; j < taken; j++)"))
                    {
                        WriteRows(writer, (Place)"xGradient" + PatchPlaces.Patch(layer, J), "RouterAt", block.ScoreGradients(0), 1, layer.Experts);
                    }
                }

                return;
            }

            writer.Loop("s", layer.Experts, s =>
            {
                writer.Lines($"ref int routes = ref {block.Routes(s)};");
                experts.WriteLoop(
                    writer, "t", "taken", t => PatchPlaces.Patch(layer, (Place)"routes" + t), block.Activations(s), Weights(s),
                    ((Place)"parameters" + ((Expression)"RouterAt" + (s * layer.Dimension)), block.ScoreGradients(s)));
            });
            if (scores is not null)
            {
                writer.Lines($"int valid = {block.Valid};");
                scores.WriteLoop(writer, "j", "valid", j => PatchPlaces.Patch(layer, j), block.ScoreGradients(0), (Place)"parameters" + "RouterAt");
            }
        });
        experts.Write(writer);
        scores?.Write(writer);
        PatchGradientTiles.WriteAdd(writer, layer);
    }

    private static void WriteExpert(SourceWriter writer, LayerPlan layer, Expression expert, Expression patch, Place deltas)
    {
        writer.Lines($"ref float row = ref {(Place)"xGradient" + patch};");
        WriteRows(
            writer, "row", (Expression)"WeightsAt" + (expert * layer.Neurons * layer.Dimension), deltas + (T * layer.Kernel.ActivationStep), 1, layer.Neurons);
    }

    private static void WriteRows(SourceWriter writer, Place row, Expression weightsAt, Place coefficients, int step, int count) => writer.Call(
        LayerMethods.AddWeightedRows.Call(("row", row), ("w", (Place)"parameters" + weightsAt), ("coefficients", coefficients), ("step", step), ("count", count)));
}
