using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the gradient by a layer's patches: only the patches taken receive any, and softmaxAll's scores reach all.</summary>
internal static class InputGradientEmitter
{
    public static void Write(SourceWriter writer, LayerPlan layer)
    {
        const string parameters = "ref float parameters, ref float block, ref int integers, ref float xGradient";
        writer.Gap();
        string scores = layer.TrainsRouter ? " + Σ_s ∂L/∂g_sj · w_s" : string.Empty;
        writer.Lines($"/// <summary>xGradient[j] += Σ_(s,r) ∂L/∂h_srj · v_sr{scores}; the rows lie as the patches do.</summary>");
        WidthDispatch.Write(writer, "InputGradient", parameters, "ref parameters, ref block, ref integers, ref xGradient", layer.Dimension);
        writer.Gap();
        using (WidthDispatch.Kernel(writer, $"private static void InputGradient<S, V>({parameters})"))
        {
            writer.Lines("int taken = integers;");
            switch (layer.Routing)
            {
                case Routing.ExpertChoice:
                    WriteExpertChoice(writer, layer);
                    break;
                case Routing.Sample:
                    WriteSample(writer, layer);
                    break;
                default:
                    WriteDense(writer, layer);
                    break;
            }
        }
    }

    private static void WriteExpertChoice(SourceWriter writer, LayerPlan layer)
    {
        (int l, int m, int d) = (layer.Taken, layer.Neurons, layer.Dimension);
        using (writer.Block($"for (int s = 0; s < {layer.Experts}; s++)"))
        {
            writer.Lines($"ref int routes = {Format.At("integers", "RoutesAt", ("s", l))};");
            writer.Lines($"ref float deltas = {LayerEmitter.Activations(layer, "s")};");
            using (writer.Block("for (int t = 0; t < taken; t++)"))
            {
                writer.Lines($"ref float row = ref Add(ref xGradient, {LayerEmitter.Patch(layer, "Add(ref routes, t)")});");
                writer.Lines($"AddWeightedRows<S, V>(ref row, {Format.At("parameters", "WeightsAt", ("s", m * d))}, {Format.At("deltas", "0", ("t", layer.Kernel.ActivationStep))}, 1, {m});");
                if (layer.HasGate && layer.Spec.Gate != Gate.SoftmaxAll)
                {
                    writer.Lines($"AddWeightedRows<S, V>(ref row, {Format.At("parameters", "RouterAt", ("s", d))}, {Format.At("block", "ScoreGradientsAt", ("s", l), ("t", 1))}, 1, 1);");
                }
            }
        }

        if (layer.Spec.Gate == Gate.SoftmaxAll)
        {
            writer.Gap();
            writer.Lines($"int valid = Add(ref integers, ValidAt);");
            using (writer.Block("for (int j = 0; j < valid; j++)"))
            {
                writer.Lines($"AddWeightedRows<S, V>(ref Add(ref xGradient, {LayerEmitter.Patch(layer, "j")}), {Format.At("parameters", "RouterAt")}, {Format.At("block", "ScoreGradientsAt", ("j", 1))}, {layer.Patches}, {layer.Experts});");
            }
        }
    }

    private static void WriteSample(SourceWriter writer, LayerPlan layer)
    {
        writer.Lines($"int expert = Add(ref integers, RoutesAt);");
        using (writer.Block("for (int t = 0; t < taken; t++)"))
        {
            writer.Lines($"ref float row = ref Add(ref xGradient, {LayerEmitter.Patch(layer, "t")});");
            writer.Lines($"AddWeightedRows<S, V>(ref row, {Format.At("parameters", "WeightsAt", ("expert", layer.Neurons * layer.Dimension))}, {Format.At("block", "ActivationsAt", ("t", layer.Kernel.ActivationStep))}, 1, {layer.Neurons});");
            writer.Lines($"AddWeightedRows<S, V>(ref row, {Format.At("parameters", "RouterAt")}, {Format.At("block", "ScoreGradientsAt")}, 1, {layer.Experts});");
        }
    }

    private static void WriteDense(SourceWriter writer, LayerPlan layer)
    {
        using (writer.Block("for (int t = 0; t < taken; t++)"))
        {
            writer.Lines($"AddWeightedRows<S, V>(ref Add(ref xGradient, {LayerEmitter.Patch(layer, "t")}), {Format.At("parameters", "WeightsAt")}, {Format.At("block", "ActivationsAt", ("t", layer.Kernel.ActivationStep))}, 1, {layer.Neurons});");
        }
    }
}
