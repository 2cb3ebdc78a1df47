using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints gates and their gradients; a thread has an expert of an instance. To add a gate: a case in each method.</summary>
internal static class GateText
{
    private static readonly Expression s_chosen = Expression.Name("chosen");
    private static readonly Expression s_rows = Expression.Name("rows");

    /// <summary>The gate's formula, behind a semicolon.</summary>
    public static string Formula(LayerPlan layer) => layer.Spec.Gate switch
    {
        Gate.SoftmaxSelected => "; G = softmax of g over the chosen",
        Gate.SoftmaxAll => "; G = softmax of g over all valid patches",
        Gate.Sigmoid => "; G = 1 / (1 + exp(−g))",
        _ => string.Empty,
    };

    /// <summary>Prints the gates of the group's experts from <c>scores</c> and <c>routes</c>, 0 where no patch is taken.</summary>
    /// <param name="writer">Where to print.</param>
    /// <param name="plan">The layer.</param>
    /// <param name="first">The group's first instance.</param>
    /// <param name="end">The unit behind the group's last.</param>
    public static void WriteForward(SourceWriter writer, IlgpuLayerPlan plan, Expression first, Expression end)
    {
        LayerPlan layer = plan.Layer;
        (int k, int n, int l) = (layer.Experts, layer.Patches, layer.Taken);
        int instances = plan.Scores!.Units;
        writer.Share(instances * k, plan.Scores.Threads, i =>
        {
            Expression unit = writer.Let("unit", (first * k) + i);
            using (writer.If(unit.Below(end, instances == 1)))
            {
                Expression valid = LayerText.Valid(writer, plan, unit / k);
                Expression taken = LayerText.Taken(writer, plan, valid);
                writer.Lines($"long chosen = {unit.As("long") * l};\nlong rows = {unit.As("long") * n};");
                switch (layer.Spec.Gate)
                {
                    case Gate.SoftmaxSelected:
                        WriteSoftmax(writer, "p", taken, taken, p => $"routes[{s_chosen + p}]", p => $"gates[{s_chosen + p}]");
                        break;
                    case Gate.SoftmaxAll:
                        WriteSoftmax(writer, "j", valid, taken, j => j, j => $"probabilities[{s_rows + j}]");
                        writer.Loop("p", taken, p => writer.Lines($"gates[{s_chosen + p}] = probabilities[{s_rows + $"routes[{s_chosen + p}]"}];"));
                        break;
                    default:
                        writer.Loop("p", taken, p => writer.Lines($"gates[{s_chosen + p}] = 1f / (1f + XMath.Exp(-scores[{s_rows + $"routes[{s_chosen + p}]"}]));"));
                        break;
                }

                if (taken.Value is null)
                {
                    writer.Block($"for (int p = {taken}; p < {l}; p++)", () => writer.Lines("gates[chosen + p] = 0f;"));
                }
            }
        });
    }

    /// <summary>
    /// Prints ∂L/∂g of the unit from <c>gateGradients</c>. As on the CPU, gradients are taken relative to the best patch's, which changes nothing but keeps
    /// the digits where one gate is nearly 1.
    /// </summary>
    public static void WriteBackward(SourceWriter writer, IlgpuLayerPlan plan, Expression taken, Expression valid)
    {
        LayerPlan layer = plan.Layer;
        switch (layer.Spec.Gate)
        {
            case Gate.SoftmaxSelected:
                writer.Lines("float best = gateGradients[chosen];\nfloat mean = 0f;");
                writer.Loop("p", taken, p => writer.Lines($"mean += gates[{s_chosen + p}] * (gateGradients[{s_chosen + p}] - best);"));
                writer.Loop("p", layer.Taken, p => writer.Lines(
                    $"activations[{RouterDelta(plan, p)}] = gates[{s_chosen + p}] * (gateGradients[{s_chosen + p}] - best - mean);"));
                break;
            case Gate.SoftmaxAll:
                writer.Lines($"float best = {((Expression)0).WhereBelow(taken, 1, "gateGradients[chosen]", "0f")};");
                writer.Loop("j", layer.Patches, j => writer.Lines($"scoreGradients[{s_rows + j}] = {j.WhereBelow(valid, layer.Patches, "-best", "0f")};"));
                writer.Loop("p", taken, p => writer.Lines($"scoreGradients[{s_rows + $"routes[{s_chosen + p}]"}] = gateGradients[{s_chosen + p}] - best;"));
                writer.Lines("float mean = 0f;");
                writer.Loop("j", valid, j => writer.Lines($"mean += probabilities[{s_rows + j}] * scoreGradients[{s_rows + j}];"));
                writer.Loop("j", valid, j => writer.Lines($"scoreGradients[{s_rows + j}] = probabilities[{s_rows + j}] * (scoreGradients[{s_rows + j}] - mean);"));
                break;
            default:
                writer.Loop("p", layer.Taken, p =>
                {
                    Expression score = $"scores[{s_rows + $"routes[{s_chosen + p}]"}]";
                    writer.Lines("// From the score itself: 1 − G would lose the digits of a gate near 1.");
                    writer.Lines($"float exponential = {p.WhereBelow(taken, layer.Taken, $"XMath.Exp(-XMath.Abs({score}))", "0f")};");
                    writer.Lines($"activations[{RouterDelta(plan, p)}] = gateGradients[{s_chosen + p}] * exponential / ((1f + exponential) * (1f + exponential));");
                });
                break;
        }
    }

    /// <summary>Where ∂L/∂g of a chosen patch lies: behind its δ.</summary>
    private static Expression RouterDelta(IlgpuLayerPlan plan, Expression p) => ((s_chosen + p) * plan.DeltaStride) + plan.Layer.Neurons;

    /// <summary>Prints the softmax of scores; the best patch's is the largest.</summary>
    /// <param name="writer">Where to print.</param>
    /// <param name="index">The index that runs over them.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="taken">The patches taken.</param>
    /// <param name="patch">The patch of an index.</param>
    /// <param name="result">Where its softmax goes.</param>
    private static void WriteSoftmax(
        SourceWriter writer, string index, Expression count, Expression taken, Func<Expression, Expression> patch, Func<Expression, Expression> result)
    {
        writer.Lines($"float max = {((Expression)0).WhereBelow(taken, 1, $"scores[{s_rows + "routes[chosen]"}]", "0f")};\nfloat sum = 0f;");
        writer.Loop(index, count, i =>
        {
            writer.Lines($"float exponential = XMath.Exp(scores[{s_rows + patch(i)}] - max);\n{result(i)} = exponential;\nsum += exponential;");
        });
        writer.Loop(index, count, i => writer.Lines($"{result(i)} /= sum;"));
    }
}
