using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>The kernels of the head: logits, and the gradients of its own weights.</summary>
internal static class HeadKernels
{
    /// <summary>All of head and loss, in the order in which they run.</summary>
    public static IEnumerable<GpuKernel> All(IlgpuPlan plan) => [Logits(plan), LossKernel.Of(plan), .. Gradients(plan)];

    public static IEnumerable<GpuKernel> Gradients(IlgpuPlan plan) =>
        new[] { plan.HeadGradient is { } tiling ? WeightGradient(plan, tiling) : null, BiasGradientEmitter.OfHead(plan) }.OfType<GpuKernel>();

    public static void Write(SourceWriter writer, IlgpuPlan plan) => writer.Kernels("Head", "Head and loss on a GPU.", All(plan), () =>
    {
        if (plan.HeadGradient is not null)
        {
            GradientTiles.WriteLoad(writer, plan.HeadLayout);
        }
    });

    public static GpuKernel Logits(IlgpuPlan plan)
    {
        ProductTiling tiling = plan.Logits;
        HeadPlan head = plan.Model.Head;
        (int c, int m) = (head.Outputs, head.Inputs);
        return new GpuKernel(
            "Head",
            "Logits",
            tiling.Threads,
            Expression.CeilingOver(GroupText.Batch, tiling.Units),
            new KernelDoc(
                $"f_c = ⟨a_c, y⟩{(head.BiasOffset < 0 ? string.Empty : " + bias_c")}",
                $"b sample, c logit 0…{c - 1}, m = {m}",
                $"y [{m}] of a sample, a [{c}, {m}], logits [{c}] of a sample",
                $"{new ProductTiles(tiling, plan.HeadLayout).Describe()}; {Format.Plural(tiling.Units, "sample")} per group",
                2L * c * m,
                4L * (m + c)) { Per = "sample, the weights left out" },
            writer => WriteLogits(writer, plan),
            Argument.Batch.When(tiling.Units > 1),
            new LayerArguments(plan.Top).Outputs,
            Argument.Parameters,
            Argument.Logits);
    }

    private static void WriteLogits(SourceWriter writer, IlgpuPlan plan)
    {
        ProductTiling tiling = plan.Logits;
        HeadPlan head = plan.Model.Head;
        (int c, int m) = (head.Outputs, head.Inputs);
        bool one = tiling.Units == 1;
        var tiles = new ProductTiles(tiling, plan.HeadLayout);
        tiles.WriteStart(writer);
        Expression first = writer.Let("first", GroupText.Group * tiling.Units);
        Expression sample = writer.Let("sample", one ? first : Expression.Min(first + (tiles.Tile / tiling.RowTilesAtOnce), GroupText.Batch - 1));
        writer.LetView("x", plan.HeadLayout, plan.HeadLayout.Instance("y", sample));
        writer.LetView("w", plan.HeadLayout, plan.HeadLayout.Part("parameters", head.WeightOffset, c * m));
        VectorProducts.Write(writer, tiles, c, (tile, row, inside) =>
        {
            Expression of = writer.Let("sumSample", first + (one ? 0 : tile / tiling.RowTilesAtOnce));
            using (writer.If(inside, of.Below(GroupText.Batch, one)))
            {
                string bias = head.BiasOffset < 0 ? string.Empty : $" + parameters[{row + head.BiasOffset}]";
                writer.Lines($"logits[{(of.As("long") * c) + row}] = sum{bias};");
            }
        });
    }

    private static GpuKernel WeightGradient(IlgpuPlan plan, GradientTiling tiling)
    {
        HeadPlan head = plan.Model.Head;
        PatchLayout layout = plan.HeadLayout;
        (int c, int m) = (head.Outputs, head.Inputs);
        var tiles = new GradientTiles(
            tiling, layout, Experts: 1, Count: c, PerInstance: 1, Instances: 1, plan.PartialStep,
            Locate: (_, patch) => patch.Instance.As("long") * layout.Vectors,
            Delta: (patch, r) => $"logitsGradient[{(patch.Instance.As("long") * c) + r}]",
            Target: (_, r) => (r * layout.Vectors) + (head.WeightOffset / layout.Vector));
        var documentation = new KernelDoc(
            "∂L/∂a[c] = Σ_b ∂L/∂f[b, c] · y_b",
            $"b sample of a chunk, c logit 0…{c - 1}, m = {m}",
            $"y [{m}] of a sample, partials [chunks, parameters]",
            GradientTiles.Describe(tiling, layout),
            2L * c * m,
            4L * (m + c)) { Per = "sample" };
        return tiles.Kernel("Head", "WeightGradient", documentation, Argument.Floats("input", new LayerArguments(plan.Top).Outputs.Value), Argument.LogitsGradient);
    }
}
