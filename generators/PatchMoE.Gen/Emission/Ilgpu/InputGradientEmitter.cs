using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>
/// Prints the gradient of a layer's patches. A thread owns one vector column of all patches of an instance and goes through the experts in order, so that sums
/// have one order without any exchange between threads; where one expert sees all patches, threads share these.
/// </summary>
internal sealed class InputGradientEmitter(SourceWriter writer, IlgpuLayerPlan plan, Expression v, Expression block)
{
    private static readonly Expression s_instance = Expression.Name("instance");

    private readonly LayerPlan _layer = plan.Layer;
    private readonly PatchLayout _target = plan.InputGradient.Target;
    private readonly string _type = plan.Layout.Type();
    private readonly Expression _column = writer.Let("column", plan.InputGradient.Target.Column(v));

    public static GpuKernel Of(IlgpuLayerPlan plan)
    {
        LayerPlan layer = plan.Layer;
        InputGradientTiling tiling = plan.InputGradient;
        var arguments = new LayerArguments(plan);
        (int k, int m, int l, int d) = (layer.Experts, layer.Neurons, layer.Taken, layer.Dimension);
        return new GpuKernel(
            $"Layer{layer.Index}",
            "InputGradient",
            tiling.Columns.Threads,
            GroupText.Batch * (layer.Instances * tiling.Columns.Groups),
            new KernelDoc(
                $"∂L/∂x_j = Σ_s Σ_r δ[s, p, r] · v[s, r] where routes[s, p] = j{(layer.TrainsRouter ? "; + Σ_s ∂L/∂g[s, j] · w_s" : string.Empty)}",
                $"instance 0…B·{layer.Instances}−1, s expert 0…{k - 1}, r neuron 0…{m - 1}, p patch taken 0…{l - 1}, j patch 0…{layer.Patches - 1}, d = {d}",
                $"δ [{plan.Units}, {l}, {plan.DeltaStride}] of an instance, v [{k}, {m}, {d}], xGradient [{layer.Patches}, {d}] of an instance, 0 before",
                $"a thread per vector of {Format.Plural(plan.Layout.Vector, "value")} along d{(tiling.Blocks == 1 ? ", " : " and ")}{(tiling.Patches == 1 ? "a patch" : $"{tiling.Patches} patches")}{(tiling.Blocks == 1 ? " at a time" : string.Empty)} in registers",
                2L * plan.Units * l * plan.DeltaStride * d,
                8L * plan.Units * l * d) { Per = "instance, the weights left out" },
            writer => WriteThreads(writer, plan),
            arguments.Lengths.When(plan.IsRagged && plan.RouterGradient is not null),
            arguments.Routes,
            arguments.Counts.When(layer.Token is not null && tiling.Patches < l),
            Argument.Parameters,
            arguments.Activations,
            arguments.ScoreGradients,
            arguments.InputGradients);
    }

    private static void WriteThreads(SourceWriter writer, IlgpuLayerPlan plan)
    {
        InputGradientTiling tiling = plan.InputGradient;
        if (tiling.Blocks == 1)
        {
            writer.Elements(tiling.Columns, "v", "instance", (v, _) => new InputGradientEmitter(writer, plan, v, 0).WriteBody());
            return;
        }

        writer.Elements(tiling.Columns, "i", "instance", (i, _) =>
            new InputGradientEmitter(writer, plan, writer.Let("v", i % plan.Layout.Vectors), writer.Let("block", i / plan.Layout.Vectors)).WriteBody());
    }

    private void WriteBody()
    {
        (int k, int l) = (_layer.Experts, _layer.Taken);
        writer.LetView("w", plan.Layout, plan.Layout.View("parameters"));
        writer.LetView("x", _target, _target.Instance("xGradient", s_instance));
        switch (_layer.Routing)
        {
            case Routing.ExpertChoice or Routing.TokenChoice:
                writer.Loop("s", k, s => WriteExpert(((s_instance.As("long") * k) + s) * l, s));
                break;
            case Routing.Sample:
                writer.Lines("int s = routes[instance];");
                WriteExpert(s_instance.As("long") * l, Expression.Name("s"));
                break;
            default:
                WriteExpert(s_instance.As("long") * l, 0);
                break;
        }

        if (plan.RouterGradient is not null)
        {
            WriteRouter();
        }
    }

