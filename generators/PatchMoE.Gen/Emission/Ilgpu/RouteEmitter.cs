using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints the routing of an expertChoice layer: scores, the l best and their gates in one kernel that reads the input once.</summary>
internal static class RouteEmitter
{
    public static GpuKernel Of(IlgpuLayerPlan plan)
    {
        LayerPlan layer = plan.Layer;
        var arguments = new LayerArguments(plan);
        (int k, int n, int l, int d) = (layer.Experts, layer.Patches, layer.Taken, layer.Dimension);
        ProductTiling tiling = plan.Scores!;
        DeviceSelection selection = plan.Selection!;
        string keys = selection.AtOnce > 0 ? $"; {Format.Plural(selection.AtOnce, "expert")} at once, {Format.Count(selection.SharedBytes)} bytes of shared memory for keys" : string.Empty;
        return new GpuKernel(
            $"Layer{layer.Index}",
            "Route",
            tiling.Threads,
            Expression.CeilingOver(arguments.Instances, tiling.Units),
            new KernelDoc(
                $"g[s, j] = ⟨w_s, x_j⟩; routes[s] = the {l} best j, best first, of equal scores the lower first{GateText.Formula(layer)}",
                $"instance 0…B·{layer.Instances}−1, s expert 0…{k - 1}, j patch 0…{n - 1}, p of the chosen 0…{l - 1}, d = {d}",
                $"x [{n}, {d}] of an instance, w [{k}, {d}], scores [{k}, {n}], routes [{k}, {l}], −1 for none",
                $"{new ProductTiles(tiling, plan.Layout).Describe()}; {Format.Plural(tiling.Units, "instance")} per group. Selection: {selection.Reason}{keys}",
                2L * n * k * d,
                4L * ((n * d) + (k * n) + (k * l))) { Per = "instance, the weights left out" },
            writer => WriteBody(writer, plan),
            Argument.Number("instances", arguments.Instances).When(tiling.Units > 1),
            arguments.Input,
            arguments.Lengths,
            Argument.Parameters,
            arguments.Scores,
            arguments.Routes,
            arguments.Gates,
            arguments.Probabilities);
    }

    private static void WriteBody(SourceWriter writer, IlgpuLayerPlan plan)
    {
        LayerPlan layer = plan.Layer;
        ProductTiling tiling = plan.Scores!;
        var tiles = new ProductTiles(tiling, plan.Layout);
        tiles.WriteStart(writer);
        SelectText.WriteStart(writer, plan.Selection!);
        Expression first = writer.Let("first", GroupText.Group * tiling.Units);
        Expression end = writer.Let("end", (tiling.Units == 1 ? first + 1 : Expression.Min(first + tiling.Units, Expression.Name("instances"))) * layer.Experts);
        writer.LetView("w", plan.Layout, plan.Layout.Part("parameters", layer.RouterOffset, layer.Experts * layer.Dimension));
        writer.Gap();
        writer.Lines("// 1. Scores.");
        WriteScores(writer, plan, tiles, first);
        writer.Fence().Gap();
        writer.Lines("// 2. The best patches.");
        SelectText.Write(writer, plan, first, end);
        if (layer.HasGate)
        {
            writer.Fence().Gap();
            writer.Lines("// 3. Gates.");
            GateText.WriteForward(writer, plan, first, end);
        }
    }

    /// <summary>Prints the inner products of the group's patches with all routers.</summary>
    public static void WriteScores(SourceWriter writer, IlgpuLayerPlan plan, ProductTiles tiles, Expression first)
    {
        LayerPlan layer = plan.Layer;
        ProductTiling tiling = tiles.Tiling;
        (int k, int n) = (layer.Experts, layer.Patches);
        int count = tiling.Units * tiling.TilesPerUnit;
        (bool exact, bool exactPatches, bool exactExperts) = (count % tiling.TilesAtOnce == 0, n % tiling.Patches == 0, k % tiling.Rows == 0);
        writer.Rounds("start", count, tiling.TilesAtOnce, start =>
        {
            Expression current = writer.Let("current", (start + tiles.Tile).Inside(count, exact));
            Expression instance = writer.Let("instance", tiling.Units == 1 ? first : Expression.Min(first + (current / tiling.TilesPerUnit), Expression.Name("instances") - 1));
            Expression firstPatch = writer.Let("firstPatch", PatchTile(current, tiling) * tiling.Patches);
            Expression firstExpert = writer.Let("firstExpert", current % tiling.RowTiles * tiling.Rows);
            writer.LetView("x", plan.Layout, plan.Layout.Instance("input", instance));
            Expression[] patches = [.. Enumerable.Range(0, tiling.Patches).Select(p => writer.Let($"x{p}", Patch(firstPatch + p, p)))];
            tiles.WriteSums(writer, patches, tiles.LetRows(writer, r => (firstExpert + r).Inside(k, exactExperts)));
            tiles.WriteResults(writer, sum =>
            {
                Expression done = writer.Let("done", start + sum.Tile);
                Expression of = writer.Let("sumInstance", first + (tiling.Units == 1 ? 0 : done / tiling.TilesPerUnit));
                Expression patch = writer.Let("patch", (PatchTile(done, tiling) * tiling.Patches) + sum.Patch);
                Expression expert = writer.Let("expert", (done % tiling.RowTiles * tiling.Rows) + sum.Row);
                using (writer.If(done.Below(count, exact), of.Below(Expression.Name("instances"), tiling.Units == 1), patch.Below(n, exactPatches), expert.Below(k, exactExperts)))
                {
                    writer.Lines($"scores[{(((of.As("long") * k) + expert) * n) + patch}] = sum;");
                }
            });
        });
        writer.Gap();

        Expression Patch(Expression patch, int p)
        {
            Expression inside = patch.Inside(n, exactPatches);
            return plan.Layout.Patch(plan.Layout.GridWidth == 1 ? inside : writer.Let($"j{p}", inside));
        }
    }

    private static Expression PatchTile(Expression tile, ProductTiling tiling) =>
        tiling.PatchTiles == 1 ? 0 : (tiling.Units == 1 ? tile : tile % tiling.TilesPerUnit) / tiling.RowTiles;
}
