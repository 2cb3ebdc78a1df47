using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints a token-choice layer's auxiliary losses: what each instance adds to the totals, then, in one group, the totals in a fixed order, the losses and their factors.</summary>
internal static class AuxiliaryEmitter
{
    private static readonly Expression s_sum = Expression.Name("v");

    public static GpuKernel Sums(IlgpuLayerPlan plan, AuxiliarySums sums)
    {
        LayerPlan layer = plan.Layer;
        var arguments = new LayerArguments(plan);
        (int k, int n, int t) = (layer.Experts, layer.Patches, layer.Token!.PerPatch);
        return new GpuKernel(
            $"Layer{layer.Index}",
            "AuxiliarySums",
            sums.Sums.Threads,
            arguments.Instances * sums.Sums.Groups,
            new KernelDoc(
                $"sums = {Content(sums)}",
                $"instance 0…B·{layer.Instances}−1, s expert 0…{k - 1}, j valid patch 0…{n - 1}",
                $"sums [{sums.Length}] of an instance",
                "a thread per sum",
                (long)n * sums.Length,
                4L * n * (k + t)) { Per = "instance" },
            writer => writer.Elements(sums.Sums, "v", "instance", (_, _) => WriteSums(writer, plan, sums)),
            arguments.Lengths,
            arguments.Probabilities.When(sums.Balances),
            arguments.Choices.When(sums.Counts),
            arguments.LogSums,
            arguments.Sums);
    }

    public static GpuKernel Losses(IlgpuLayerPlan plan, AuxiliarySums sums)
    {
        LayerPlan layer = plan.Layer;
        var arguments = new LayerArguments(plan);
        return new GpuKernel(
            $"Layer{layer.Index}",
            "AuxiliaryLosses",
            AuxiliarySums.TotalThreads,
            1,
            new KernelDoc(
                Formula(layer),
                $"v sum 0…{sums.Length - 1}, s expert 0…{layer.Experts - 1}",
                $"sums [instances, {sums.Length}], overwritten by the totals; factors [{layer.Experts + 1}]; losses [B], each of which gets the auxiliary losses, and with it their mean",
                $"one group; {Format.Plural(sums.Lanes, "thread")} for each sum, whose parts are added in order",
                sums.Length,
                4L * sums.Length) { Per = "instance" },
            writer => WriteLosses(writer, layer, sums),
            Argument.Batch,
            Argument.Number("instances", arguments.Instances).When(layer.Instances > 1),
            arguments.Sums,
            arguments.Factors,
            Argument.Floats("losses", "buffers.Losses"));
    }

    private static string Content(AuxiliarySums sums) => string.Join(", ", new[]
    {
        sums.Balances ? "Σ_j (p_sj − 1/k) for each s" : null,
        sums.Counts ? "the choices of each s" : null,
        sums.Squares ? "Σ_j logSum_j²" : null,
        "the number of patches N",
    }.OfType<string>());

    private static string Formula(LayerPlan layer)
    {
        TokenPlan token = layer.Token!;
        string[] losses = [.. new[]
        {
            token.Choice.Balance switch
            {
                { Kind: BalanceKind.Switch } balance => $"{Format.Number(balance.Weight)} · k · Σ_s (choices_s / (N·t)) · Σ_j p_sj / N",
                { } balance => $"{Format.Number(balance.Weight)} · the variance of the Σ_j p_sj / their mean²",
                null => null,
            },
            token.HasZLoss ? $"{Format.Number(token.Choice.ZLoss)} · Σ_j logSum_j² / N" : null,
        }.OfType<string>()];
        return $"{string.Join("; ", losses)}; f_s = ∂L/∂p_sj, f_k = ∂L/∂logSum_j / logSum_j";
    }

