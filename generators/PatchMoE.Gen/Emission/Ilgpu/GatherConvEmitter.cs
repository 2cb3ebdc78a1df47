using PatchMoE.Gen.Planning;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints gather, inner products, ReLU, gate and pooling of a layer as one kernel; no patch is copied.</summary>
internal static class GatherConvEmitter
{
    public static GpuKernel Describe(IlgpuLayerPlan plan)
    {
        LayerPlan layer = plan.Layer;
        string scratch = $"scratch.Layer{layer.Index}";
        string units = RowText.Times("batch", layer.Instances * plan.Units);
        DotTiling tiling = plan.Convolution;
        List<GpuParameter> parameters = [GpuParameter.Number("units", units), LayerText.Input(layer)];
        parameters.AddRange(LayerText.Lengths(layer));
        parameters.Add(GpuParameter.Floats("parameters", "buffers.Parameters"));
        parameters.AddRange(LayerText.Routes(layer));
        parameters.AddRange(LayerText.Gates(layer));
        parameters.Add(GpuParameter.Number("keep", "keep"));
        parameters.Add(GpuParameter.Floats("activations", $"{scratch}Activations"));
        parameters.Add(GpuParameter.Floats("y", $"{scratch}Outputs"));
        string groups = RowText.Blocks(units, tiling.Units);
        return new GpuKernel($"Layer{layer.Index}", "GatherConv", tiling.Threads, tiling.RowBlocks == 1 ? groups : $"({groups}) * {tiling.RowBlocks}", parameters);
    }

    public static void Write(SourceWriter writer, IlgpuLayerPlan plan)
    {
        LayerPlan layer = plan.Layer;
        DotTiling tiling = plan.Convolution;
        (int k, int m, int l, int d) = (layer.Experts, layer.Neurons, layer.Taken, layer.Dimension);
        string unit = plan.Units > 1 ? "unit an expert of an instance" : "unit an instance";
        new KernelDoc(
            $"y[r] = (1/Z) Σ_p {(layer.HasGate || layer.Routing == Routing.Sample ? "G_p · " : string.Empty)}ReLU(⟨v_r, x_routes[p]⟩{(layer.HasBias ? " + b_r" : string.Empty)})",
            $"{unit}, 0…B·{layer.Instances * plan.Units}−1; r neuron 0…{m - 1}, p patch taken 0…{l - 1}, d = {d}",
            $"x [{layer.Patches}, {d}] of an instance, v [{k}, {m}, {d}], y [{m}] of a unit, activations [{l}, {plan.DeltaStep}] of a unit, kept for the backward pass if keep ≠ 0",
            $"{DotText.Describe(tiling, plan.Rows)}; {Format.Plural(tiling.Units, "unit")}, {Format.Plural(tiling.RowTilesAtOnce, "row tile")} and {Format.Plural(tiling.PatchTilesAtOnce, "patch tile")} per group at once",
            2L * l * m * d,
            4L * ((l * d) + m)).WritePer(writer, "unit, the weights left out");
        using (Describe(plan).Open(writer))
        {
            DotText.WriteStart(writer, tiling);
            string group = tiling.RowBlocks == 1 ? "Grid.IdxX" : $"Grid.IdxX / {tiling.RowBlocks}";
            writer.Lines($"int first = {(tiling.Units == 1 ? group : $"{group} * {tiling.Units}")};");
            string firstRow = tiling.RowBlocks == 1 ? "0" : $"Grid.IdxX % {tiling.RowBlocks} * {tiling.RowTilesAtOnce * tiling.Rows}";
            writer.Lines($"int firstRow = {firstRow};");
            writer.Lines($"ArrayView<{RowText.Type(plan.Rows)}> w = {RowText.View(plan.Rows, $"parameters.SubView({layer.ExpertsOffset}, {k * m * d})")};");
            writer.Gap();
            bool rounds = tiling.PatchRounds > 1;
            SourceWriter.Scope? loop = rounds ? writer.Block($"for (int firstPatch = 0; firstPatch < {l}; firstPatch += {tiling.PatchTilesAtOnce * tiling.Patches})") : null;
            WriteSums(writer, plan, rounds);
            WriteActivations(writer, plan, rounds);
            WritePool(writer, plan, rounds);
            if (rounds)
            {
                writer.Gap();
                writer.Lines("Group.Barrier();");
            }

            loop?.Dispose();
        }
    }

