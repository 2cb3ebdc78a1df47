using PatchMoE.Gen.Planning;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints the gradients of a layer's weights over chunks of samples.</summary>
internal static class WeightGradientsEmitter
{
    public static IEnumerable<GpuKernel> Describe(IlgpuLayerPlan plan)
    {
        string owner = $"Layer{plan.Layer.Index}";
        yield return Experts(plan).Describe(owner, "WeightGradient", LayerText.Input(plan.Layer), ExpertParameters(plan));
        if (plan.RouterGradient is not null)
        {
            yield return Router(plan).Describe(owner, "RouterGradient", RouterInput(plan), RouterParameters(plan));
        }
    }

    public static void Write(SourceWriter writer, IlgpuLayerPlan plan, long partialStep)
    {
        LayerPlan layer = plan.Layer;
        (int k, int m, int l, int d) = (layer.Experts, layer.Neurons, layer.Taken, layer.Dimension);
        OuterText experts = Experts(plan);
        GpuKernel[] kernels = [.. Describe(plan)];
        new KernelDoc(
            $"∂L/∂v[s, r] = Σ_instance Σ_p δ[s, p, r] · x_routes[s, p]{(plan.RouterRow ? "; as one more row ∂L/∂w_s = Σ ∂L/∂g[s, p] · x_routes[s, p]" : string.Empty)}",
            $"s expert 0…{k - 1}, r weight row 0…{plan.DeltaStep - 1}, p patch taken 0…{l - 1}, d = {d}; a chunk of perChunk samples has sums of its own",
            $"x [{layer.Patches}, {d}] of an instance, δ [{l}, {plan.DeltaStep}] of an expert and instance, partials [chunks, parameters]",
            experts.Describe(),
            2L * plan.Units * l * plan.DeltaStep * d,
            4L * plan.Units * l * (d + plan.DeltaStep)).WritePer(writer, "instance");
        using (kernels[0].Open(writer))
        {
            experts.WriteBody(writer, partialStep);
        }

        if (plan.RouterGradient is not null)
        {
            writer.Gap();
            OuterText router = Router(plan);
            new KernelDoc(
                layer.Routing == Routing.Sample ? "∂L/∂w_s = Σ_instance ∂L/∂h_s · Σ_j x_j" : "∂L/∂w_s = Σ_instance Σ_j ∂L/∂g[s, j] · x_j",
                $"s expert 0…{k - 1}, d = {d}",
                $"x [{router.PerInstance}, {d}] of an instance, partials [chunks, parameters]",
                router.Describe(),
                2L * router.PerInstance * k * d,
                4L * router.PerInstance * (d + k)).WritePer(writer, "instance");
            using (kernels[1].Open(writer))
            {
                router.WriteBody(writer, partialStep);
            }
        }
    }

    private static OuterText Experts(IlgpuLayerPlan plan)
    {
        LayerPlan layer = plan.Layer;
        (int k, int m, int l, int d) = (layer.Experts, layer.Neurons, layer.Taken, layer.Dimension);
        string instance = $"((long)instance * {plan.Rows.InstanceStep})";
        string s = k == 1 ? "0" : "s";
        string q = l == 1 ? "0" : "q";
        string place = layer.Routing switch
        {
            Routing.ExpertChoice => $"int j = routes[((((long)instance * {k}) + {s}) * {l}) + {q}];\nplace = j < 0 ? -1 : {Index.Plus(instance, RowText.Row(plan.Rows, "j"))};",
            Routing.Sample => $"int valid = {RowText.Valid(layer, "instance")};\nplace = {q} >= valid || routes[instance] != {s} ? -1 : {Index.Plus(instance, RowText.Row(plan.Rows, q))};",
            _ => $"int valid = {RowText.Valid(layer, "instance")};\nplace = {q} >= valid ? -1 : {Index.Plus(instance, RowText.Row(plan.Rows, q))};",
        };
        string unit = plan.Units == 1 ? "(long)instance" : $"(((long)instance * {plan.Units}) + {s})";
        string target = plan.RouterRow
            ? $"{{r}} < {m} ? {Index.Plus(Index.Number(layer.ExpertsOffset), Index.Times(Index.Plus(Index.Times(s, m), "{r}"), d))} : {Index.Plus(Index.Number(layer.RouterOffset), Index.Times(s, d))}"
            : $"{Index.Plus(Index.Number(layer.ExpertsOffset), Index.Times(Index.Plus(Index.Times(s, m), "{r}"), d))}";
        return new OuterText(
            plan.WeightGradient, plan.Rows, k, plan.DeltaStep, l, layer.Instances, place, $"activations[{Index.Plus(Index.Times(Index.Plus(Index.Times(unit, l), q), plan.DeltaStep), "r")}]", target);
    }

    private static IEnumerable<GpuParameter> ExpertParameters(IlgpuLayerPlan plan) =>
    [
        .. plan.Layer.Routing == Routing.ExpertChoice ? [] : LayerText.Lengths(plan.Layer),
        .. LayerText.Routes(plan.Layer),
        GpuParameter.Floats("activations", $"scratch.Layer{plan.Layer.Index}Activations"),
    ];

    private static OuterText Router(IlgpuLayerPlan plan)
    {
        LayerPlan layer = plan.Layer;
        (int k, int n, int d) = (layer.Experts, layer.Patches, layer.Dimension);
        string target = Index.Plus(Index.Number(layer.RouterOffset), Index.Times("{r}", d));
        if (layer.Routing == Routing.Sample)
        {
            DeviceRows sums = DeviceRows.Dense(1, d);
            return new OuterText(
                plan.RouterGradient!, sums, 1, k, 1, layer.Instances, $"place = (long)instance * {sums.Columns};", $"scoreGradients[((long)instance * {k}) + r]", target);
        }

        string q = n == 1 ? "0" : "q";
        string place = $"int valid = {RowText.Valid(layer, "instance")};\nplace = {q} >= valid ? -1 : {Index.Plus($"((long)instance * {plan.Rows.InstanceStep})", RowText.Row(plan.Rows, q))};";
        return new OuterText(
            plan.RouterGradient!, plan.Rows, 1, k, n, layer.Instances, place, $"scoreGradients[((((long)instance * {k}) + r) * {n}) + {q}]", target);
    }

    private static GpuParameter RouterInput(IlgpuLayerPlan plan) =>
        plan.Layer.Routing == Routing.Sample ? GpuParameter.Floats("input", $"scratch.Layer{plan.Layer.Index}PatchSums") : LayerText.Input(plan.Layer);

    private static IEnumerable<GpuParameter> RouterParameters(IlgpuLayerPlan plan) =>
    [
        .. plan.Layer.Routing == Routing.Sample ? [] : LayerText.Lengths(plan.Layer),
        GpuParameter.Floats("scoreGradients", $"scratch.Layer{plan.Layer.Index}ScoreGradients"),
    ];
}
