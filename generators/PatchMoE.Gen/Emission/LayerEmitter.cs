using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the file of one layer: a static class whose public methods are the layer's passes over one instance.</summary>
internal static class LayerEmitter
{
    public static void Write(SourceWriter writer, ModelPlan plan, LayerPlan layer)
    {
        LayerDoc.Write(writer, layer);
        writer.Lines(HeaderEmitter.GeneratedCode);
        using (writer.Block($"internal static class Layer{layer.Index}<S, V> {VectorTypes.Constraint}"))
        {
            WritePlaces(writer, layer);
            if (layer.Access.Image is { } image)
            {
                GatherEmitter.WriteCorner(writer, image, layer.Index == 0 ? "image" : "map");
                if (layer.Access.Source == PatchSource.Chosen)
                {
                    GatherEmitter.Write(writer, layer, image);
                }
            }

            if (layer.PacksFirst)
            {
                PanelEmitter.WritePack(writer, layer);
            }

            LayerPassEmitter.Write(writer, layer);
            InputGradientEmitter.Write(writer, layer);
            WeightGradientEmitter.Write(writer, plan, layer);
            switch (layer.Routing)
            {
                case Routing.ExpertChoice:
                    ScoresEmitter.Write(writer, layer);
                    break;
                case Routing.Sample:
                    SampleRouterEmitter.Write(writer, layer);
                    break;
                case Routing.TokenChoice:
                    TokenRouterEmitter.Write(writer, layer);
                    break;
            }

            ExpertsEmitter.Write(writer, plan, layer);
            if (!layer.HasPatchGradientTiles || layer.Routing == Routing.Sample)
            {
                WeightedRows.Write(writer, layer.Dimension, layer.Access.Image);
            }
        }
    }

    private static void WritePlaces(SourceWriter writer, LayerPlan layer)
    {
        BlockPlan block = layer.Block;
        bool sample = layer.Routing == Routing.Sample;
        bool all = layer.HasDenseScores;
        TokenPlan? token = layer.Token;
        (int k, int n, int l) = (layer.Experts, layer.Patches, layer.Taken);
        string gates = token is null ? $"[{k}, {l}]" : $"[{token.Pairs}] of pairs, those taken first";
        string scores = sample ? $"[{k}]" : $"[{k}, {n}]";
        WriteConstants(
            writer,
            "In the parameter buffer, in floats.",
            ("RouterAt", layer.RouterOffset, $"[{k}, {layer.Dimension}]"),
            ("WeightsAt", layer.ExpertsOffset, $"[{k}, {layer.Neurons}, {layer.Dimension}]"),
            ("BiasesAt", layer.BiasOffset, $"[{k}, {layer.Neurons}]"));
        WriteConstants(
            writer,
            $"In a block, the scratch of one instance: {block.Floats} floats.",
            ("ScoresAt", block.Scores, scores),
            ("ProbabilitiesAt", block.Probabilities, scores),
            ("GatesAt", block.Gates, gates),
            ("GateGradientsAt", block.GateGradients, gates),
            ("ScoreGradientsAt", block.ScoreGradients, sample ? $"[{k}]" : all ? $"[{k}, {n}]" : $"{gates} of the patches taken"),
            ("PatchSumAt", block.PatchSum, $"[{layer.Dimension}]"),
            ("ActivationsAt", block.Activations, (token is not null ? $"[{layer.Shape.Pairs}, {layer.Kernel.ActivationStep}] of the pairs taken" : sample ? $"[{l}, {layer.Kernel.ActivationStep}]" : $"[{k}, {l}, {layer.Kernel.ActivationStep}]") + "; after the backward pass ∂L/∂h"),
            ("BestAt", block.Token.Best, $"[{token?.PerPatch}, {Lanes.Max}] scores of the best experts so far"),
            ("PrioritiesAt", block.Token.Priorities, $"[{n}] by which patches come to the experts"),
            ("LogSumsAt", block.Token.LogSums, $"[{n}]"),
            ("SumsAt", block.Token.Sums, $"{TokenPlan.TotalsOf(k)} doubles: what it adds to the totals of the auxiliary losses"));
        WriteConstants(
            writer,
            $"In the block's {block.Integers} integers: first the number of {(token is null ? "patches" : "pairs")} taken, then",
            ("ValidAt", BlockPlan.Valid, "the number of valid patches"),
            ("RoutesAt", layer.Routing == Routing.Dense ? -1 : BlockPlan.Routes, sample ? "the expert" : token is not null ? $"[{token.Pairs}] patches of the pairs, expert by expert; dropped ones last" : $"[{k}, {l}] patches, best first"),
            ("StartsAt", block.Token.Starts, $"[{k + 1}] where the pairs of each expert begin"),
            ("ChoicesAt", block.Token.Choices, $"[{token?.PerPatch}, {n}] experts of each patch, best first; ~expert where it was dropped"),
            ("PlacesAt", block.Token.Places, $"[{token?.PerPatch}, {n}] the pair of each choice"),
            ("CountedAt", block.Token.Counted, $"[{k}] what each expert took so far"),
            ("OrderAt", block.Token.Order, $"[{n}] patches in the order in which they come to the experts"));
    }

    private static void WriteConstants(SourceWriter writer, string title, params (string Name, int Value, string Doc)[] constants)
    {
        writer.Lines($"// {title}");
        foreach ((string name, int value, string doc) in constants.Where(constant => constant.Value >= 0))
        {
            writer.Lines($"private const int {name} = {value}; // {doc}");
        }

        writer.Gap();
    }
}
