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
        string units = Index.Times("batch", layer.Instances * plan.Units);
        DotTiling tiling = plan.Convolution;
        List<GpuParameter> parameters = [GpuParameter.Number("units", units), LayerText.Input(layer)];
        parameters.AddRange(LayerText.Lengths(layer));
        parameters.Add(GpuParameter.Floats("parameters", "buffers.Parameters"));
        parameters.AddRange(LayerText.Routes(layer));
        parameters.AddRange(LayerText.Gates(layer));
        parameters.Add(GpuParameter.Number("keep", "keep"));
        parameters.Add(GpuParameter.Floats("activations", $"{scratch}Activations"));
        parameters.Add(GpuParameter.Floats("y", $"{scratch}Outputs"));
        string groups = Index.Blocks(units, tiling.Units);
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
            writer.Lines($"int first = {Index.Times(Index.Over("Grid.IdxX", tiling.RowBlocks), tiling.Units)};");
            if (tiling.RowBlocks > 1)
            {
                writer.Lines($"int firstRow = {Index.Times(Index.Modulo("Grid.IdxX", tiling.RowBlocks), tiling.RowTilesAtOnce * tiling.Rows)};");
            }


            writer.Lines($"ArrayView<{RowText.Type(plan.Rows)}> w = {RowText.Part(plan.Rows, "parameters", layer.ExpertsOffset, k * m * d)};");
            writer.Gap();
            bool rounds = tiling.PatchRounds > 1;
            SourceWriter.Scope? loop = rounds ? writer.Block($"for (int firstPatch = 0; firstPatch < {l}; firstPatch += {tiling.PatchTilesAtOnce * tiling.Patches})") : null;
            WriteSums(writer, plan);
            WriteActivations(writer, plan);
            WritePool(writer, plan, rounds);
            if (rounds)
            {
                writer.Gap();
                writer.Lines("Group.Barrier();");
            }

            loop?.Dispose();
        }
    }

    private static string InstanceOf(IlgpuLayerPlan plan, string unit) => Index.Over(unit, plan.Units);

    /// <summary>The unit of a slot, behind the group's first.</summary>
    private static string Unit(string slot, DotTiling tiling) => tiling.Units == 1 ? "0" : Index.Over(slot, tiling.PatchTilesAtOnce * tiling.RowTilesAtOnce);

    /// <summary>The first patch of a slot's tile.</summary>
    private static string Patch(string slot, DotTiling tiling)
    {
        string inUnit = tiling.Units == 1 ? slot : Index.Modulo(slot, tiling.PatchTilesAtOnce * tiling.RowTilesAtOnce);
        string tile = tiling.PatchTilesAtOnce == 1 ? "0" : Index.Over(inUnit, tiling.RowTilesAtOnce);
        return Index.Plus(tiling.PatchRounds > 1 ? "firstPatch" : "0", Index.Times(tile, tiling.Patches));
    }

    /// <summary>The first neuron of a slot's tile.</summary>
    private static string Row(string slot, DotTiling tiling) => Index.Plus(FirstRow(tiling), Index.Times(Index.Modulo(slot, tiling.RowTilesAtOnce), tiling.Rows));

    private static string FirstRow(DotTiling tiling) => tiling.RowBlocks > 1 ? "firstRow" : "0";

    private static string ExpertOf(IlgpuLayerPlan plan, string unit) => plan.Layer.Routing switch
    {
        Routing.Sample => $"routes[{unit}]",
        _ => Index.Modulo(unit, plan.Units),
    };

    private static void WriteSums(SourceWriter writer, IlgpuLayerPlan plan)
    {
        LayerPlan layer = plan.Layer;
        DotTiling tiling = plan.Convolution;
        (int m, int l) = (layer.Neurons, layer.Taken);
        writer.Lines($"int unit = Math.Min({Index.Plus("first", Unit("slot", tiling))}, units - 1);");
        writer.Lines($"int instance = {InstanceOf(plan, "unit")};");
        writer.Lines($"int s = {ExpertOf(plan, "unit")};");
        writer.Lines($"int p = {Patch("slot", tiling)};");
        writer.Lines($"int r = {Row("slot", tiling)};");
        writer.Lines($"ArrayView<{RowText.Type(plan.Rows)}> x = {RowText.Instance(plan.Rows, "input", "instance")};");
        bool exactPatches = l % (tiling.Patches * tiling.PatchTilesAtOnce) == 0;
        bool exactRows = m % (tiling.Rows * tiling.RowTilesAtOnce) == 0;
        for (int p = 0; p < tiling.Patches; p++)
        {
            string place = Index.Inside(Index.Plus("p", Index.Number(p)), l, exactPatches);
            writer.Lines(layer.Routing == Routing.ExpertChoice
                ? $"int j{p} = Math.Max(routes[{Index.Plus(Index.Times("(long)unit", l), place)}], 0);"
                : $"int j{p} = {place};");
            writer.Lines($"int x{p} = {RowText.Row(plan.Rows, $"j{p}")};");
        }

        for (int r = 0; r < tiling.Rows; r++)
        {
            writer.Lines($"int w{r} = {Index.Times(Index.Plus(Index.Times("s", m), Index.Inside(Index.Plus("r", Index.Number(r)), m, exactRows)), plan.Rows.Columns)};");
        }

        DotText.WriteSums(writer, tiling, plan.Rows);
        writer.Lines("Group.Barrier();").Gap();
    }

    /// <summary>ReLU in the place of each sum's first lane.</summary>
    private static void WriteActivations(SourceWriter writer, IlgpuLayerPlan plan)
    {
        LayerPlan layer = plan.Layer;
        DotTiling tiling = plan.Convolution;
        (int m, int l) = (layer.Neurons, layer.Taken);
        SourceWriter.Scope scope = DotText.OpenResults(writer, tiling);
        writer.Lines($"int of = {Index.Plus("first", Unit("owner", tiling))};");
        writer.Lines($"int place = {Index.Plus(Patch("owner", tiling), DotText.InPatch(tiling))};");
        writer.Lines($"int row = {Index.Plus(Row("owner", tiling), DotText.InRow(tiling))};");
        using (writer.Block($"if (of < units && place < {l} && row < {m})"))
        {
            if (layer.HasBias)
            {
                writer.Lines($"sum += parameters[{Index.Plus(Index.Number(layer.BiasOffset), Index.Times(ExpertOf(plan, "of"), m), "row")}];");
            }

            writer.Lines($"int valid = {RowText.Valid(layer, InstanceOf(plan, "of"))};");
            writer.Lines("float activation = place < valid && !(sum < 0f) ? sum : 0f;\nsums[from] = activation;");
            using (writer.Block("if (keep != 0)"))
            {
                writer.Lines($"activations[{Index.Plus(Index.Times(Index.Plus(Index.Times("(long)of", l), "place"), plan.DeltaStep), "row")}] = activation;");
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
            writer.Lines($"int of = {Index.Plus("first", tiling.Units == 1 ? "0" : Index.Over("i", rows))};\nint inRows = {(tiling.Units == 1 ? "i" : Index.Modulo("i", rows))};\nint r0 = {Index.Plus(FirstRow(tiling), "inRows")};");
            using (writer.Block($"if (of < units && r0 < {m})"))
            {
                if (plan.Units > 1)
                {
                    writer.Lines($"int to = {InstanceOf(plan, "of")};");
                }

                LayerText.WriteScale(writer, layer, plan.Units > 1 ? "to" : "of");
                string left = rounds ? "taken - firstPatch" : "taken";
                int tileRow = tiling.RowTilesAtOnce;
                string ofUnit = tiling.Units == 1 ? "0" : Index.Times(Index.Over("i", rows), tiling.PatchTilesAtOnce * tileRow);
                writer.Lines($"int slots = {Index.Plus(ofUnit, Index.Over("inRows", tiling.Rows))};\nint inTile = {Index.Modulo("inRows", tiling.Rows)};\nfloat total = 0f;");
                using (writer.Block($"for (int q = 0; q < Math.Min({left}, {Math.Min(patches, l)}); q++)"))
                {
                    bool tiles = tiling.PatchTilesAtOnce > 1;
                    string slot = tiles ? Index.Plus("slots", Index.Times(Index.Over("q", tiling.Patches), tileRow)) : "slots";
                    string sum = Index.Plus(Index.Times(tiles ? Index.Modulo("q", tiling.Patches) : "q", tiling.Rows), "inTile");
                    writer.Lines($"float value = sums[{Index.Times(Index.Plus(Index.Times(sum, tiling.Slots), slot), tiling.SumStep)}];");
                    writer.Lines(layer.HasGate ? $"total += gates[{Index.Plus(Index.Times("(long)of", l), rounds ? "firstPatch" : "0", "q")}] * value;" : "total += value;");
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
            writer.Lines($"int best = routes[of];\nlong outputs = {Index.Plus(Index.Times("(long)of", layer.Outputs), "r0")};\nfloat result = total * scale * probabilities[{Index.Plus(Index.Times("(long)of", layer.Experts), "best")}];");
            using (writer.Block($"for (int e = 0; e < {layer.Experts}; e++)"))
            {
                string before = rounds ? $"(firstPatch == 0 ? 0f : y[outputs + (e * {m})]) + " : string.Empty;
                writer.Lines($"y[outputs + (e * {m})] = {before}(e == best ? result : 0f);");
            }

            return;
        }

        writer.Lines($"long output = {Index.Plus(Index.Times("(long)of", m), "r0")};");
        writer.Lines(rounds ? "y[output] = (firstPatch == 0 ? 0f : y[output]) + (total * scale);" : "y[output] = total * scale;");
    }
}
