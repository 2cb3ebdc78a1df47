using PatchMoE.Gen.Planning;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>
/// Prints the gradient of a layer's patches. A thread owns one vector column of all patches of an instance and goes through the experts in order, so that sums have
/// one order without any exchange between threads.
/// </summary>
internal static class InputGradientEmitter
{
    public static GpuKernel Describe(IlgpuLayerPlan plan)
    {
        LayerPlan layer = plan.Layer;
        string scratch = $"scratch.Layer{layer.Index}";
        List<GpuParameter> parameters = [];
        if (plan.RouterGradient is not null)
        {
            parameters.AddRange(LayerText.Lengths(layer));
        }

        parameters.AddRange(LayerText.Routes(layer));
        parameters.Add(GpuParameter.Floats("parameters", "buffers.Parameters"));
        parameters.Add(GpuParameter.Floats("activations", $"{scratch}Activations"));
        if (plan.RouterGradient is not null)
        {
            parameters.Add(GpuParameter.Floats("scoreGradients", $"{scratch}ScoreGradients"));
        }

        parameters.Add(GpuParameter.Floats("xGradient", Target(plan)));
        int blocks = DotTiling.DivideUp(plan.Rows.Columns, plan.InputThreads);
        return new GpuKernel($"Layer{layer.Index}", "InputGradient", plan.InputThreads, Index.Times("batch", layer.Instances * blocks), parameters);
    }

    /// <summary>Where the gradient is added up; it must be 0 before.</summary>
    public static string Target(IlgpuLayerPlan plan) =>
        plan.Layer.Index > 0 ? $"scratch.Layer{plan.Layer.Index - 1}OutputGradients"
        : plan.Folds ? "scratch.Layer0PatchGradients"
        : "buffers.InputGradient";

    public static void Write(SourceWriter writer, IlgpuLayerPlan plan)
    {
        LayerPlan layer = plan.Layer;
        (int k, int m, int l, int d) = (layer.Experts, layer.Neurons, layer.Taken, layer.Dimension);
        DeviceRows target = plan.Folds ? DeviceRows.Dense(layer.Patches, d) with { Vector = plan.Rows.Vector, Columns = plan.Rows.Columns, InstanceStep = layer.Patches * plan.Rows.Columns, DownStep = plan.Rows.Columns, Run = plan.Rows.Columns } : plan.Rows;
        string type = RowText.Type(plan.Rows);
        int blocks = DotTiling.DivideUp(plan.Rows.Columns, plan.InputThreads);
        new KernelDoc(
            $"∂L/∂x_j = Σ_s Σ_r δ[s, p, r] · v[s, r] where routes[s, p] = j{(layer.TrainsRouter ? "; + Σ_s ∂L/∂g[s, j] · w_s" : string.Empty)}",
            $"instance 0…B·{layer.Instances}−1, s expert 0…{k - 1}, r neuron 0…{m - 1}, p patch taken 0…{l - 1}, j patch 0…{layer.Patches - 1}, d = {d}",
            $"δ [{plan.Units}, {l}, {plan.DeltaStep}] of an instance, v [{k}, {m}, {d}], xGradient [{layer.Patches}, {d}] of an instance, 0 before",
            $"a thread per vector of {Format.Plural(plan.Rows.Vector, "value")} along d, {Format.Plural(plan.InputPatches, "patch").Replace("patchs", "patches")} at a time in registers",
            2L * plan.Units * l * plan.DeltaStep * d,
            8L * plan.Units * l * d).WritePer(writer, "instance, the weights left out");
        using (Describe(plan).Open(writer))
        {
            writer.Lines(blocks == 1 ? "int instance = Grid.IdxX;\nint v = Group.IdxX;" : $"int instance = Grid.IdxX / {blocks};\nint v = (Grid.IdxX % {blocks} * {plan.InputThreads}) + Group.IdxX;");
            using (writer.Block($"if (v < {plan.Rows.Columns})"))
            {
                writer.Lines($"int column = {RowText.Column(target, "v")};");
                writer.Lines($"ArrayView<{type}> w = {RowText.View(plan.Rows, "parameters")};");
                writer.Lines($"ArrayView<{type}> x = {RowText.Instance(target, "xGradient", "instance")};");
                if (layer.Routing == Routing.ExpertChoice)
                {
                    using (writer.Block($"for (int s = 0; s < {k}; s++)"))
                    {
                        WriteExpert(writer, plan, target, $"(((long)instance * {k}) + s) * {l}", "s");
                    }
                }
                else
                {
                    string expert = layer.Routing == Routing.Sample ? "s" : "0";
                    if (layer.Routing == Routing.Sample)
                    {
                        writer.Lines("int s = routes[instance];");
                    }

                    WriteExpert(writer, plan, target, $"(long)instance * {l}", expert);
                }

                if (plan.RouterGradient is not null)
                {
                    writer.Gap();
                    WriteRouter(writer, plan, target);
                }
            }
        }
    }

