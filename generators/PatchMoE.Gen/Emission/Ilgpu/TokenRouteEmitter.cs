using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>
/// Prints the router of a token-choice layer as one kernel: scores, each patch's experts, the softmax and the gates, and the lists of the patches that experts take. Ranks and places in
/// lists are counts of what comes before, so every thread finds its own, and nothing depends on the order of threads.
/// </summary>
internal sealed class TokenRouteEmitter(SourceWriter writer, IlgpuLayerPlan plan)
{
    private static readonly Expression s_instance = Expression.Name("routed");
    private static readonly Expression s_scores = Expression.Name("column");
    private static readonly Expression s_choices = Expression.Name("row");

    private readonly LayerPlan _layer = plan.Layer;
    private readonly TokenPlan _token = plan.Layer.Token!;
    private readonly ProductTiling _tiling = plan.Scores!;
    private Expression _first;

    public static GpuKernel Of(IlgpuLayerPlan plan)
    {
        LayerPlan layer = plan.Layer;
        TokenPlan token = layer.Token!;
        var arguments = new LayerArguments(plan);
        (int k, int n, int t, int d) = (layer.Experts, layer.Patches, token.PerPatch, layer.Dimension);
        ProductTiling tiling = plan.Scores!;
        string limit = plan.Capacity is null ? string.Empty
            : $"; kept where fewer than the capacity come before: choices of a lower rank, then {(token.ByScore ? "patches of a larger probability, then of a lower index" : "patches of a lower index")}";
        return new GpuKernel(
            $"Layer{layer.Index}",
            "Route",
            tiling.Threads,
            Expression.CeilingOver(arguments.Instances, tiling.Units),
            new KernelDoc(
                $"g[s, j] = ⟨w_s, x_j⟩; choices[j] = the {t} best s, best first, of equal scores the lower first{limit}; routes[s] = the j that s takes, in the order of taking{Gates(layer)}",
                $"instance 0…B·{layer.Instances}−1, s expert 0…{k - 1}, j patch 0…{n - 1}, d = {d}",
                $"x [{n}, {d}] of an instance, w [{k}, {d}], scores [{k}, {n}], choices [{n}, {t}], counts [{k}], routes [{k}, {layer.Taken}], −1 for none",
                $"{new ProductTiles(tiling, plan.Layout).Describe()}; {Format.Plural(tiling.Units, "instance")} per group. Ranks: a thread per score counts the experts before its own. Lists: a thread per choice counts the choices before it",
                2L * n * k * d,
                4L * ((n * d) + (k * n) + (k * layer.Taken) + (n * t))) { Per = "instance, the weights left out" },
            writer => new TokenRouteEmitter(writer, plan).WriteBody(),
            Argument.Number("instances", arguments.Instances).When(tiling.Units > 1),
            arguments.Input,
            arguments.Lengths,
            Argument.Parameters,
            arguments.Scores,
            arguments.Choices,
            arguments.Kept.When(token.HasCapacity),
            arguments.Counts,
            arguments.Routes,
            arguments.Gates.When(layer.HasGate && layer.Spec.Gate != Gate.SoftmaxAll),
            arguments.Probabilities,
            arguments.Priorities,
            arguments.LogSums);
    }

    /// <summary>Prints how many patches an expert may take of so many valid ones.</summary>
    public static void WriteCapacity(SourceWriter writer, IlgpuLayerPlan plan, CapacityFraction capacity)
    {
        TokenPlan token = plan.Layer.Token!;
        writer.Summary($"⌈{Format.Number(token.Choice.CapacityFactor!.Value)}·{token.PerPatch}·valid/{plan.Layer.Experts}⌉, for up to {plan.Layer.Patches} valid patches in whole numbers.");
        Expression product = Expression.Name("valid").As("long") * capacity.Numerator;
        writer.Lines($"private static int Capacity(int valid) => (int)({Expression.CeilingOver(product, capacity.Denominator)});");
    }

    private static string Gates(LayerPlan layer) => layer.Spec.Gate switch
    {
        Gate.SoftmaxSelected => "; G = softmax of g over the experts that a patch chose",
        Gate.SoftmaxAll => "; G = softmax of a patch's g over all experts",
        Gate.Sigmoid => "; G = 1 / (1 + exp(−g))",
        _ => string.Empty,
    };