    private static void WriteSums(SourceWriter writer, IlgpuLayerPlan plan, AuxiliarySums sums)
    {
        (int k, int n, int t) = (plan.Layer.Experts, plan.Layer.Patches, plan.Layer.Token!.PerPatch);
        Expression instance = Expression.Name("instance");
        Expression valid = LayerText.Valid(writer, plan, instance);
        writer.Lines($"float sum = {(valid.Value is { } all ? $"{all}f" : valid.ToString())};");
        string other = string.Empty;
        if (sums.Balances)
        {
            Case(sums.ChoicesAt == 0 ? k : sums.ChoicesAt, () =>
            {
                writer.Lines($"long row = {((instance.As("long") * k) + s_sum) * n};");
                writer.Loop("j", valid, j => writer.Lines($"sum += probabilities[{"row" + j}] - (1f / {k});"));
            });
        }

        if (sums.Counts)
        {
            Case(sums.SquaresAt, () =>
            {
                writer.Lines($"int s = {s_sum - sums.ChoicesAt};\nlong row = {instance.As("long") * (n * t)};");
                writer.Loop("c", valid * t, c => writer.Lines($"sum += choices[{"row" + c}] == s ? 1f : 0f;"));
            });
        }

        if (sums.Squares)
        {
            Case(sums.PatchesAt, () =>
            {
                writer.Lines($"long row = {instance.As("long") * n};");
                writer.Loop("j", valid, j => writer.Lines($"float logSum = logSums[{"row" + j}];\nsum += logSum * logSum;"));
            });
        }

        writer.Lines($"sums[{(instance.As("long") * sums.Length) + s_sum}] = sum;");

        void Case(int end, Action body)
        {
            using (writer.Block($"{other}if ({s_sum} < {end})"))
            {
                writer.Lines("sum = 0f;");
                body();
            }

            other = "else ";
        }
    }

    private static void WriteLosses(SourceWriter writer, LayerPlan layer, AuxiliarySums sums)
    {
        (int k, int length, int lanes) = (layer.Experts, sums.Length, sums.Lanes);
        TokenPlan token = layer.Token!;
        Expression instances = layer.Instances > 1 ? Expression.Name("instances") : GroupText.Batch;
        writer.Lines("int thread = Group.IdxX;");
        writer.Lines($"// 1. Parts of the totals: every {(lanes == 1 ? "instance" : $"{lanes}th instance")}, in the place of the first of them.");
        writer.Share(length * lanes, AuxiliarySums.TotalThreads, i =>
        {
            writer.Lines("float part = 0f;");
            Expression first = lanes == 1 ? 0 : writer.Let("lane", i / length);
            Expression v = lanes == 1 ? i : writer.Let("v", i % length);
            writer.Block($"for (int instance = {first}; instance < {instances}; instance += {lanes})", () =>
                writer.Lines($"part += sums[{(Expression.Name("instance").As("long") * length) + v}];"));
            using (writer.If(lanes == 1 ? null : $"{first} < {instances}"))
            {
                writer.Lines($"sums[{(first * length) + v}] = part;");
            }
        });
        writer.Fence().Gap();
        if (lanes > 1)
        {
            writer.Lines("// 2. The totals, in the place of the first instance's.");
            writer.Share(length, AuxiliarySums.TotalThreads, v =>
            {
                writer.Lines($"float total = 0f;\nint parts = {Expression.Min(instances, lanes)};");
                writer.Block("for (int lane = 0; lane < parts; lane++)", () => writer.Lines($"total += sums[{(Expression.Name("lane") * length) + v}];"));
                writer.Lines($"sums[{v}] = total;");
            });
            writer.Fence().Gap();
        }

        writer.Lines("// The factors, which are 0 where there is no patch, and the losses; every thread computes the same.");
        writer.Lines($"float patches = sums[{sums.PatchesAt}];\nfloat perPatch = patches == 0f ? 0f : 1f / patches;\nfloat loss = 0f;");
        if (token.Choice.Balance is { } balance)
        {
            string weight = $"{Format.Number(balance.Weight)}f";
            if (balance.Kind == BalanceKind.Switch)
            {
                writer.Lines($"float scale = {weight} * {k}f * perPatch * perPatch / {token.PerPatch}f;");
                Each(s => writer.Lines($"float factor = scale * sums[{s + sums.ChoicesAt}];\nfactors[{s}] = factor;\nloss += factor * (sums[{s}] + (patches / {k}f));"));
            }
            else
            {
                writer.Lines($"float scale = {weight} * {k}f * perPatch * perPatch;");
                Each(s => writer.Lines($"float deviation = sums[{s}];\nfactors[{s}] = 2f * scale * deviation;\nloss += scale * deviation * deviation;"));
            }
        }

        if (token.HasZLoss)
        {
            string weight = $"{Format.Number(token.Choice.ZLoss)}f";
            writer.Lines($"factors[{k}] = 2f * {weight} * perPatch;\nloss += {weight} * perPatch * sums[{sums.SquaresAt}];");
        }

        writer.Block($"for (int b = thread; b < batch; b += {AuxiliarySums.TotalThreads})", () => writer.Lines("losses[b] += loss;"));

        void Each(Action<Expression> body) => writer.Loop("s", k, body);
    }
}
