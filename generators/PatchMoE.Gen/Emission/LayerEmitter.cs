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

            if (layer.HasPanels)
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
        bool all = layer.Spec.Gate == Gate.SoftmaxAll;
        (int k, int n, int l) = (layer.Experts, layer.Patches, layer.Taken);
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
            ("GatesAt", block.Gates, $"[{k}, {l}]"),
            ("GateGradientsAt", block.GateGradients, $"[{k}, {l}]"),
            ("ScoreGradientsAt", block.ScoreGradients, sample ? $"[{k}]" : all ? $"[{k}, {n}]" : $"[{k}, {l}] of the patches taken"),
            ("PatchSumAt", block.PatchSum, $"[{layer.Dimension}]"),
            ("ActivationsAt", block.Activations, (sample ? $"[{l}, {layer.Kernel.ActivationStep}]" : $"[{k}, {l}, {layer.Kernel.ActivationStep}]") + "; after the backward pass ∂L/∂h"));
        WriteConstants(
            writer,
            $"In the block's {block.Integers} integers: first the number of patches taken, then",
            ("ValidAt", BlockPlan.Valid, "the number of valid patches"),
            ("RoutesAt", layer.Routing == Routing.Dense ? -1 : BlockPlan.Routes, sample ? "the expert" : $"[{k}, {l}] patches, best first"));
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