    private void WriteExpert(Expression chosen, Expression expert)
    {
        (int m, int l, int tile) = (_layer.Neurons, _layer.Taken, plan.InputGradient.Patches);
        writer.Lines($"long chosen = {chosen};");
        Expression weights = writer.Let("weights", (expert * (m * plan.Layout.Vectors)) + (_layer.ExpertsOffset / plan.Layout.Vector) + v);
        Expression count = _layer.Token is null ? l : $"counts[{(s_instance.As("long") * _layer.Experts) + expert}]";
        bool shared = plan.InputGradient.Blocks > 1;
        SourceWriter.Scope? loop = tile < l && !shared ? writer.Block($"for (int p = 0; p < {count}; p += {tile})") : null;
        Expression first = shared ? writer.Let("p", block * tile) : tile < l ? Expression.Name("p") : 0;
        bool exact = l % tile == 0;
        Expression[] places = [.. Enumerable.Range(0, tile).Select(q => (first + q).Inside(l, exact))];
        writer.Lines($"{_type} {string.Join(", ", places.Select((_, q) => $"g{q} = default"))};");
        for (int q = 0; q < tile; q++)
        {
            writer.Lines($"long at{q} = {("chosen" + places[q]) * plan.DeltaStride};");
        }

        writer.Loop("r", m, r =>
        {
            writer.Lines($"{_type} weight = w[{weights + (r * plan.Layout.Vectors)}];");
            WriteProducts(r, "d", "weight");
        });
        if (plan.RouterRow)
        {
            writer.Lines($"{_type} router = w[{RouterRow(expert)}];");
            WriteProducts(m, "routerDelta", "router");
        }

        for (int q = 0; q < tile; q++)
        {
            WriteSum(q, places[q], (first + q).Below(l, exact || q == 0));
        }

        loop?.Dispose();
    }

    private Expression RouterRow(Expression expert) => (expert * plan.Layout.Vectors) + (_layer.RouterOffset / plan.Layout.Vector) + v;

    /// <summary>Prints the part of a weight row in the gradients of the tile's patches.</summary>
    private void WriteProducts(Expression row, string name, string weight)
    {
        for (int q = 0; q < plan.InputGradient.Patches; q++)
        {
            writer.Lines($"float {name}{q} = activations[{$"at{q}" + row}];");
            writer.Lines(string.Join(" ", plan.Layout.Components().Select(part => $"g{q}{part} += {name}{q} * {weight}{part};")));
        }
    }

    /// <summary>Prints how the gradient of a patch of the tile is added to what the experts before gave it.</summary>
    private void WriteSum(int q, Expression place, string? inside)
    {
        bool byRoute = _layer.HasRoutes;
        writer.Gap();
        Expression j = writer.Let($"j{q}", byRoute ? $"routes[{"chosen" + place}]" : place);
        using (writer.If(byRoute ? $"{j} >= 0" : null, inside))
        {
            Expression to = writer.Let($"to{q}", _target.Patch(j) + _column);
            writer.Lines($"{_type} sum{q} = x[{to}];");
            writer.Lines(string.Join("\n", plan.Layout.Components().Select(part => $"sum{q}{part} += g{q}{part};")));
            writer.Lines($"x[{to}] = sum{q};");
        }
    }

    /// <summary>Prints what flows back through scores of patches that were not taken, too: softmaxAll, and the sum of all patches.</summary>
    private void WriteRouter()
    {
        (int k, int n) = (_layer.Experts, _layer.Patches);
        Expression valid = LayerText.Valid(writer, plan, s_instance);
        writer.Loop("j", valid, j =>
        {
            Expression to = writer.Let("to", _target.Patch(j) + _column);
            writer.Lines($"{_type} total = x[{to}];");
            writer.Loop("e", k, e =>
            {
                Expression score = (s_instance.As("long") * k) + e;
                writer.Lines($"float gradient = scoreGradients[{(_layer.Routing == Routing.Sample ? score : (score * n) + j)}];");
                writer.Lines($"{_type} router = w[{RouterRow(e)}];");
                writer.Lines(string.Join("\n", plan.Layout.Components().Select(part => $"total{part} += gradient * router{part};")));
            });
            writer.Lines($"x[{to}] = total;");
        });
    }
}