    private static string InstanceOf(IlgpuLayerPlan plan, string unit) => plan.Units == 1 ? unit : $"{unit} / {plan.Units}";

    private static string ExpertOf(IlgpuLayerPlan plan, string unit) => plan.Layer.Routing switch
    {
        Routing.Sample => $"routes[{unit}]",
        _ => plan.Units == 1 ? "0" : $"{unit} % {plan.Units}",
    };

    private static void WriteSums(SourceWriter writer, IlgpuLayerPlan plan, bool rounds)
    {
        LayerPlan layer = plan.Layer;
        DotTiling tiling = plan.Convolution;
        (int m, int l) = (layer.Neurons, layer.Taken);
        int perUnit = tiling.PatchTilesAtOnce * tiling.RowTilesAtOnce;
        writer.Lines($"int unit = Math.Min(first + (slot / {perUnit}), units - 1);");
        writer.Lines($"int instance = {InstanceOf(plan, "unit")};");
        writer.Lines($"int s = {ExpertOf(plan, "unit")};");
        writer.Lines($"int p = {(rounds ? "firstPatch + (" : string.Empty)}slot % {perUnit} / {tiling.RowTilesAtOnce} * {tiling.Patches}{(rounds ? ")" : string.Empty)};");
        writer.Lines($"int r = firstRow + (slot % {tiling.RowTilesAtOnce} * {tiling.Rows});");
        writer.Lines($"ArrayView<{RowText.Type(plan.Rows)}> x = {RowText.Instance(plan.Rows, "input", "instance")};");
        bool exactPatches = l % (tiling.Patches * tiling.PatchTilesAtOnce) == 0;
        bool exactRows = m % (tiling.Rows * tiling.RowTilesAtOnce) == 0;
        for (int p = 0; p < tiling.Patches; p++)
        {
            string place = RowText.Inside(RowText.Plus("p", p), l, exactPatches);
            writer.Lines(layer.Routing == Routing.ExpertChoice
                ? $"int j{p} = Math.Max(routes[((long)unit * {l}) + {place}], 0);"
                : $"int j{p} = {place};");
            writer.Lines($"int x{p} = {RowText.Row(plan.Rows, $"j{p}")};");
        }

        for (int r = 0; r < tiling.Rows; r++)
        {
            writer.Lines($"int w{r} = {RowText.Times($"((s * {m}) + {RowText.Inside(RowText.Plus("r", r), m, exactRows)})", plan.Rows.Columns)};");
        }

        DotText.WriteSums(writer, tiling, plan.Rows);
        writer.Lines("Group.Barrier();").Gap();
    }

    /// <summary>ReLU in the place of each sum's first lane.</summary>
    private static void WriteActivations(SourceWriter writer, IlgpuLayerPlan plan, bool rounds)
    {
        LayerPlan layer = plan.Layer;
        DotTiling tiling = plan.Convolution;
        (int m, int l) = (layer.Neurons, layer.Taken);
        int perUnit = tiling.PatchTilesAtOnce * tiling.RowTilesAtOnce;
        SourceWriter.Scope scope = DotText.OpenResults(writer, tiling);
        writer.Lines($"int of = first + (owner / {perUnit});");
        writer.Lines($"int place = {(rounds ? "firstPatch + " : string.Empty)}(owner % {perUnit} / {tiling.RowTilesAtOnce} * {tiling.Patches}){DotText.InPatch(tiling)};");
        writer.Lines($"int row = firstRow + (owner % {tiling.RowTilesAtOnce} * {tiling.Rows}){DotText.InRow(tiling)};");
        using (writer.Block($"if (of < units && place < {l} && row < {m})"))
        {
            if (layer.HasBias)
            {
                string expert = ExpertOf(plan, "of");
                writer.Lines($"sum += parameters[{layer.BiasOffset} + {(expert == "0" ? string.Empty : $"({(expert.Contains(' ') ? $"({expert})" : expert)} * {m}) + ")}row];");
            }

            writer.Lines($"int valid = {RowText.Valid(layer, InstanceOf(plan, "of"))};");
            writer.Lines("float activation = place < valid && !(sum < 0f) ? sum : 0f;\nsums[from] = activation;");
            using (writer.Block("if (keep != 0)"))
            {
                writer.Lines($"activations[((((long)of * {l}) + place) * {plan.DeltaStep}) + row] = activation;");
            }
        }

        scope.Dispose();
        writer.Gap();
        writer.Lines("Group.Barrier();").Gap();
    }

