using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>
/// Prints the auxiliary losses of token-choice layers. They depend on totals over all patches of the batch, and so does the router's gradient; so a training pass with labels first routes
/// every sample and adds up what each one contributes, in the order of the samples.
/// </summary>
internal static class AuxiliaryEmitter
{
    private static readonly Method s_finish = SampleMethods.Private("FinishAuxiliary", "in GradientPass pass, Workspace workspace");

    /// <summary>The share of one worker in the totals; behind it, the factors are known.</summary>
    public static Method Pass { get; } = SampleMethods.Private("MeasureBatch", "in GradientPass pass, Workspace workspace, int worker");

    /// <summary>What an instance adds to the totals, from its scores and choices.</summary>
    public static Method Sums { get; } = new("Sums", "ref float block, ref int integers") { Modifiers = "public static" };

    /// <summary>Adds an instance's sums to the totals.</summary>
    private static readonly Method s_addSums = new("AddSums", "ref float block, ref double totals") { Modifiers = "public static" };

    private static Method Sample(ModelPlan plan) => SampleMethods.Private("MeasureSample", "in InputBatch batch, int b, ref float slot, ref int integers", ("ref float panels", plan.Layers.Take(Highest(plan).Index).Any(layer => layer.HasPanels && !layer.HasWindow)));

    public static void Write(SourceWriter writer, ModelPlan plan)
    {
        writer.Gap();
        WritePass(writer, plan);
        WriteFinish(writer, plan);
        WriteSample(writer, plan);
    }

    /// <summary>Prints the sums of an instance, in doubles.</summary>
    public static void WriteSums(SourceWriter writer, LayerPlan layer, TokenPlan token)
    {
        (int k, int n) = (layer.Experts, layer.Patches);
        string z = token.HasZLoss ? "Σ_j logSum_j²" : "0";
        writer.Kernel(Sums, $"What the instance adds to the totals of the auxiliary losses: Σ_j p_sj [{k}], the choices of each expert [{k}], {z}, and the number of patches.", () =>
        {
            writer.Lines($$"""
                int valid = {{BlockPlaces.Of(layer).Valid}};
                ref double sums = ref As<float, double>(ref Add(ref block, SumsAt));
                AuxiliaryLosses.Clear(ref sums, {{TokenPlan.TotalsOf(k)}});
                for (int s = 0; s < {{k}}; s++)
                {
                    double sum = 0;
                    for (int j = 0; j < valid; j++)
                    {
                        sum += Add(ref block, ProbabilitiesAt + (s * {{n}}) + j);
                    }

                    Add(ref sums, s) = sum;
                }

                """);
            writer.Loop("r", token.PerPatch, r =>
            {
                string choice = $"{(Place)"integers" + ((Expression)"ChoicesAt" + ((r * n) + Expression.Name("j")))}";
                writer.Block("for (int j = 0; j < valid; j++)", () => writer.Lines($"Add(ref sums, {k} + {TokenText.Expert(layer, choice)})++;"));
            });
            writer.Gap();
            if (token.HasZLoss)
            {
                writer.Lines($$"""
                    for (int j = 0; j < valid; j++)
                    {
                        double logSum = Add(ref block, LogSumsAt + j);
                        Add(ref sums, {{2 * k}}) += logSum * logSum;
                    }
                    """);
                writer.Gap();
            }

            writer.Lines($"Add(ref sums, {(2 * k) + 1}) = valid;");
        });
        writer.Method(s_addSums, "Adds what the instance contributes to the totals of the auxiliary losses.", () =>
            writer.Lines($"AuxiliaryLosses.Add(ref As<float, double>(ref Add(ref block, SumsAt)), {TokenPlan.TotalsOf(k)}, ref totals);"));
    }

