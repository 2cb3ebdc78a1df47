using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints the gradients of a layer's weights over chunks of samples.</summary>
internal static class WeightGradientEmitter
{
    /// <summary>The experts' gradient and, where it comes from the same patches, the router's as one more row.</summary>
    public static GpuKernel Experts(IlgpuLayerPlan plan, long partialStride)
    {
        LayerPlan layer = plan.Layer;
        var arguments = new LayerArguments(plan);
        (int k, int m, int l, int d) = (layer.Experts, layer.Neurons, layer.Taken, layer.Dimension);
        int vector = plan.Layout.Vector;
        var tiles = new GradientTiles(
            plan.WeightGradient, plan.Layout, k, plan.DeltaStride, l, layer.Instances, partialStride,
            Locate: (writer, patch) => LocateTaken(writer, plan, patch),
            Delta: (patch, r) => $"activations[{(((((patch.Instance.As("long") * plan.Units) + (plan.Units == 1 ? 0 : patch.Expert)) * l) + patch.Place) * plan.DeltaStride) + r}]",
            Target: (s, r) =>
            {
                Expression expert = (((s * m) + r) * plan.Layout.Vectors) + (layer.ExpertsOffset / vector);
                Expression router = (s * plan.Layout.Vectors) + (layer.RouterOffset / vector);
                return !plan.RouterRow ? expert : r.Value is { } row ? (row < m ? expert : router) : Expression.Raw($"{r} < {m} ? {expert} : {router}");
            })
        {
            Taken = layer.Token is null ? null : (instance, s) => $"counts[{(instance.As("long") * k) + s}]",
        };
        var documentation = new KernelDoc(
            $"∂L/∂v[s, r] = Σ_instance Σ_p δ[s, p, r] · x_routes[s, p]{(plan.RouterRow ? "; as one more row ∂L/∂w_s = Σ ∂L/∂g[s, p] · x_routes[s, p]" : string.Empty)}",
            $"s expert 0…{k - 1}, r weight row 0…{plan.DeltaStride - 1}, p patch taken 0…{l - 1}, d = {d}; a chunk of perChunk samples has sums of its own",
            $"x [{layer.Patches}, {d}] of an instance, δ [{l}, {plan.DeltaStride}] of an expert and instance, partials [chunks, parameters]",
            GradientTiles.Describe(plan.WeightGradient, plan.Layout),
            2L * plan.Units * l * plan.DeltaStride * d,
            4L * plan.Units * l * (d + plan.DeltaStride)) { Per = "instance" };
        return tiles.Kernel(
            $"Layer{layer.Index}",
            "WeightGradient",
            documentation,
            arguments.Input,
            arguments.Lengths.When(plan.IsRagged && !layer.HasRoutes),
            arguments.Routes,
            arguments.Counts.When(layer.Token is not null && l > GradientTiling.Window),
            arguments.Activations);
    }

    /// <summary>The router's gradient where it has a kernel of its own; else null.</summary>
    public static GpuKernel? Router(IlgpuLayerPlan plan, long partialStride)
    {
        if (plan.RouterGradient is not { } tiling)
        {
            return null;
        }

        LayerPlan layer = plan.Layer;
        var arguments = new LayerArguments(plan);
        bool sample = layer.Routing == Routing.Sample;
        (int k, int d, int patches) = (layer.Experts, layer.Dimension, sample ? 1 : layer.Patches);
        var tiles = new GradientTiles(
            tiling, plan.Routed, 1, k, patches, layer.Instances, partialStride,
            Locate: (writer, patch) => sample ? patch.Instance.As("long") * plan.Routed.Vectors : LocateValid(writer, plan, patch),
            Delta: (patch, r) => $"scoreGradients[{(((patch.Instance.As("long") * k) + r) * patches) + patch.Place}]",
            Target: (_, r) => (r * plan.Routed.Vectors) + (layer.RouterOffset / plan.Routed.Vector));
        var documentation = new KernelDoc(
            sample ? "∂L/∂w_s = Σ_instance ∂L/∂h_s · Σ_j x_j" : "∂L/∂w_s = Σ_instance Σ_j ∂L/∂g[s, j] · x_j",
            $"s expert 0…{k - 1}, d = {d}",
            $"x [{patches}, {d}] of an instance, partials [chunks, parameters]",
            GradientTiles.Describe(tiling, plan.Routed),
            2L * patches * k * d,
            4L * patches * (d + k)) { Per = "instance" };
        return tiles.Kernel(
            $"Layer{layer.Index}",
            "RouterGradient",
            documentation,
            sample ? Argument.Floats("input", arguments.PatchSums.Value) : arguments.Input,
            arguments.Lengths.When(plan.IsRagged && !sample),
            arguments.ScoreGradients);
    }

    private static Expression LocateTaken(SourceWriter writer, IlgpuLayerPlan plan, TakenPatch patch)
    {
        LayerPlan layer = plan.Layer;
        if (!layer.HasRoutes)
        {
            return LocateValid(writer, plan, patch, layer.Routing == Routing.Sample ? $"routes[{patch.Instance}] != {patch.Expert}" : null);
        }

        (int k, int l) = (layer.Experts, layer.Taken);
        Expression j = writer.Let("j", $"routes[{(((patch.Instance.As("long") * k) + patch.Expert) * l) + patch.Place}]");
        return Expression.Raw($"{j} < 0 ? -1 : {At(plan.Layout, patch.Instance, j)}");
    }

    /// <summary>A patch that is not valid is none, as is one of another expert's.</summary>
    private static Expression LocateValid(SourceWriter writer, IlgpuLayerPlan plan, TakenPatch patch, string? otherExpert = null)
    {
        Expression valid = LayerText.Valid(writer, plan, patch.Instance);
        string? invalid = valid.Value >= plan.Layer.Patches ? null : $"{patch.Place} >= {valid}";
        string[] none = [.. new[] { invalid, otherExpert }.OfType<string>()];
        Expression at = At(plan.Layout, patch.Instance, patch.Place);
        return none.Length == 0 ? at : Expression.Raw($"{string.Join(" || ", none)} ? -1 : {at}");
    }

    private static Expression At(PatchLayout layout, Expression instance, Expression patch) => (instance.As("long") * layout.InstanceStride) + layout.Patch(patch);
}