    /// <summary>The weighted sum over the group's patches, one thread per neuron.</summary>
    private static void WritePool(SourceWriter writer, IlgpuLayerPlan plan, bool rounds)
    {
        LayerPlan layer = plan.Layer;
        DotTiling tiling = plan.Convolution;
        (int m, int l) = (layer.Neurons, layer.Taken);
        int rows = tiling.RowTilesAtOnce * tiling.Rows;
        int patches = tiling.PatchTilesAtOnce * tiling.Patches;
        using (writer.Block($"for (int i = thread; i < {tiling.Units * rows}; i += {tiling.Threads})"))
        {
            writer.Lines($"int of = first + (i / {rows});\nint inRows = i % {rows};");
            using (writer.Block($"if (of < units && firstRow + inRows < {m})"))
            {
                if (plan.Units > 1)
                {
                    writer.Lines($"int to = {InstanceOf(plan, "of")};");
                }

                LayerText.WriteScale(writer, layer, plan.Units > 1 ? "to" : "of");
                string left = rounds ? "taken - firstPatch" : "taken";
                int tileRow = tiling.RowTilesAtOnce;
                writer.Lines($"""
                    int slots = (i / {rows} * {tiling.PatchTilesAtOnce * tileRow}) + (inRows / {tiling.Rows});
                    int inTile = inRows % {tiling.Rows};
                    float total = 0f;
                    """);
                using (writer.Block($"for (int q = 0; q < Math.Min({left}, {Math.Min(patches, l)}); q++)"))
                {
                    string slot = tiling.PatchTilesAtOnce == 1 ? "slots" : $"slots + (q / {tiling.Patches} * {tileRow})";
                    string inPatch = tiling.PatchTilesAtOnce == 1 ? "q" : $"(q % {tiling.Patches})";
                    writer.Lines($"float value = sums[((((({inPatch} * {tiling.Rows}) + inTile) * {tiling.Slots}) + {slot}) * {tiling.SumStep})];");
                    writer.Lines(layer.HasGate ? $"total += gates[((long)of * {l}) + {(rounds ? "firstPatch + " : string.Empty)}q] * value;" : "total += value;");
                }

                writer.Gap();
                WriteOutput(writer, plan, rounds);
            }
        }
    }

    private static void WriteOutput(SourceWriter writer, IlgpuLayerPlan plan, bool rounds)
    {
        LayerPlan layer = plan.Layer;
        int m = layer.Neurons;
        if (layer.Routing == Routing.Sample)
        {
            writer.Lines($"int s0 = routes[of];\nlong outputs = ((long)of * {layer.Outputs}) + firstRow + inRows;\nfloat result = total * scale * probabilities[((long)of * {layer.Experts}) + s0];");
            using (writer.Block($"for (int e = 0; e < {layer.Experts}; e++)"))
            {
                string before = rounds ? $"(firstPatch == 0 ? 0f : y[outputs + (e * {m})]) + " : string.Empty;
                writer.Lines($"y[outputs + (e * {m})] = {before}(e == s0 ? result : 0f);");
            }

            return;
        }

        writer.Lines($"long output = ((long)of * {m}) + firstRow + inRows;");
        writer.Lines(rounds ? "y[output] = (firstPatch == 0 ? 0f : y[output]) + (total * scale);" : "y[output] = total * scale;");
    }
}