    private static void WriteExpert(SourceWriter writer, IlgpuLayerPlan plan, DeviceRows target, string chosen, string expert)
    {
        LayerPlan layer = plan.Layer;
        (int m, int l) = (layer.Neurons, layer.Taken);
        int tile = plan.InputPatches;
        string type = RowText.Type(plan.Rows);
        writer.Lines($"long chosen = {chosen};");
        writer.Lines($"int weights = {Index.Plus(Index.Number(layer.ExpertsOffset / plan.Rows.Vector), Index.Times(expert, m * plan.Rows.Columns), "v")};");
        SourceWriter.Scope? loop = tile < l ? writer.Block($"for (int p = 0; p < {l}; p += {tile})") : null;
        string p = tile < l ? "p" : "0";
        string At(int q) => tile == l ? $"{q}" : Index.Inside(Index.Plus("p", Index.Number(q)), l, l % tile == 0);
        writer.Lines($"{type} {string.Join(", ", Enumerable.Range(0, tile).Select(q => $"g{q} = default"))};");
        for (int q = 0; q < tile; q++)
        {
            writer.Lines($"long at{q} = {Index.Times(Index.Plus("chosen", At(q)), plan.DeltaStep)};");
        }

        using (writer.Block($"for (int r = 0; r < {m}; r++)"))
        {
            writer.Lines($"{type} weight = w[{Index.Plus("weights", Index.Times("r", plan.Rows.Columns))}];");
            WriteAdd(writer, plan, tile, "r");
        }

        if (plan.RouterRow)
        {
            writer.Gap();
            writer.Lines($"{type} router = w[{Index.Plus(Index.Number(layer.RouterOffset / plan.Rows.Vector), Index.Times(expert, plan.Rows.Columns), "v")}];");
            WriteAdd(writer, plan, tile, $"{m}", "router");
        }

        for (int q = 0; q < tile; q++)
        {
            writer.Gap();
            writer.Lines(layer.Routing == Routing.ExpertChoice ? $"int j{q} = routes[{Index.Plus("chosen", At(q))}];" : $"int j{q} = {At(q)};");
            string[] conditions =
            [
                .. layer.Routing == Routing.ExpertChoice ? [$"j{q} >= 0"] : Array.Empty<string>(),
                .. l % tile == 0 || q == 0 ? Array.Empty<string>() : [$"{p} + {q} < {l}"],
            ];
            string add = $"int to{q} = {Index.Plus(RowText.Row(target, $"j{q}"), "column")};\n{type} sum{q} = x[to{q}];\n{string.Join("\n", RowText.Parts(plan.Rows).Select(part => $"sum{q}{part} += g{q}{part};"))}\nx[to{q}] = sum{q};";
            if (conditions.Length == 0)
            {
                writer.Lines(add);
                continue;
            }

            using (writer.Block($"if ({string.Join(" && ", conditions)})"))
            {
                writer.Lines(add);
            }
        }

        loop?.Dispose();
    }

    private static void WriteAdd(SourceWriter writer, IlgpuLayerPlan plan, int tile, string row, string weight = "weight")
    {
        string suffix = weight == "weight" ? string.Empty : "Router";
        for (int q = 0; q < tile; q++)
        {
            string delta = $"d{q}{suffix}";
            writer.Lines($"float {delta} = activations[at{q} + {row}];");
            writer.Lines(string.Join(" ", RowText.Parts(plan.Rows).Select(part => $"g{q}{part} += {delta} * {weight}{part};")));
        }
    }

    /// <summary>What flows through scores of patches that were not taken, too: softmaxAll, and the sum of all patches.</summary>
    private static void WriteRouter(SourceWriter writer, IlgpuLayerPlan plan, DeviceRows target)
    {
        LayerPlan layer = plan.Layer;
        (int k, int n) = (layer.Experts, layer.Patches);
        string type = RowText.Type(plan.Rows);
        writer.Lines($"int valid = {RowText.Valid(layer, "instance")};");
        using (writer.Block("for (int j = 0; j < valid; j++)"))
        {
            writer.Lines($"int to = {Index.Plus(RowText.Row(target, "j"), "column")};\n{type} total = x[to];");
            using (writer.Block($"for (int e = 0; e < {k}; e++)"))
            {
                writer.Lines(layer.Routing == Routing.Sample
                    ? $"float gradient = scoreGradients[((long)instance * {k}) + e];"
                    : $"float gradient = scoreGradients[((((long)instance * {k}) + e) * {n}) + j];");
                writer.Lines($"{type} router = w[{Index.Plus(Index.Number(layer.RouterOffset / plan.Rows.Vector), Index.Times("e", plan.Rows.Columns), "v")}];");
                writer.Lines(string.Join("\n", RowText.Parts(plan.Rows).Select(part => $"total{part} += gradient * router{part};")));
            }

            writer.Gap();
            writer.Lines("x[to] = total;");
        }
    }
}
