using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>
/// Prints ∂L/∂g of a token-choice layer's scores, through the gates and the auxiliary losses. As on the CPU, differences are taken relative to the first choice, which changes nothing but
/// keeps the digits where its share is nearly 1.
/// </summary>
internal sealed class TokenBackwardEmitter(SourceWriter writer, IlgpuLayerPlan plan)
{
    private static readonly Expression s_instance = Expression.Name("instance");
    private static readonly Expression s_column = Expression.Name("column");

    private readonly LayerPlan _layer = plan.Layer;
    private readonly TokenPlan _token = plan.Layer.Token!;

    public static GpuKernel Of(IlgpuLayerPlan plan)
    {
        LayerPlan layer = plan.Layer;
        TokenPlan token = layer.Token!;
        var arguments = new LayerArguments(plan);
        (int k, int n, int t, int l) = (layer.Experts, layer.Patches, token.PerPatch, layer.Taken);
        bool dense = layer.HasDenseScores;
        Gate gate = layer.Spec.Gate;
        return new GpuKernel(
            $"Layer{layer.Index}",
            "GateBackward",
            plan.TokenBackward.Threads,
            arguments.Instances * plan.TokenBackward.Groups,
            new KernelDoc(
                $"∂L/∂g_sj = {LayerDoc.ScoreGradient(layer)}{(token.HasAuxiliary ? ", with the factors f of the auxiliary losses" : string.Empty)}",
                $"instance 0…B·{layer.Instances}−1, s expert 0…{k - 1}, j patch 0…{n - 1}",
                dense ? $"gates and gradients [{k}, {n}] of an instance" : $"gates and ∂L/∂G [{k}, {n}] of an instance; ∂L/∂g in column {layer.Neurons} of δ [{l}, {plan.DeltaStride}] of an expert and instance",
                dense ? "a thread per patch" : "a thread per place in the experts' lists",
                dense ? 8L * k * n : 4L * k * l * t,
                dense ? 12L * k * n : 12L * k * l) { Per = "instance" },
            writer => new TokenBackwardEmitter(writer, plan).WriteBody(),
            arguments.Lengths.When(plan.IsRagged && dense),
            arguments.Scores.When(gate == Gate.Sigmoid),
            arguments.Choices.When(gate == Gate.SoftmaxSelected || NeedsFirst(layer) || (layer.HasGate && !token.HasCapacity && dense)),
            arguments.Kept.When(layer.HasGate && token.HasCapacity && dense),
            arguments.Routes.When(!dense),
            arguments.Counts.When(!dense),
            arguments.Gates.When(gate == Gate.SoftmaxSelected),
            arguments.Probabilities,
            arguments.GateGradients,
            arguments.LogSums,
            arguments.Factors,
            arguments.ScoreGradients,
            arguments.Activations.When(!dense));
    }

    /// <summary>Whether a value for each expert flows back through the softmax over all.</summary>
    private static bool NeedsFirst(LayerPlan layer) => layer.Token!.HasSoftmax && (layer.Spec.Gate == Gate.SoftmaxAll || layer.Token.Choice.Balance is not null);

    private string Choice(Expression r) => $"choices[{"row" + r}]";

    private void WriteBody()
    {
        if (_layer.HasDenseScores)
        {
            writer.Elements(plan.TokenBackward, "j", "instance", (j, _) => WritePatch(j));
        }
        else
        {
            writer.Elements(plan.TokenBackward, "i", "instance", (i, _) => WritePair(i));
        }
    }

    /// <summary>A pair that an expert takes: its gradient is one more row of δ.</summary>
    private void WritePair(Expression i)
    {
        (int k, int n, int t, int l) = (_layer.Experts, _layer.Patches, _token.PerPatch, _layer.Taken);
        Expression unit = writer.Let("unit", (s_instance * k) + (k == 1 ? 0 : i / l));
        Expression p = writer.Let("p", k == 1 ? i : i % l);
        writer.Lines($"long place = {(unit.As("long") * l) + p};\nfloat gradient = 0f;");
        using (writer.Block($"if ({p} < counts[{unit}])"))
        {
            writer.Lines("int j = routes[place];");
            writer.Lines($"long own = {(unit.As("long") * n) + "j"};");
            if (_layer.Spec.Gate == Gate.Sigmoid)
            {
                WriteSigmoid("own");
                writer.Lines("gradient = gateGradients[own] * slope;");
            }
            else
            {
                writer.Lines($"long column = {(s_instance.As("long") * (k * n)) + "j"};\nlong row = {((s_instance.As("long") * n) + "j") * t};");
                WriteMean();
                writer.Lines("gradient = gates[own] * (gateGradients[own] - first - mean);");
            }
        }

        writer.Gap();
        writer.Lines($"activations[{(Expression.Name("place") * plan.DeltaStride) + _layer.Neurons}] = gradient;");
    }

