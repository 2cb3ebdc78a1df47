using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints the routing of a sample layer: the sum of the patches, its scores, the best expert and the experts' probabilities.</summary>
internal static class SampleRouteEmitter
{
    public static GpuKernel Of(IlgpuLayerPlan plan)
    {
        LayerPlan layer = plan.Layer;
        var arguments = new LayerArguments(plan);
        (int k, int n, int d) = (layer.Experts, layer.Patches, layer.Dimension);
        return new GpuKernel(
            $"Layer{layer.Index}",
            "Route",
            plan.Scores!.Threads,
            arguments.Instances,
            new KernelDoc(
                "h_s = ⟨w_s, Σ_j x_j⟩; routes = the s of the largest h, the lower of equal ones; probabilities = softmax(h)",
                $"instance 0…B·{layer.Instances}−1, s expert 0…{k - 1}, j patch 0…{n - 1}, d = {d}",
                $"x [{n}, {d}] of an instance, w [{k}, {d}], patchSums [{d}], probabilities [{k}], routes [1]",
                $"one instance per group; {new ProductTiles(plan.Scores, plan.Routed).Describe()}",
                ((long)n * d) + (2L * k * d),
                4L * ((n * d) + d + k)) { Per = "instance, the weights left out" },
            writer => WriteBody(writer, plan),
            arguments.Input,
            arguments.Lengths,
            Argument.Parameters,
            arguments.PatchSums,
            arguments.Probabilities,
            arguments.Routes);
    }

    private static void WriteBody(SourceWriter writer, IlgpuLayerPlan plan)
    {
        LayerPlan layer = plan.Layer;
        (int k, int d) = (layer.Experts, layer.Dimension);
        var tiles = new ProductTiles(plan.Scores!, plan.Routed);
        string type = plan.Layout.Type();
        Expression instance = Expression.Name("instance");
        Expression sums = $"patchSums.SubView({instance.As("long") * d}, {d})";
        tiles.WriteStart(writer);
        writer.Lines("int instance = Grid.IdxX;");
        Expression valid = LayerText.Valid(writer, plan, instance);
        writer.Gap();
        writer.Lines("// 1. The sum of the patches.");
        writer.LetView("patches", plan.Layout, plan.Layout.Instance("input", instance));
        writer.LetView("patchSum", plan.Layout, plan.Layout.View(sums));
        writer.Share(plan.Layout.Vectors, plan.Scores!.Threads, v =>
        {
            Expression column = writer.Let("patchColumn", plan.Layout.Column(v));
            writer.Lines($"{type} total = default;");
            writer.Loop("j", valid, j =>
            {
                writer.Lines($"{type} value = patches[{plan.Layout.Patch(j) + column}];");
                writer.Lines(string.Join("\n", plan.Layout.Components().Select(part => $"total{part} += value{part};")));
            });
            writer.Lines($"patchSum[{v}] = total;");
        });
        writer.Fence().Gap();
        writer.Lines("// 2. Scores.");
        writer.LetView("x", plan.Routed, plan.Routed.View(sums));
        writer.LetView("w", plan.Routed, plan.Routed.Part("parameters", layer.RouterOffset, k * d));
        VectorProducts.Write(writer, tiles, k, (tile, row, inside) =>
        {
            // The group has one vector, in its first tiles.
            using (writer.If(inside, tile.Below(tiles.Tiling.RowTilesAtOnce, tiles.Tiling.Units == 1)))
            {
                writer.Lines($"probabilities[{(instance.As("long") * k) + row}] = sum;");
            }
        });
        writer.Gap();
        writer.Fence().Gap();
        writer.Lines("// 3. The best expert, and the softmax of the scores in their place.");
        writer.Lines($$"""
            if (thread == 0)
            {
                long scores = {{instance.As("long") * k}};
                int best = 0;
                for (int s = 1; s < {{k}}; s++)
                {
                    best = probabilities[scores + s] > probabilities[scores + best] ? s : best;
                }

                float max = probabilities[scores + best];
                float total = 0f;
                for (int s = 0; s < {{k}}; s++)
                {
                    float exponential = XMath.Exp(probabilities[scores + s] - max);
                    probabilities[scores + s] = exponential;
                    total += exponential;
                }

                for (int s = 0; s < {{k}}; s++)
                {
                    probabilities[scores + s] /= total;
                }

                routes[instance] = best;
            }
            """);
    }
}
