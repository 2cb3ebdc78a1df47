using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the passes: how samples are shared among workers, and how a training pass goes from window to window.</summary>
internal static class PassesEmitter
{
    public static void Write(SourceWriter writer, ModelPlan plan)
    {
        WriteShares(writer, plan);
        writer.Gap();
        WriteGradients(writer, plan);
        if (Routes(plan))
        {
            writer.Gap();
            RoutesEmitter.Write(writer, plan);
        }

        writer.Gap();
        WritePredict(writer, plan);
        writer.Gap();
        SampleEmitter.Write(writer, plan);
        writer.Gap();
        LossEmitter.Write(writer, plan);
        if (plan.Bottom.Access.Packed)
        {
            writer.Gap();
            PatchesEmitter.Write(writer, plan);
        }

        writer.Gap();
        HeadEmitter.Write(writer, plan);
        writer.Gap();
        SlotEmitter.Write(writer, plan);
    }

    /// <summary>Whether layer 0 routes at all.</summary>
    public static bool Routes(ModelPlan plan) => plan.Bottom.Routing != Routing.Dense;

    private static void WriteShares(SourceWriter writer, ModelPlan plan)
    {
        int c = plan.Head.Outputs;
        int m = plan.Head.Inputs;
        string route = Routes(plan)
            ? """

                    case PassKind.Route:
                        RouteShare(workspace, in pass, worker);
                        break;
            """
            : string.Empty;
        string pack = string.Concat(plan.Layers.Where(layer => layer.HasPanels).Select(layer =>
            $"\n        Layer{layer.Index}.PackPanels(ref _parameters.Start, {PanelEmitter.Place(layer)}, worker, workspace.Threads);"));
        pack = pack.Length == 0
            ? string.Empty
            : $"\n    if (pass.Kind != PassKind.Route)\n    {{{pack}\n        workspace.Synchronize();\n    }}\n";
        writer.Lines($$"""
            void IPassKernels.RunShare(Workspace workspace, in Pass pass, int worker)
            {{{pack}}
                switch (pass.Kind)
                {
                    case PassKind.Forward:
                        ForwardShare(workspace, in pass, worker);
                        break;{{route}}
                    case PassKind.Predict:
                        PredictShare(workspace, in pass, worker);
                        break;
                    case PassKind.Features:
                        FeaturesShare(workspace, in pass, worker);
                        break;
                    default:
                        GradientsShare(workspace, in pass, worker);
                        break;
                }
            }

            /// <summary>The logits of one worker's samples; its scratch holds one sample at a time.</summary>
            private void ForwardShare(Workspace workspace, in Pass pass, int worker)
            {
                (int from, int to) = workspace.Share(pass.Batch, worker);
                ref float slot = ref workspace.Floats(worker);
                for (int b = from; b < to; b++)
                {
                    ForwardSample(in pass, b, ref slot, ref workspace.Integers(worker));
                    Values.Copy(ref Add(ref slot, Slot.Logits), {{Format.At("pass.Logits", "0", ("(nint)b", c))}}, {{c}});
                }
            }

            /// <summary>The feature vectors of one worker's samples.</summary>
            private void FeaturesShare(Workspace workspace, in Pass pass, int worker)
            {
                (int from, int to) = workspace.Share(pass.Batch, worker);
                ref float slot = ref workspace.Floats(worker);
                for (int b = from; b < to; b++)
                {
                    ForwardLayers(in pass, b, ref slot, ref workspace.Integers(worker));
                    Values.Copy(ref Add(ref slot, Slot.Layer{{plan.Top.Index}}Outputs), {{Format.At("pass.Features", "0", ("(nint)b", m))}}, {{m}});
                }
            }
            """);
    }