    private static void WritePass(SourceWriter writer, ModelPlan plan)
    {
        int window = plan.Slots.Window;
        LayerPlan top = Highest(plan);
        bool forwards = plan.Bottom.HasWindow && top.Index > 0;
        const string summary = "The auxiliary losses of the batch and the factors that the router's gradient needs of them: workers take samples through the router, then one adds up what they contribute, in the order of the samples. A pass without labels has no such losses.";
        writer.Method(Pass, summary, () =>
        {
            writer.Lines($$"""
                if (worker == 0)
                {
                    AuxiliaryLosses.Clear(ref workspace.Auxiliary, {{plan.AuxiliaryLength}});
                }

                """);
            using (writer.Block($"for (int start = 0; pass.HasLoss && start < pass.Batch.Count; start += {window})"))
            {
                writer.Lines($"int samples = Math.Min({window}, pass.Batch.Count - start);");
                if (forwards)
                {
                    writer.Call(PassText.ForwardWindow.Call(("batch", "pass.Batch")));
                }

                writer.Lines("(int from, int to) = workspace.Share(samples, worker);");
                using (writer.Block("for (int i = from; i < to; i++)"))
                {
                    writer.Call(Sample(plan).Call(
                        ("batch", "pass.Batch"), ("b", (Expression)"start" + "i"), ("slot", "workspace.Floats(i)"), ("integers", "workspace.Integers(i)"), ("panels", "workspace.Panels")));
                }

                writer.Lines("workspace.Synchronize();");
                using (writer.Block("for (int i = 0; worker == 0 && i < samples; i++)"))
                {
                    writer.Lines("ref float slot = ref workspace.Floats(i);");
                    foreach (LayerPlan layer in plan.Layers.Where(layer => layer.HasAuxiliary))
                    {
                        writer.Loop("g", layer.Instances, _ => writer.Call(s_addSums.Of(LayerMethods.Owner(layer)).Call(
                            ("block", BlockPlaces.InSlot(layer).Floats), ("totals", (Place)"workspace.Auxiliary" + layer.Token!.Auxiliary))));
                    }
                }

                writer.Gap();
                writer.Lines("workspace.Synchronize();");
            }

            writer.Gap();
            using (writer.Block("if (worker == 0 && pass.HasLoss)"))
            {
                writer.Call(s_finish.Call());
            }

            writer.Gap();
            writer.Lines("workspace.Synchronize();");
        });
    }

    private static void WriteFinish(SourceWriter writer, ModelPlan plan)
    {
        writer.Method(s_finish, "The losses and their factors from the totals; the loss of a pass is a sum over the batch until it ends.", () =>
        {
            writer.Lines("double loss = 0;");
            foreach (LayerPlan layer in plan.Layers.Where(layer => layer.HasAuxiliary))
            {
                TokenPlan token = layer.Token!;
                Place totals = (Place)"workspace.Auxiliary" + token.Auxiliary;
                Place factors = totals + TokenPlan.TotalsOf(layer.Experts);
                if (token.Choice.Balance is { } balance)
                {
                    writer.Lines($"loss += AuxiliaryLosses.{balance.Kind}(ref {totals}, {layer.Experts}, {Format.Number(balance.Weight)}, ref {factors});");
                }

                if (token.HasZLoss)
                {
                    writer.Lines($"loss += AuxiliaryLosses.Z(ref {totals}, {layer.Experts}, {Format.Number(token.Choice.ZLoss)}, ref {factors});");
                }
            }

            writer.Lines("""
                workspace.Loss += loss * pass.Batch.Count;
                if (!double.IsFinite(loss))
                {
                    workspace.IsFinite = false;
                }
                """);
        });
    }

    /// <summary>A sample through the layers up to the highest one with such losses, of which the router is enough.</summary>
    private static void WriteSample(SourceWriter writer, ModelPlan plan)
    {
        LayerPlan top = Highest(plan);
        writer.Method(Sample(plan), $"Takes sample b through the router of layer {top.Index}, and sums up for the auxiliary losses.", () =>
        {
            bool windows = plan.Bottom.HasWindow;
            if (windows && top.Index == 0)
            {
                writer.Call(SampleMethods.Route(plan).Call());
            }
            else
            {
                writer.Lines($"ref float parameters = ref {SampleMethods.Parameters};");
                if (!windows)
                {
                    SampleMethods.WriteSample(writer, plan);
                    SampleMethods.WritePatches(writer, plan);
                }
            }

            foreach (LayerPlan layer in plan.Layers.Take(top.Index + 1))
            {
                bool computed = windows && layer.Index == 0;
                if (computed && !layer.HasAuxiliary)
                {
                    continue;
                }

                writer.Loop("g", layer.Instances, _ =>
                {
                    if (!computed)
                    {
                        writer.Call(layer == top ? SampleMethods.RouteCall(plan, layer) : SampleMethods.ForwardCall(plan, layer, SampleMethods.AllExperts(layer)));
                    }

                    if (layer.HasAuxiliary)
                    {
                        writer.Call(Sums.Of(LayerMethods.Owner(layer)).Call(SampleMethods.Block(layer)));
                    }
                });
            }
        });
    }

    private static LayerPlan Highest(ModelPlan plan) => plan.Layers.Last(layer => layer.HasAuxiliary);
}
