using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints the backward pass of pooling, gate and ReLU: from ∂L/∂y or, of a map, ∂L/∂z to δ = ∂L/∂h of each pre-activation, in the place of the activations, and ∂L/∂g of the scores.</summary>
internal static class PoolBackwardEmitter
{
    private static readonly Expression s_unit = Expression.Name("unit");

    public static GpuKernel Of(IlgpuLayerPlan plan)
    {
        LayerPlan layer = plan.Layer;
        var arguments = new LayerArguments(plan);
        (int m, int l) = (layer.Neurons, layer.Taken);
        bool token = layer.Token is not null;
        (string output, string divisor) = layer.Map is null ? ("∂L/∂y_r", " / Z") : ("∂L/∂z[routes[p], r]", string.Empty);
        return new GpuKernel(
            $"Layer{layer.Index}",
            "PoolBackward",
            IlgpuLayerPlan.PoolThreads,
            Expression.CeilingOver(arguments.Units, plan.PoolUnits),
            new KernelDoc(
                $"δ[p, r] = a[p, r] > 0 ? {output} · G_p{divisor} : 0{(HasGate(layer) ? $"; ∂L/∂G_p = Σ_r {output} · a[p, r]{divisor}{(token ? string.Empty : ", and ∂L/∂g by the gate")}" : string.Empty)}",
                $"unit 0…B·{layer.Instances * plan.Units}−1, p patch taken 0…{l - 1}, r neuron 0…{m - 1}",
                $"activations a [{l}, {plan.DeltaStride}] of a unit, δ in their place{(plan.RouterRow && !token ? $", ∂L/∂g in column {m}" : string.Empty)}",
                $"{Format.Plural(plan.PoolUnits, "unit")} per group, a thread per patch taken",
                4L * l * m,
                (8L * l * m) + (4L * m)) { Per = "unit" },
            writer => WriteBody(writer, plan),
            Argument.Number("units", arguments.Units).When(plan.PoolUnits > 1),
            arguments.LengthsOfUnits,
            arguments.Routes.When(
                layer.Routing == Routing.Sample || (layer.HasRoutes && layer.Map is not null) || (token ? layer.HasGate : layer.Spec.Gate is Gate.SoftmaxAll or Gate.Sigmoid)),
            arguments.Counts,
            arguments.Scores.When(!token && layer.Spec.Gate == Gate.Sigmoid),
            arguments.Gates,
            arguments.Probabilities.When(!token && arguments.Probabilities.Parameter.IsUsed),
            arguments.GateGradients,
            arguments.ScoreGradients.When(!token && plan.RouterGradient is not null),
            arguments.OutputGradients,
            arguments.Activations);
    }

    private static void WriteBody(SourceWriter writer, IlgpuLayerPlan plan)
    {
        LayerPlan layer = plan.Layer;
        int l = layer.Taken;
        writer.Lines("int thread = Group.IdxX;");
        Expression first = writer.Let("first", GroupText.Group * plan.PoolUnits);
        writer.Gap();
        bool scores = layer.TrainsRouter && layer.Token is null;
        writer.Lines(scores ? "// 1. δ, and the gates' gradients." : HasGate(layer) ? "// δ, and the gates' gradients." : "// δ.");
        writer.Share(plan.PoolUnits * l, IlgpuLayerPlan.PoolThreads, i =>
        {
            writer.Lines($"int unit = {first + (plan.PoolUnits == 1 ? 0 : i / l)};");
            Expression p = writer.Let("p", plan.PoolUnits == 1 ? i : i % l);
            using (writer.If(s_unit.Below("units", plan.PoolUnits == 1)))
            {
                WritePatch(writer, plan, p);
            }
        });
        if (!scores)
        {
            return;
        }

        writer.Gap();
        writer.Fence().Gap();
        writer.Lines(layer.Routing == Routing.Sample ? "// 2. The scores' gradients by the best expert's probability." : "// 2. The scores' gradients by the gates'.");
        writer.Share(plan.PoolUnits, IlgpuLayerPlan.PoolThreads, i =>
        {
            writer.Lines($"int unit = {first + (plan.PoolUnits == 1 ? 0 : i)};");
            using (writer.If(s_unit.Below("units", plan.PoolUnits == 1)))
            {
                if (layer.Routing == Routing.Sample)
                {
                    WriteSampleGate(writer, layer);
                    return;
                }

                Expression valid = LayerText.Valid(writer, plan, s_unit / plan.Units);
                Expression taken = LayerText.Taken(writer, plan, valid);
                writer.Lines($"long chosen = {s_unit.As("long") * l};");
                if (layer.Spec.Gate != Gate.SoftmaxSelected)
                {
                    writer.Lines($"long rows = {s_unit.As("long") * layer.Patches};");
                }

                GateText.WriteBackward(writer, plan, taken, valid);
            }
        });
    }

