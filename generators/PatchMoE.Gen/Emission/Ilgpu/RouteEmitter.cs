using PatchMoE.Gen.Planning;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints the routing of an expertChoice layer: scores, the l best and their gates in one kernel that reads the input once.</summary>
internal static class RouteEmitter
{
    public static GpuKernel Describe(IlgpuLayerPlan plan)
    {
        LayerPlan layer = plan.Layer;
        string scratch = $"scratch.Layer{layer.Index}";
        List<GpuParameter> parameters = [GpuParameter.Number("instances", LayerText.Instances(layer)), LayerText.Input(layer)];
        parameters.AddRange(LayerText.Lengths(layer));
        parameters.Add(GpuParameter.Floats("parameters", "buffers.Parameters"));
        parameters.Add(GpuParameter.Floats("scores", $"{scratch}Scores"));
        parameters.Add(GpuParameter.Integers("routes", $"{scratch}Routes"));
        if (layer.HasGate)
        {
            parameters.Add(GpuParameter.Floats("gates", $"{scratch}Gates"));
        }

        if (layer.Spec.Gate == Gate.SoftmaxAll)
        {
            parameters.Add(GpuParameter.Floats("probabilities", $"{scratch}Probabilities"));
        }

        DotTiling tiling = plan.Scores!;
        return new GpuKernel($"Layer{layer.Index}", "Route", tiling.Threads, Index.Blocks(LayerText.Instances(layer), tiling.Units), parameters);
    }

    public static void Write(SourceWriter writer, IlgpuLayerPlan plan)
    {
        LayerPlan layer = plan.Layer;
        DotTiling tiling = plan.Scores!;
        (int k, int n, int l, int d) = (layer.Experts, layer.Patches, layer.Taken, layer.Dimension);
        DeviceSelection selection = plan.Selection!;
        string keys = selection.AtOnce > 0 ? $"; {Format.Plural(selection.AtOnce, "expert")} at once, {Format.Count(selection.SharedBytes)} bytes of shared memory for keys" : string.Empty;
        new KernelDoc(
            $"g[s, j] = ⟨w_s, x_j⟩; routes[s] = the {l} best j, best first, of equal scores the lower first{GateText.Formula(layer)}",
            $"instance 0…B·{layer.Instances}−1, s expert 0…{k - 1}, j patch 0…{n - 1}, p of the chosen 0…{l - 1}, d = {d}",
            $"x [{n}, {d}] of an instance, w [{k}, {d}], scores [{k}, {n}], routes [{k}, {l}], −1 for none",
            $"{DotText.Describe(tiling, plan.Rows)}; {Format.Plural(tiling.Units, "instance")} per group. Selection: {selection.Reason}{keys}",
            2L * n * k * d,
            4L * ((n * d) + (k * n) + (k * l))).WritePer(writer, "instance, the weights left out");
        using (Describe(plan).Open(writer))
        {
            DotText.WriteStart(writer, tiling);
            if (selection.AtOnce > 0)
            {
                string key = selection.Kernel == DeviceSelectionKernel.Sort ? "long" : "int";
                writer.Lines($"ArrayView<{key}> keys = SharedMemory.Allocate<{key}>({selection.AtOnce * selection.Padded});");
            }

            writer.Lines($"int first = {Index.Times("Grid.IdxX", tiling.Units)};");
            writer.Lines($"ArrayView<{RowText.Type(plan.Rows)}> w = {RowText.Part(plan.Rows, "parameters", layer.RouterOffset, k * d)};");
            writer.Gap();
            writer.Lines("// 1. Scores.");
            WriteScores(writer, plan, tiling);
            writer.Lines(DotText.Fence).Gap();
            writer.Lines("// 2. The best patches.");
            SelectText.Write(writer, plan);
            if (layer.HasGate)
            {
                writer.Lines(DotText.Fence).Gap();
                writer.Lines("// 3. Gates.");
                GateText.WriteOpen(writer, plan, tiling.Units * k, tiling.Threads);
            }
        }
    }

    private static string PatchTile(string tile, DotTiling tiling) =>
        Index.Over(tiling.Units == 1 ? tile : Index.Modulo(tile, tiling.TilesPerUnit), tiling.RowTiles);

    private static void WriteScores(SourceWriter writer, IlgpuLayerPlan plan, DotTiling tiling)
    {
        LayerPlan layer = plan.Layer;
        (int k, int n) = (layer.Experts, layer.Patches);
        int tiles = tiling.Units * tiling.TilesPerUnit;
        bool rounds = tiling.Rounds > 1;
        SourceWriter.Scope? loop = rounds ? writer.Block($"for (int start = 0; start < {tiles}; start += {tiling.Slots})") : null;
        string tile = rounds ? "start + slot" : "slot";
        writer.Lines($"int tile = {Index.Inside(tile, tiles, tiles % tiling.Slots == 0)};");
        writer.Lines($"int instance = Math.Min({Index.Plus("first", tiling.Units == 1 ? "0" : Index.Over("tile", tiling.TilesPerUnit))}, instances - 1);");
        writer.Lines($"int firstPatch = {Index.Times(PatchTile("tile", tiling), tiling.Patches)};");
        writer.Lines($"int firstExpert = {Index.Times(Index.Modulo("tile", tiling.RowTiles), tiling.Rows)};");
        writer.Lines($"ArrayView<{RowText.Type(plan.Rows)}> x = {RowText.Instance(plan.Rows, "input", "instance")};");
        for (int p = 0; p < tiling.Patches; p++)
        {
            string patch = Index.Inside(Index.Plus("firstPatch", Index.Number(p)), n, n % tiling.Patches == 0);
            writer.Lines($"int x{p} = {RowText.Row(plan.Rows, patch)};");
        }

        for (int r = 0; r < tiling.Rows; r++)
        {
            writer.Lines($"int w{r} = {Index.Times(Index.Inside(Index.Plus("firstExpert", Index.Number(r)), k, k % tiling.Rows == 0), plan.Rows.Columns)};");
        }

        DotText.WriteSums(writer, tiling, plan.Rows);
        writer.Lines("Group.Barrier();").Gap();
        using (DotText.OpenResults(writer, tiling))
        {
            writer.Lines($"int done = {(rounds ? "start + owner" : "owner")};");
            writer.Lines($"int to = {Index.Plus("first", tiling.Units == 1 ? "0" : Index.Over("done", tiling.TilesPerUnit))};");
            writer.Lines($"int patch = {Index.Plus(Index.Times(PatchTile("done", tiling), tiling.Patches), DotText.InPatch(tiling))};");
            writer.Lines($"int expert = {Index.Plus(Index.Times(Index.Modulo("done", tiling.RowTiles), tiling.Rows), DotText.InRow(tiling))};");
            using (writer.Block($"if (done < {tiles} && to < instances && patch < {n} && expert < {k})"))
            {
                writer.Lines($"scores[((((long)to * {k}) + expert) * {n}) + patch] = sum;");
            }
        }

        if (rounds)
        {
            writer.Gap();
            writer.Lines("Group.Barrier();");
            loop?.Dispose();
        }

        writer.Gap();
    }
}
