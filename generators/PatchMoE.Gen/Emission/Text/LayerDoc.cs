using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission.Text;

/// <summary>A layer in words, for headers and documentation.</summary>
internal static class LayerDoc
{
    /// <summary>Routing, gate and pooling, or the map.</summary>
    public static string Summary(LayerPlan layer) => layer.Routing switch
    {
        Routing.Dense when layer.Map is { } map => $"dense, a convolution: every expert sees every patch{Map(map)}",
        Routing.Dense => "dense, every expert sees every patch",
        Routing.Sample => "sample, the best expert sees the whole sample" + (layer.Map is { } map ? Map(map) : string.Empty),
        Routing.TokenChoice => $"{Choice(layer.Token!, layer.Experts)}, gate {SpecWords.Of(layer.Spec.Gate)}{Outputs(layer)}",
        _ => $"expertChoice, each expert takes {layer.Taken} of {layer.Patches} patches, gate {SpecWords.Of(layer.Spec.Gate)}{Outputs(layer)}",
    };

    /// <summary>The choice of experts in words, for documentation.</summary>
    private static string Choice(TokenPlan token, int experts)
    {
        string limit = !token.HasCapacity
            ? token.Choice.CapacityFactor is null ? "no limit" : "a capacity that holds every patch"
            : $"at most ⌈{Format.Number(token.Choice.CapacityFactor!.Value)}·t·n/k⌉ = {token.Capacity} patches an expert, first choices first, then by {(token.ByScore ? "probability" : "index")}";
        string losses = string.Concat(
            token.Choice.Balance is { } balance ? $", balance {SpecWords.Of(balance.Kind)} · {Format.Number(balance.Weight)}" : string.Empty,
            token.HasZLoss ? $", zLoss · {Format.Number(token.Choice.ZLoss)}" : string.Empty);
        return $"tokenChoice, each patch chooses {token.PerPatch} of {Format.Plural(experts, "expert")}, {limit}{losses}";
    }

    /// <summary>∂L/∂g_sj of token choice, with the factors f of auxiliary losses.</summary>
    public static string ScoreGradient(LayerPlan layer)
    {
        TokenPlan token = layer.Token!;
        string z = token.HasZLoss ? " + f_k · logSum_j" : string.Empty;
        bool gated = layer.Spec.Gate == Gate.SoftmaxAll;
        string upstream = (gated, token.Choice.Balance is not null) switch
        {
            (true, true) => "u_s = f_s + ∂L/∂G_sj",
            (true, false) => "u_s = ∂L/∂G_sj",
            (false, true) => "u_s = f_s",
            _ => string.Empty,
        };
        string softmax = upstream.Length > 0 ? $"p_sj · (u_s − Σ_e p_ej · u_e{z}), {upstream}" : z.Length > 0 ? "p_sj · f_k · logSum_j" : string.Empty;
        string chosen = layer.Spec.Gate switch
        {
            Gate.SoftmaxSelected => "G_sj · (∂L/∂G_sj − Σ_u G_uj · ∂L/∂G_uj) for the experts that patch j chose",
            Gate.Sigmoid => "∂L/∂G_sj · G_sj · (1 − G_sj) for the experts that took patch j",
            _ => string.Empty,
        };
        return softmax.Length > 0 && chosen.Length > 0 ? $"{softmax}; plus {chosen}" : softmax + chosen;
    }

    private static string Outputs(LayerPlan layer) => layer.Map is { } map ? Map(map) : $", pooling {SpecWords.Of(layer.Spec.Pooling)}";

    private static string Map(MapPlan map) => $", output a map of {map.Rows} × {map.Columns} × {map.Channels}";