    private static void WritePatch(SourceWriter writer, IlgpuLayerPlan plan, Expression p)
    {
        LayerPlan layer = plan.Layer;
        (int k, int m, int l) = (layer.Experts, layer.Neurons, layer.Taken);
        bool sample = layer.Routing == Routing.Sample;
        bool hasGate = HasGate(layer);
        bool ofInstance = sample || layer.Map is not null || (plan.IsRagged && layer.Token is null);
        Expression instance = ofInstance ? writer.Let("instance", s_unit / plan.Units) : s_unit / plan.Units;
        Expression taken = LayerText.TakenBy(writer, plan, s_unit, instance);
        string? scale = layer.Map is null ? LayerText.Scale(writer, layer, taken) : null;
        Expression place = (s_unit.As("long") * l) + p;
        writer.Lines($"long at = {place * plan.DeltaStride};");
        Expression output = s_unit.As("long") * m;
        Expression j = p;
        if (layer.HasRoutes && (layer.Map is not null || (layer.Token is not null && hasGate)))
        {
            j = writer.Let("j", taken.Value is null ? $"Math.Max(routes[{place}], 0)" : $"routes[{place}]");
        }

        Expression gateAt = LayerText.GateAt(layer, s_unit, p, j);
        string? gate = layer.HasGate ? $"gates[{gateAt}]" : null;
        if (sample)
        {
            writer.Lines($"int s = routes[{instance}];");
            output = (instance.As("long") * layer.Outputs) + (Expression.Name("s") * m);
            gate = $"probabilities[{(instance.As("long") * k) + "s"}]";
        }

        if (layer.Map is { } map)
        {
            Expression expert = sample ? Expression.Name("s") : s_unit % plan.Units;
            output = MapText.Vector(map, instance, j) + (expert * m);
        }

        writer.Lines($"long output = {output};");
        string factor = string.Join(" * ", new[] { scale, gate }.OfType<string>());
        writer.Lines($"float gate = {p.WhereBelow(taken, l, factor.Length == 0 ? "1f" : factor, "0f")};");
        if (hasGate)
        {
            writer.Lines("float sum = 0f;");
        }

        writer.Loop("r", m, r =>
        {
            // Behind an expert's list, token choice has computed nothing.
            string activation = $"activations[{"at" + r}]";
            writer.Lines($"float gradient = yGradient[{"output" + r}];\nfloat activation = {(layer.Token is null ? activation : p.WhereBelow(taken, l, activation, "0f"))};");
            if (hasGate)
            {
                writer.Lines("sum += gradient * activation;");
            }

            writer.Lines($"activations[{"at" + r}] = activation > 0f ? gradient * gate : 0f;");
        });
        if (hasGate)
        {
            string gradient = scale is null ? "sum" : $"sum * {scale}";
            using (writer.If(layer.Token is null ? null : $"{p} < {taken}"))
            {
                writer.Lines($"gateGradients[{gateAt}] = {(layer.Token is null ? p.WhereBelow(taken, l, gradient, "0f") : gradient)};");
            }
        }
    }

    /// <summary>Whether what is taken has a gate with a gradient: for sample the probability of the best expert.</summary>
    private static bool HasGate(LayerPlan layer) => layer.HasGate || layer.Routing == Routing.Sample;

    /// <summary>Prints ∂L/∂h of the scores: all patches of the chosen expert have one gate, its probability.</summary>
    private static void WriteSampleGate(SourceWriter writer, LayerPlan layer)
    {
        writer.Lines($"long experts = {s_unit.As("long") * layer.Experts};\nint best = routes[unit];\nfloat gradient = 0f;");
        writer.Loop("j", layer.Patches, j => writer.Lines($"gradient += gateGradients[{(s_unit.As("long") * layer.Patches) + j}];"));
        writer.Lines($$"""
            // 1 − p of the best is the sum of the others, which keeps the digits where p is nearly 1.
            float others = 0f;
            for (int s = 0; s < {{layer.Experts}}; s++)
            {
                others += s == best ? 0f : probabilities[experts + s];
            }

            for (int s = 0; s < {{layer.Experts}}; s++)
            {
                scoreGradients[experts + s] = gradient * probabilities[experts + best] * (s == best ? others : -probabilities[experts + s]);
            }
            """);
    }
}
