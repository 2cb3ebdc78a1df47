using PatchMoE.Gen.Planning;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints the routing of a sample layer: the sum of the patches, its scores, the best expert and the experts' probabilities.</summary>
internal static class SampleRouteEmitter
{
    public static GpuKernel Describe(IlgpuLayerPlan plan)
    {
        LayerPlan layer = plan.Layer;
        string scratch = $"scratch.Layer{layer.Index}";
        List<GpuParameter> parameters = [LayerText.Input(layer)];
        parameters.AddRange(LayerText.Lengths(layer));
        parameters.Add(GpuParameter.Floats("parameters", "buffers.Parameters"));
        parameters.Add(GpuParameter.Floats("patchSums", $"{scratch}PatchSums"));
        parameters.Add(GpuParameter.Floats("probabilities", $"{scratch}Probabilities"));
        parameters.Add(GpuParameter.Integers("routes", $"{scratch}Routes"));
        return new GpuKernel($"Layer{layer.Index}", "Route", plan.Scores!.Threads, LayerText.Instances(layer), parameters);
    }

    public static void Write(SourceWriter writer, IlgpuLayerPlan plan)
    {
        LayerPlan layer = plan.Layer;
        DotTiling tiling = plan.Scores!;
        (int k, int n, int d) = (layer.Experts, layer.Patches, layer.Dimension);
        DeviceRows sums = DeviceRows.Dense(1, d);
        string type = RowText.Type(plan.Rows);
        new KernelDoc(
            "h_s = ⟨w_s, Σ_j x_j⟩; routes = the s of the largest h, the lower of equal ones; probabilities = softmax(h)",
            $"instance 0…B·{layer.Instances}−1, s expert 0…{k - 1}, j patch 0…{n - 1}, d = {d}",
            $"x [{n}, {d}] of an instance, w [{k}, {d}], patchSums [{d}], probabilities [{k}], routes [1]",
            $"one instance per group; {DotText.Describe(tiling, sums)}",
            ((long)n * d) + (2L * k * d),
            4L * ((n * d) + d + k)).WritePer(writer, "instance, the weights left out");
        using (Describe(plan).Open(writer))
        {
            DotText.WriteStart(writer, tiling);
            writer.Lines("int instance = Grid.IdxX;");
            writer.Lines($"int valid = {RowText.Valid(layer, "instance")};");
            writer.Gap();
            writer.Lines("// 1. The sum of the patches.");
            writer.Lines($"ArrayView<{type}> patches = {RowText.Instance(plan.Rows, "input", "instance")};");
            writer.Lines($"ArrayView<{type}> patchSum = {RowText.View(plan.Rows, $"patchSums.SubView((long)instance * {d}, {d})")};");
            using (writer.Block($"for (int v = thread; v < {plan.Rows.Columns}; v += {tiling.Threads})"))
            {
                writer.Lines($"int column = {RowText.Column(plan.Rows, "v")};");
                writer.Lines($"{type} total = default;");
                using (writer.Block("for (int j = 0; j < valid; j++)"))
                {
                    writer.Lines($"{type} value = patches[{Index.Plus(RowText.Row(plan.Rows, "j"), "column")}];");
                    foreach (string part in RowText.Parts(plan.Rows))
                    {
                        writer.Lines($"total{part} += value{part};");
                    }
                }

                writer.Gap();
                writer.Lines("patchSum[v] = total;");
            }

            writer.Lines(DotText.Fence).Gap();
            writer.Lines("// 2. Scores.");
            writer.Lines($"ArrayView<{RowText.Type(sums)}> x = {RowText.View(sums, $"patchSums.SubView((long)instance * {d}, {d})")};");
            writer.Lines($"ArrayView<{RowText.Type(sums)}> w = {RowText.Part(sums, "parameters", layer.RouterOffset, k * d)};");
            writer.Lines("const int x0 = 0;");
            FlatRows.Write(writer, tiling, sums, k, $"probabilities[((long)instance * {k}) + row] = sum;");
            writer.Lines(DotText.Fence).Gap();
            writer.Lines("// 3. The best expert, and the softmax of the scores in their place.");
            writer.Lines($$"""
                if (thread == 0)
                {
                    long scores = (long)instance * {{k}};
                    int best = 0;
                    for (int s = 1; s < {{k}}; s++)
                    {
                        best = probabilities[scores + s] > probabilities[scores + best] ? s : best;
                    }

                    float most = probabilities[scores + best];
                    float total = 0f;
                    for (int s = 0; s < {{k}}; s++)
                    {
                        float power = XMath.Exp(probabilities[scores + s] - most);
                        probabilities[scores + s] = power;
                        total += power;
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
}
