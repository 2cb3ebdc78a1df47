using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using static PatchMoE.Gen.Emission.Text.Indices;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the gradients of a layer's weights over a window of samples.</summary>
internal static class WeightGradientEmitter
{
    public static void Write(SourceWriter writer, ModelPlan plan, LayerPlan layer)
    {
        var experts = new OuterTiles(ExpertSum(plan, layer));
        OuterTiles? router = layer.RouterGradient is { } tiles ? new OuterTiles(RouterSum(plan, layer, tiles)) : null;
        string what = string.Concat(layer.TrainsRouter ? "routers and " : string.Empty, layer.HasBias ? "neurons with their biases" : "neurons");
        string summary = $"Adds a window's gradients of {what}; each worker owns part of the weights, and samples are added in order.";
        writer.Kernel(LayerMethods.WeightGradients(layer), summary, () =>
        {
            writer.Call(experts.Share.Call());
            if (router is not null)
            {
                writer.Call(router.Share.Call());
            }

            if (layer.HasBias)
            {
                writer.Call(BiasGradientEmitter.Share.Call());
            }
        });
        experts.Write(writer);
        router?.Write(writer);
        if (layer.HasBias)
        {
            BiasGradientEmitter.Write(writer, layer);
        }
    }

    private static OuterSum ExpertSum(ModelPlan plan, LayerPlan layer)
    {
        BlockPlaces block = BlockPlaces.InWindow(layer);
        Expression expert = layer.Experts > 1 ? S : 0;
        int step = layer.Kernel.ActivationStep;
        return new OuterSum(
            "ExpertGradient",
            "Σ_(b,t) ∂L/∂h_btr · x_bj" + (layer.HasRoutes ? ", j = routes[t]" : ", j = t"),
            layer.Dimension,
            layer.Gradient,
            block.Activations(expert),
            (Expression)"WeightsAt" + (expert * layer.Neurons * layer.Dimension))
        {
            Instances = layer.Instances,
            Experts = layer.Experts,
            Sample = writer =>
            {
                BlockPlaces.WriteChoices(writer, layer);
                if (layer.Routing == Routing.Sample && layer.Experts > 1)
                {
                    writer.Lines($"if ({block.Expert} != s)\n{{\n    continue;\n}}\n");
                }

                if (layer.Token is not null)
                {
                    block.WriteTaken(writer, expert);
                    return;
                }

                writer.Lines("int taken = choices;");
            },
            Routes = layer.TakesByRoute ? writer => writer.Lines($"ref int routes = ref {block.Routes(expert)};") : null,
            Rows = (Place)"x" + PatchPlaces.InWindow(plan, layer) + PatchPlaces.Copies(layer, expert),
            Row = PatchPlaces.ExpertPatch(layer, T),
            Count = "taken",
            PatchStep = step,
            Image = layer.Access.ExpertImage,
            Router = layer.Gradient.HasRouter
                ? new RouterRow(
                    "that of w_s, Σ_(b,t) ∂L/∂g_bst · x_bj", block.ScoreGradients(expert), (Expression)"RouterAt" + (expert * layer.Dimension))
                : null,
        };
    }

    /// <summary>The routers' gradient by itself: of all valid patches, or of the patch sum (sample).</summary>
    private static OuterSum RouterSum(ModelPlan plan, LayerPlan layer, GradientPlan tiles)
    {
        BlockPlaces block = BlockPlaces.InWindow(layer);
        if (layer.Routing == Routing.Sample)
        {
            return new OuterSum("RouterGradient", "Σ_b ∂L/∂g_bs · Σ_j x_bj", layer.Dimension, tiles, block.ScoreGradients(0), "RouterAt")
            {
                Instances = layer.Instances,
                Rows = block.PatchSum,
            };
        }

        return new OuterSum(
            "RouterGradient",
            "Σ_(b,j) ∂L/∂g_bsj · x_bj over all valid patches",
            layer.Dimension,
            tiles,
            block.ScoreGradients(0),
            "RouterAt")
        {
            Instances = layer.Instances,
            Sample = writer =>
            {
                BlockPlaces.WriteChoices(writer, layer);
                writer.Lines($"int valid = {block.Valid};");
            },
            Rows = (Place)"x" + PatchPlaces.InWindow(plan, layer),
            Row = PatchPlaces.Patch(layer, T),
            Count = "valid",
            RowStep = layer.Patches,
            Image = layer.Access.ExpertImage,
        };
    }
}