    private static void WriteGradients(SourceWriter writer, ModelPlan plan)
    {
        int window = plan.Slots.Window;
        int c = plan.Head.Outputs;
        int m = plan.Head.Inputs;
        string logits = Format.At("pass.Logits", "0", ("(nint)b", c));
        string logitsGradient = Format.At("pass.LogitsGradient", "0", ("(nint)b", c));
        writer.Lines($$"""
            /// <summary>
            /// Gradients, {{window}} samples at a time: first each worker takes samples through forward, loss and backward in their scratch, then
            /// each worker adds up its own part of the weights' gradients over the window. Sums have one order, whatever the number of workers.
            /// </summary>
            private void GradientsShare(Workspace workspace, in Pass pass, int worker)
            {
                (int first, int last) = workspace.Share(ParameterLength, worker);
                Values.Clear(ref Add(ref pass.Gradients, first), last - first);
                for (int start = 0; start < pass.Batch; start += {{window}})
                {
                    int samples = Math.Min({{window}}, pass.Batch - start);
                    (int from, int to) = workspace.Share(samples, worker);
                    for (int i = from; i < to; i++)
                    {
                        GradientsSample(in pass, start + i, ref workspace.Floats(i), ref workspace.Integers(i));
                    }

                    workspace.Synchronize();
                    AddWeightGradients(workspace, in pass, start, samples, worker);
                    workspace.Synchronize();
                }
            }

            /// <summary>Forward, loss and backward of sample b in its scratch.</summary>
            private void GradientsSample(in Pass pass, int b, ref float slot, ref int integers)
            {
                if (pass.Kind == PassKind.BackwardFeatures)
                {
                    ForwardLayers(in pass, b, ref slot, ref integers);
                    Values.Copy({{Format.At("pass.FeaturesGradient", "0", ("(nint)b", m))}}, ref Add(ref slot, Slot.Layer{{plan.Top.Index}}OutputGradients), {{m}});
                    BackwardLayers(in pass, b, ref slot, ref integers);
                    return;
                }

                ForwardSample(in pass, b, ref slot, ref integers);
                ref float logits = ref Add(ref slot, Slot.Logits);
                ref float logitsGradient = ref Add(ref slot, Slot.LogitsGradient);
                if (pass.Kind == PassKind.LossAndGradients)
                {
                    Values.Copy(ref logits, {{logits}}, {{c}});
                    As<float, double>(ref Add(ref slot, Slot.Loss)) = LossOf(ref logits, Add(ref pass.Labels, b), 1.0 / pass.Batch, ref logitsGradient);
                }
                else
                {
                    Values.Copy({{logitsGradient}}, ref logitsGradient, {{c}});
                }

                BackwardSample(in pass, b, ref slot, ref integers);
            }

            """);
        writer.Lines("/// <summary>One worker's part of the weights' gradients over the window that begins at sample start.</summary>");
        using (writer.Block("private static void AddWeightGradients(Workspace workspace, in Pass pass, int start, int samples, int worker)"))
        {
            writer.Lines("ref float slots = ref workspace.Floats(0);\nref int integers = ref workspace.Integers(0);");
            foreach (LayerPlan layer in plan.Layers)
            {
                string x = layer.Index > 0
                    ? $"ref Add(ref slots, Slot.Layer{layer.Index - 1}Outputs)"
                    : layer.Access.Packed ? "ref Add(ref slots, Slot.Patches)" : $"ref Add(ref pass.Input, (nint)start * {plan.InputLength})";
                writer.Lines($"Layer{layer.Index}.WeightGradients({x}, ref slots, ref integers, samples, ref pass.Gradients, worker, workspace.Threads);");
            }

            if (plan.Head.Trained)
            {
                using (writer.Block("if (pass.Kind != PassKind.BackwardFeatures)"))
                {
                    writer.Lines($"Head.WeightGradients(ref Add(ref slots, Slot.Layer{plan.Top.Index}Outputs), ref slots, ref integers, samples, ref pass.Gradients, worker, workspace.Threads);");
                }

                writer.Gap();
            }

            writer.Lines("""
                if (worker == 0 && pass.Kind == PassKind.LossAndGradients)
                {
                    for (int i = 0; i < samples; i++)
                    {
                        workspace.Loss += As<float, double>(ref Add(ref workspace.Floats(i), Slot.Loss));
                    }
                }
                """);
        }
    }

    private static void WritePredict(SourceWriter writer, ModelPlan plan)
    {
        string decide = plan.Model.Loss == Loss.Logistic
            ? "Add(ref pass.Classes, b) = Add(ref slot, Slot.Logits) > 0f ? 1 : -1;"
            : $$"""
                int best = 0;
                for (int c = 1; c < {{plan.Head.Outputs}}; c++)
                {
                    best = Add(ref slot, Slot.Logits + c) > Add(ref slot, Slot.Logits + best) ? c : best;
                }

                Add(ref pass.Classes, b) = best;
                """;
        writer.Lines("/// <summary>The classes of one worker's samples.</summary>");
        using (writer.Block("private void PredictShare(Workspace workspace, in Pass pass, int worker)"))
        {
            writer.Lines("(int from, int to) = workspace.Share(pass.Batch, worker);\nref float slot = ref workspace.Floats(worker);");
            using (writer.Block("for (int b = from; b < to; b++)"))
            {
                writer.Lines("ForwardSample(in pass, b, ref slot, ref workspace.Integers(worker));");
                writer.Lines(decide);
            }
        }
    }
}