    /// <summary>Prints the documentation of a layer's class.</summary>
    public static void Write(SourceWriter writer, LayerPlan layer)
    {
        LayerShape shape = layer.Shape;
        string experts = layer.Routing == Routing.Dense && shape.Experts > 1
            ? $"{shape.Experts} × {shape.Neurons} neurons that see the same patches, computed as one expert of {layer.Neurons}"
            : $"{shape.Experts} experts × {shape.Neurons} neurons";
        string kernel = (layer.HasPanels ? "outer products on packed weights" : "dot products") + (layer.HasWindow ? ", a window of samples at a time" : string.Empty);
        string times = layer.Instances == 1 ? "once" : $"{layer.Instances} times";
        writer.Summary($"Layer {layer.Index}: {Summary(layer)}.");
        writer.Lines("/// <remarks>");
        writer.Comment("///", $"n = {shape.Patches} patches of d = {shape.Dimension}; {experts}; m = {shape.Outputs} outputs; {times} per sample.");
        writer.Comment("///", KernelDoc.Escape($"Patches: {layer.Access.Reason}{(layer.Access.Image is null ? $"; row step {layer.Access.RowStep}" : string.Empty)}."));
        if (layer.HasRouterPanels)
        {
            writer.Comment("///", $"Router: in panels of 16 experts, packed with the neurons': no lanes to fold after every {shape.Dimension / Lanes.Max} multiply-adds.");
        }

        writer.Comment("///", KernelDoc.Escape($"Experts: {kernel}: {layer.Kernel.Reason}."));
        if (layer.Map is { } map)
        {
            string border = map.HasBorder ? $" in a border of {map.BorderRows} × {map.BorderColumns} zeros, which the windows of the layer above reach into" : string.Empty;
            string moved = layer.Taken < layer.Patches ? "; only the patches taken are computed, written into the cleared map and, in the backward pass, read" : string.Empty;
            writer.Comment("///", $"Map: [{map.Rows}, {map.Columns}, {map.Channels}]{border}, {Format.Count(4L * map.Floats)} bytes of a sample's scratch{moved}.");
        }

        if (layer.Spec.Window is not null || layer.Map is not null)
        {
            LayerCost cost = LayerCost.Of(layer.Spec, shape);
            writer.Comment("///", $"A sample: {Format.Count(cost.Router)} FLOPs of scores and {Format.Count(cost.Experts)} of experts; backward {Format.Count(cost.WeightGradients)} for the weights and {Format.Count(cost.InputGradient)} for the patches; {Format.Count(Bytes(layer))} bytes of patches, weights and outputs.");
        }

        writer.Comment("///", Tiles(layer));
        writer.Lines("/// </remarks>");
    }

    /// <summary>The distinct memory of a sample's forward pass: windows overlap in the map.</summary>
    private static long Bytes(LayerPlan layer)
    {
        long patches = layer.Shape.Below is { } below ? (long)below.Height * below.Width * below.Channels : (long)layer.Patches * layer.Dimension;
        return 4 * (patches + ((long)layer.Shape.Outputs * layer.Dimension) + layer.OutputFloats);
    }

    /// <summary>The largest tile of each kernel, by class of vector unit, and why.</summary>
    private static string Tiles(LayerPlan layer)
    {
        return layer.Lanes < Lanes.Max
            ? $"Sums in registers: {Of(wide: false)}; rows of {layer.Dimension} values take the same vectors on every machine."
            : $"Sums in registers: with 512-bit vectors {Of(wide: true)}, which 32 registers hold; with 256-bit vectors {Of(wide: false)}, which 16 hold. More would spill, fewer than {RegisterTile.LeastSums} wait for each other.";

        string Of(bool wide)
        {
            int neurons = !layer.HasPanels ? layer.Kernel.RowTiles[0].Size
                : wide ? layer.Kernel.VectorTiles[0].Size
                : layer.Kernel.OddVectors > 0 ? layer.Kernel.OddRuns(layer.Kernel.PatchTiles.Narrow[0]).Max(run => run.Count)
                : ExpertKernel.NarrowVectors;
            string scores = layer.HasRouterPanels ? $"scores {LayerPlan.ScorePanelPatches.Of(wide)} × {(wide ? 1 : ExpertKernel.NarrowVectors)}, " : layer.HasRoutes ? $"scores {layer.ScoreTiles.Of(wide)[0].Size} × {layer.RouterTiles[0].Size}, " : string.Empty;
            return $"{scores}experts {layer.Kernel.PatchTiles.Of(wide)[0]} × {neurons}, weight gradients {layer.Gradient.Tiles[0].Size} × {layer.Gradient.VectorsFor(layer.Dimension).Of(wide)}";
        }
    }
}
