using PatchMoE.Gen.Planning;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints the backward pass of pooling, gate and ReLU: from ∂L/∂y to δ = ∂L/∂h of each pre-activation, in the place of the activations, and ∂L/∂g of the scores.</summary>
internal static class UnpoolEmitter
{
    private const int Threads = 128;

    public static GpuKernel Describe(IlgpuLayerPlan plan)
    {
        LayerPlan layer = plan.Layer;
        string scratch = $"scratch.Layer{layer.Index}";
        string units = Index.Times("batch", layer.Instances * plan.Units);
        List<GpuParameter> parameters = [GpuParameter.Number("units", units)];
        parameters.AddRange(LayerText.Lengths(layer));
        parameters.AddRange(LayerText.Routes(layer));
        if (layer.Spec.Gate == Gate.Sigmoid)
        {
            parameters.Add(GpuParameter.Floats("scores", $"{scratch}Scores"));
        }

        parameters.AddRange(LayerText.Gates(layer));
        if (layer.Spec.Gate == Gate.SoftmaxAll)
        {
            parameters.Add(GpuParameter.Floats("probabilities", $"{scratch}Probabilities"));
        }

        if (layer.TrainsRouter)
        {
            parameters.Add(GpuParameter.Floats("gateGradients", $"{scratch}GateGradients"));
        }

        if (plan.RouterGradient is not null)
        {
            parameters.Add(GpuParameter.Floats("scoreGradients", $"{scratch}ScoreGradients"));
        }

        parameters.Add(GpuParameter.Floats("yGradient", $"{scratch}OutputGradients"));
        parameters.Add(GpuParameter.Floats("activations", $"{scratch}Activations"));
        return new GpuKernel($"Layer{layer.Index}", "Unpool", Threads, Index.Blocks(units, UnitsOf(plan)), parameters);
    }

    public static void Write(SourceWriter writer, IlgpuLayerPlan plan)
    {
        LayerPlan layer = plan.Layer;
        (int k, int m, int l) = (layer.Experts, layer.Neurons, layer.Taken);
        int units = UnitsOf(plan);
        bool sample = layer.Routing == Routing.Sample;
        new KernelDoc(
            $"δ[p, r] = a[p, r] > 0 ? ∂L/∂y_r · G_p / Z : 0{(layer.TrainsRouter ? "; ∂L/∂G_p = Σ_r ∂L/∂y_r · a[p, r] / Z, and ∂L/∂g by the gate" : string.Empty)}",
            $"unit 0…B·{layer.Instances * plan.Units}−1, p patch taken 0…{l - 1}, r neuron 0…{m - 1}",
            $"activations a [{l}, {plan.DeltaStep}] of a unit, δ in their place{(plan.RouterRow ? $", ∂L/∂g in column {m}" : string.Empty)}",
            $"{Format.Plural(units, "unit")} per group, a thread per patch taken",
            4L * l * m,
            (8L * l * m) + (4L * m)).WritePer(writer, "unit");
        using (Describe(plan).Open(writer))
        {
            writer.Lines($"int thread = Group.IdxX;\nint first = {Index.Times("Grid.IdxX", units)};");
            using (writer.Block($"for (int i = thread; i < {units * l}; i += {Threads})"))
            {
                writer.Lines($"int unit = first + (i / {l});\nint p = i % {l};");
                using (writer.Block("if (unit < units)"))
                {
                    WriteInstance(writer, plan, sample);
                    LayerText.WriteScale(writer, layer, "instance");
                    writer.Lines($"long at = (((long)unit * {l}) + p) * {plan.DeltaStep};");
                    writer.Lines(sample ? $"int s = routes[instance];\nlong output = ((long)instance * {layer.Outputs}) + (s * {m});" : $"long output = (long)unit * {m};");
                    writer.Lines($"float gate = p < taken ? scale{(layer.HasGate ? $" * gates[((long)unit * {l}) + p]" : sample ? $" * probabilities[((long)instance * {k}) + s]" : string.Empty)} : 0f;");
                    if (layer.TrainsRouter)
                    {
                        writer.Lines("float sum = 0f;");
                    }

                    using (writer.Block($"for (int r = 0; r < {m}; r++)"))
                    {
                        writer.Lines("float gradient = yGradient[output + r];\nfloat activation = activations[at + r];");
                        if (layer.TrainsRouter)
                        {
                            writer.Lines("sum += gradient * activation;");
                        }

                        writer.Lines("activations[at + r] = activation > 0f ? gradient * gate : 0f;");
                    }

                    if (layer.TrainsRouter)
                    {
                        writer.Gap();
                        writer.Lines($"gateGradients[((long)unit * {l}) + p] = p < taken ? sum * scale : 0f;");
                    }
                }
            }

            if (layer.TrainsRouter)
            {
                writer.Gap();
                writer.Lines(DotText.Fence).Gap();
                WriteClose(writer, plan, units, sample);
            }
        }
    }

    private static int UnitsOf(IlgpuLayerPlan plan) => Math.Max(1, Threads / plan.Layer.Taken);

    private static void WriteInstance(SourceWriter writer, IlgpuLayerPlan plan, bool sample) =>
        writer.Lines(plan.Units == 1 ? "int instance = unit;" : $"int instance = unit / {plan.Units};");

    private static void WriteClose(SourceWriter writer, IlgpuLayerPlan plan, int units, bool sample)
    {
        LayerPlan layer = plan.Layer;
        (int k, int n, int l) = (layer.Experts, layer.Patches, layer.Taken);
        using (writer.Block($"for (int i = thread; i < {units}; i += {Threads})"))
        {
            writer.Lines("int unit = first + i;");
            using (writer.Block("if (unit < units)"))
            {
                if (!sample)
                {
                    writer.Lines($"int valid = {RowText.Valid(layer, plan.Units == 1 ? "unit" : $"unit / {plan.Units}")};\nint taken = Math.Min(valid, {l});\nlong chosen = (long)unit * {l};");
                    if (layer.Spec.Gate != Gate.SoftmaxSelected)
                    {
                        writer.Lines($"long rows = (long)unit * {n};");
                    }

                    writer.Lines(GateText.Close(plan));
                    return;
                }

                // All patches of the chosen expert have one gate, its probability.
                writer.Lines($$"""
                    long experts = (long)unit * {{k}};
                    int best = routes[unit];
                    float gradient = 0f;
                    for (int j = 0; j < {{n}}; j++)
                    {
                        gradient += gateGradients[((long)unit * {{n}}) + j];
                    }

                    // 1 − p of the best is the sum of the others, which keeps the digits where p is nearly 1.
                    float others = 0f;
                    for (int s = 0; s < {{k}}; s++)
                    {
                        others += s == best ? 0f : probabilities[experts + s];
                    }

                    for (int s = 0; s < {{k}}; s++)
                    {
                        scoreGradients[experts + s] = gradient * probabilities[experts + best] * (s == best ? others : -probabilities[experts + s]);
                    }
                    """);
            }
        }
    }
}