    private void WriteBody()
    {
        var tiles = new ProductTiles(_tiling, plan.Layout);
        tiles.WriteStart(writer);
        _first = writer.Let("first", GroupText.Group * _tiling.Units);
        writer.LetView("w", plan.Layout, plan.Layout.Part("parameters", _layer.RouterOffset, _layer.Experts * _layer.Dimension));
        writer.Gap();
        writer.Lines("// 1. Scores.");
        RouteEmitter.WriteScores(writer, plan, tiles, _first);
        writer.Fence().Gap();
        writer.Lines("// 2. The experts of each patch.");
        WriteChoices();
        writer.Fence().Gap();
        if (_layer.HasGate || _token.HasSoftmax || _token.ByScore)
        {
            writer.Lines("// 3. Softmax and gates of each patch.");
            WriteGates();
            writer.Gap();
        }

        writer.Lines("// How many patches each expert takes, and the end of its list.");
        WriteCounts();
        if (_token.ByScore)
        {
            writer.Fence();
        }

        writer.Gap();
        writer.Lines("// The place of each choice in its expert's list.");
        WritePlaces();
    }

    /// <summary>Prints what is done with each of so many items of the group's instances, if the instance exists.</summary>
    private void Each(int items, Action<Expression> body) => writer.Share(_tiling.Units * items, _tiling.Threads, i =>
    {
        writer.Lines($"int routed = {_first + (_tiling.Units == 1 ? 0 : i / items)};");
        using (writer.If(s_instance.Below(Expression.Name("instances"), _tiling.Units == 1)))
        {
            body(_tiling.Units == 1 ? i : i % items);
        }
    });

    private void WriteChoices()
    {
        (int k, int n, int t) = (_layer.Experts, _layer.Patches, _token.PerPatch);
        Each(k * n, i =>
        {
            Expression s = writer.Let("s", i / n);
            Expression j = writer.Let("j", i % n);
            writer.Lines($"long column = {(s_instance.As("long") * (k * n)) + j};");
            string Key(Expression expert) => $"Key(scores[{s_scores + (expert * n)}])";
            if (k > 1)
            {
                writer.Lines($$"""
                    int key = {{Key(s)}};
                    int rank = 0;
                    for (int other = 0; other < {{s}}; other++)
                    {
                        rank += {{Key(Expression.Name("other"))}} >= key ? 1 : 0;
                    }

                    for (int other = {{s + 1}}; other < {{k}}; other++)
                    {
                        rank += {{Key(Expression.Name("other"))}} > key ? 1 : 0;
                    }

                    """);
            }

            Expression valid = LayerText.Valid(writer, plan, s_instance);
            Expression rank = k > 1 ? Expression.Name("rank") : 0;
            using (writer.If(rank.Below(t, t == k)))
            {
                writer.Lines($"choices[{(((s_instance.As("long") * n) + j) * t) + rank}] = {j.WhereBelow(valid, n, s.ToString(), "-1")};");
            }
        });
    }

    private void WriteGates()
    {
        (int k, int n, int t) = (_layer.Experts, _layer.Patches, _token.PerPatch);
        Each(n, i =>
        {
            Expression j = writer.Let("j", i);
            Expression valid = LayerText.Valid(writer, plan, s_instance);
            using (writer.If(j.Below(valid, valid.Value >= n)))
            {
                writer.Lines($"long column = {(s_instance.As("long") * (k * n)) + j};\nlong row = {((s_instance.As("long") * n) + j) * t};");
                if (_layer.Spec.Gate == Gate.Sigmoid)
                {
                    EachChoice(pair => writer.Lines($"gates[{pair}] = 1f / (1f + XMath.Exp(-scores[{pair}]));"));
                }

                if (_token.HasSoftmax || _token.ByScore || _layer.Spec.Gate == Gate.SoftmaxSelected)
                {
                    writer.Lines($"int best = choices[row];\nfloat max = scores[{s_scores + (Expression.Name("best") * n)}];");
                }

                if (_token.HasSoftmax || _token.ByScore)
                {
                    WriteSoftmax((s_instance.As("long") * n) + j);
                }

                if (_layer.Spec.Gate == Gate.SoftmaxSelected)
                {
                    writer.Lines("float chosen = 0f;");
                    EachChoice(pair => writer.Lines($"float exponential = XMath.Exp(scores[{pair}] - max);\ngates[{pair}] = exponential;\nchosen += exponential;"));
                    EachChoice(pair => writer.Lines($"gates[{pair}] /= chosen;"));
                }
            }
        });

        void EachChoice(Action<Expression> body)
        {
            using (t == 1 ? writer.Block() : writer.Block($"for (int r = 0; r < {t}; r++)"))
            {
                writer.Lines($"long pair = {s_scores + ((Expression)$"choices[{s_choices + (t == 1 ? 0 : Expression.Name("r"))}]" * n)};");
                body(Expression.Name("pair"));
            }
        }
    }