    /// <summary>All scores of a patch.</summary>
    private void WritePatch(Expression j)
    {
        (int k, int n, int t) = (_layer.Experts, _layer.Patches, _token.PerPatch);
        writer.Lines($"long column = {(s_instance.As("long") * (k * n)) + j};");
        if (_layer.HasGate || NeedsFirst(_layer))
        {
            writer.Lines($"long row = {((s_instance.As("long") * n) + j) * t};");
        }

        Expression valid = LayerText.Valid(writer, plan, s_instance);
        if (valid.Value is null)
        {
            using (writer.Block($"if ({j} >= {valid})"))
            {
                writer.Loop("s", k, s => writer.Lines($"scoreGradients[{s_column + (s * n)}] = 0f;"));
                writer.Lines("return;");
            }
        }

        if (_token.HasSoftmax)
        {
            WriteSoftmax(j);
        }
        else
        {
            writer.Loop("s", k, s => writer.Lines($"scoreGradients[{s_column + (s * n)}] = 0f;"));
        }

        string target = _token.HasSoftmax ? "+=" : "=";
        switch (_layer.Spec.Gate)
        {
            case Gate.SoftmaxSelected:
                WriteMean();
                EachChoice(pair => writer.Lines($"scoreGradients[{pair}] {target} gates[{pair}] * ({Upstream()} - first - mean);"), upstream: true);
                break;
            case Gate.Sigmoid:
                EachKept(pair =>
                {
                    WriteSigmoid(pair);
                    writer.Lines($"scoreGradients[{pair}] {target} gateGradients[{pair}] * slope;");
                });
                break;
        }
    }

    /// <summary>What reaches all scores through the softmax over all experts; it is written, not added.</summary>
    private void WriteSoftmax(Expression j)
    {
        (int k, int n) = (_layer.Experts, _layer.Patches);
        bool balances = _token.Choice.Balance is not null;
        if (_token.HasZLoss)
        {
            writer.Lines($"float z = factors[{k}] * logSums[{(s_instance.As("long") * n) + j}];");
        }

        string At(Expression s) => $"[{s_column + (s * n)}]";
        if (!NeedsFirst(_layer))
        {
            writer.Loop("s", k, s => writer.Lines($"scoreGradients{At(s)} = probabilities{At(s)} * z;"));
            return;
        }

        writer.Loop("s", k, s => writer.Lines($"scoreGradients{At(s)} = {(balances ? $"factors[{s}]" : "0f")};"));
        if (_layer.Spec.Gate == Gate.SoftmaxAll)
        {
            EachKept(pair => writer.Lines($"scoreGradients[{pair}] += gateGradients[{pair}];"));
        }

        writer.Lines($"float best = scoreGradients[{s_column + ((Expression)Choice(0) * n)}];\nfloat share = 0f;");
        writer.Loop("s", k, s => writer.Lines($"share += probabilities{At(s)} * (scoreGradients{At(s)} - best);"));
        writer.Loop("s", k, s => writer.Lines($"scoreGradients{At(s)} = probabilities{At(s)} * (scoreGradients{At(s)} - best - share{(_token.HasZLoss ? " + z" : string.Empty)});"));
    }

    /// <summary>Σ G · (∂L/∂G − that of the first choice) over a patch's choices.</summary>
    private void WriteMean()
    {
        writer.Lines($"float first = {FirstUpstream()};\nfloat mean = 0f;");
        EachChoice(pair => writer.Lines($"mean += gates[{pair}] * ({Upstream()} - first);"), upstream: true);
    }

    /// <summary>From the score itself: 1 − G would lose the digits of a gate near 1.</summary>
    private void WriteSigmoid(Expression pair) =>
        writer.Lines($"float exponential = XMath.Exp(-XMath.Abs(scores[{pair}]));\nfloat slope = exponential / ((1f + exponential) * (1f + exponential));");

    /// <summary>∂L/∂G of a choice; a dropped one multiplies nothing.</summary>
    private string Upstream() => _token.HasCapacity ? "upstream" : "gateGradients[pair]";

    private string FirstUpstream()
    {
        string first = $"gateGradients[{s_column + ((Expression)Choice(0) * _layer.Patches)}]";
        return _token.HasCapacity ? $"kept[row] < 0 ? 0f : {first}" : first;
    }

    /// <summary>A loop over the choices of a patch, given where each one's gate is.</summary>
    private void EachChoice(Action<Expression> body, bool upstream = false) => Loop(r =>
    {
        writer.Lines($"long pair = {s_column + ((Expression)Choice(r) * _layer.Patches)};");
        if (upstream && _token.HasCapacity)
        {
            writer.Lines($"float upstream = kept[{"row" + r}] < 0 ? 0f : gateGradients[pair];");
        }

        body(Expression.Name("pair"));
    });

    /// <summary>A loop over the choices of a patch that found room.</summary>
    private void EachKept(Action<Expression> body)
    {
        if (!_token.HasCapacity)
        {
            EachChoice(body);
            return;
        }

        Loop(r =>
        {
            writer.Lines($"int s = kept[{"row" + r}];");
            using (writer.Block("if (s >= 0)"))
            {
                writer.Lines($"long pair = {s_column + (Expression.Name("s") * _layer.Patches)};");
                body(Expression.Name("pair"));
            }
        });
    }

    private void Loop(Action<Expression> body)
    {
        int t = _token.PerPatch;
        using (t == 1 ? writer.Block() : writer.Block($"for (int r = 0; r < {t}; r++)"))
        {
            body(t == 1 ? 0 : Expression.Name("r"));
        }
    }
}