    /// <summary>Prints the softmax over all experts; of a patch's priority, the sum of the others keeps the digits where the best has nearly all.</summary>
    private void WriteSoftmax(Expression patch)
    {
        (int k, int n) = (_layer.Experts, _layer.Patches);
        if (_token.HasSoftmax)
        {
            writer.Lines("float sum = 0f;");
        }

        if (_token.ByScore)
        {
            writer.Lines("float others = 0f;");
        }

        writer.Loop("s", k, s =>
        {
            writer.Lines($"float exponential = XMath.Exp(scores[{s_scores + (s * n)}] - max);");
            if (_token.HasSoftmax)
            {
                writer.Lines($"probabilities[{s_scores + (s * n)}] = exponential;\nsum += exponential;");
            }

            if (_token.ByScore)
            {
                writer.Lines($"others += {s} == best ? 0f : exponential;");
            }
        });
        writer.Gap();
        if (_token.HasSoftmax)
        {
            writer.Loop("s", k, s => writer.Lines($"probabilities[{s_scores + (s * n)}] /= sum;"));
        }

        if (_token.HasZLoss)
        {
            writer.Lines($"logSums[{patch}] = max + XMath.Log(sum);");
        }

        if (_token.ByScore)
        {
            writer.Lines($"priorities[{patch}] = others;");
        }
    }

    private void WriteCounts()
    {
        (int k, int n, int t, int l) = (_layer.Experts, _layer.Patches, _token.PerPatch, _layer.Taken);
        Each(k, i =>
        {
            Expression s = writer.Let("s", i);
            Expression valid = LayerText.Valid(writer, plan, s_instance);
            writer.Lines($"long row = {s_instance.As("long") * (n * t)};\nlong list = {((s_instance.As("long") * k) + s) * l};\nint count = 0;");
            writer.Loop("c", valid * t, c => writer.Lines($"count += choices[{s_choices + c}] == {s} ? 1 : 0;"));
            if (Capacity(valid) is { } capacity)
            {
                writer.Lines($"count = {Expression.Min(Expression.Name("count"), capacity)};");
            }

            writer.Lines($"counts[{(s_instance.As("long") * k) + s}] = count;");
            writer.Block($"for (int p = count; p < {l}; p++)", () => writer.Lines("routes[list + p] = -1;"));
        });
    }

    private void WritePlaces()
    {
        (int k, int n, int t, int l) = (_layer.Experts, _layer.Patches, _token.PerPatch, _layer.Taken);
        Each(t * n, i =>
        {
            Expression r = writer.Let("r", i / n);
            Expression j = writer.Let("j", i % n);
            Expression valid = LayerText.Valid(writer, plan, s_instance);
            writer.Lines($"long row = {s_instance.As("long") * (n * t)};\nlong choice = {s_choices + (j * t) + r};\nint s = choices[choice];");
            if (plan.Capacity is not null)
            {
                writer.Lines("int taken = -1;");
            }

            using (writer.If(valid.Value >= n ? null : "s >= 0"))
            {
                WriteBefore(r, j, valid);
                string list = $"routes[{(((s_instance.As("long") * k) + "s") * l) + "place"}] = {j};";
                if (Capacity(valid) is { } capacity)
                {
                    writer.Block($"if (place < {capacity})", () => writer.Lines($"{list}\ntaken = s;"));
                }
                else
                {
                    writer.Lines(list);
                }
            }

            if (plan.Capacity is not null)
            {
                writer.Lines("kept[choice] = taken;");
            }
        });
    }

    /// <summary>Prints the number of choices of the same expert that come before one's own.</summary>
    private void WriteBefore(Expression r, Expression j, Expression valid)
    {
        (int n, int t) = (_layer.Patches, _token.PerPatch);
        string Is(Expression other, Expression rank) => $"choices[{s_choices + (other * t) + rank}] == s";
        writer.Lines("int place = 0;");
        if (t == 1 && !_token.ByScore)
        {
            writer.Block($"for (int other = 0; other < {j}; other++)", () => writer.Lines($"place += {Is(Expression.Name("other"), 0)} ? 1 : 0;"));
            return;
        }

        if (_token.ByScore)
        {
            writer.Lines($"long patches = {s_instance.As("long") * n};\nint key = Key(priorities[{"patches" + j}]);");
        }

        writer.Loop("other", valid, other =>
        {
            if (t > 1)
            {
                writer.Block($"for (int lower = 0; lower < {r}; lower++)", () => writer.Lines($"place += {Is(other, Expression.Name("lower"))} ? 1 : 0;"));
            }

            string before = $"{other} < {j}";
            if (_token.ByScore)
            {
                writer.Lines($"int otherKey = Key(priorities[{"patches" + other}]);");
                before = $"(otherKey < key || (otherKey == key && {before}))";
            }

            writer.Lines($"place += {before} && {Is(other, r)} ? 1 : 0;");
        });
        writer.Gap();
    }

    private Expression? Capacity(Expression valid) => plan.Capacity is null ? null : valid.Value is null ? $"Capacity({valid})" : _layer.Taken;
}
