using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the passes: how the layers' kernels follow each other for a sample, a window and a worker.</summary>
internal static class PassesEmitter
{
    public static void Write(SourceWriter writer, ModelPlan plan)
    {
        WriteShare(writer, plan);
        writer.Gap();
        WriteForwardSample(writer, plan);
        writer.Gap();
        WriteBackwardSample(writer, plan);
        writer.Gap();
        WriteGradients(writer, plan);
        if (Routes(plan))
        {
            writer.Gap();
            WriteRoute(writer, plan);
        }

        writer.Gap();
        WritePredict(writer, plan);
        writer.Gap();
        LossEmitter.Write(writer, plan);
        if (plan.Bottom.Access.Packed)
        {
            writer.Gap();
            PatchesEmitter.Write(writer, plan);
        }

        writer.Gap();
        HeadEmitter.Write(writer, plan);
    }

    public static bool Routes(ModelPlan plan) => plan.Bottom.Routing != Routing.Dense;

    private static void WriteShare(SourceWriter writer, ModelPlan plan)
    {
        string route = Routes(plan) ? "\n        case PassKind.Route:\n            RouteShare(workspace, in pass, worker);\n            break;" : string.Empty;
        writer.Lines($$"""
            void IPassKernels.RunShare(Workspace workspace, in Pass pass, int worker)
            {
                switch (pass.Kind)
                {
                    case PassKind.Forward:
                        ForwardShare(workspace, in pass, worker);
                        break;{{route}}
                    case PassKind.Predict:
                        PredictShare(workspace, in pass, worker);
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
                    MemoryMarshal.CreateSpan(ref Add(ref slot, {{plan.Slots.Logits}}), {{plan.Head.Outputs}}).CopyTo(MemoryMarshal.CreateSpan(ref Add(ref pass.Logits, (nint)b * {{plan.Head.Outputs}}), {{plan.Head.Outputs}}));
                }
            }
            """);
    }

    private static void WriteForwardSample(SourceWriter writer, ModelPlan plan)
    {
        writer.Lines("/// <summary>The forward pass of sample b: layer after layer, each instance on its own, then the head.</summary>");
        using (writer.Block("private void ForwardSample(in Pass pass, int b, ref float slot, ref int integers)"))
        {
            writer.Lines("ref float parameters = ref _parameters.Start;");
            WriteInput(writer, plan);
            foreach (LayerPlan layer in plan.Layers)
            {
                WriteInstances(writer, layer, () =>
                {
                    WriteValid(writer, layer);
                    string keys = LayerEmitter.SortsWith(layer, $", {Format.At("integers", plan.Slots.SortKeys)}");
                    writer.Lines($"Layer{layer.Index}.Forward({Patches(plan, layer, "x")}, valid, ref parameters, {Block(layer)}, {IntegerBlock(layer)}{keys}, {Format.At("slot", layer.OutputsOffset, ("g", Step(layer, layer.Outputs)))});");
                });
                writer.Gap();
            }

            writer.Lines($"Head.Forward({Format.At("slot", plan.Top.OutputsOffset)}, ref parameters, {Format.At("slot", plan.Slots.Logits)});");
        }
    }

    private static void WriteInput(SourceWriter writer, ModelPlan plan)
    {
        string input = $"ref Add(ref pass.Input, (nint)b * {plan.InputLength})";
        if (plan.Bottom.Access.Packed)
        {
            writer.Lines($"ref float x = {Format.At("slot", plan.Slots.Patches)};");
            writer.Lines($"PatchRows.Pack({input}, ref x);");
        }
        else
        {
            writer.Lines($"ref float x = {input};");
        }
    }

    private static void WriteBackwardSample(SourceWriter writer, ModelPlan plan)
    {
        writer.Lines("/// <summary>The backward pass of sample b within its scratch, from the logits' gradient down, and the input's gradient if it is wanted.</summary>");
        using (writer.Block("private void BackwardSample(in Pass pass, int b, ref float slot, ref int integers)"))
        {
            writer.Lines("ref float parameters = ref _parameters.Start;");
            writer.Lines($"Head.Backward(ref parameters, {Format.At("slot", plan.Slots.LogitsGradient)}, {Format.At("slot", plan.Top.OutputGradientsOffset)});");
            foreach (LayerPlan layer in plan.Layers.Reverse())
            {
                writer.Gap();
                if (layer.Index > 0)
                {
                    LayerPlan below = plan.Layers[layer.Index - 1];
                    writer.Lines($"MemoryMarshal.CreateSpan({Format.At("slot", below.OutputGradientsOffset)}, {below.Instances * below.Outputs}).Clear();");
                }

                WriteInstances(writer, layer, () =>
                {
                    writer.Lines($"Layer{layer.Index}.Backward({Format.At("slot", layer.OutputGradientsOffset, ("g", Step(layer, layer.Outputs)))}, {Block(layer)}, {IntegerBlock(layer)});");
                    if (layer.Index > 0)
                    {
                        LayerPlan below = plan.Layers[layer.Index - 1];
                        writer.Lines($"Layer{layer.Index}.InputGradient(ref parameters, {Block(layer)}, {IntegerBlock(layer)}, {Format.At("slot", below.OutputGradientsOffset, ("g", Step(layer, layer.Patches * layer.Dimension)))});");
                    }
                });
            }

            writer.Gap();
            WriteInputGradient(writer, plan);
        }
    }

    private static void WriteInputGradient(SourceWriter writer, ModelPlan plan)
    {
        LayerPlan layer = plan.Bottom;
        using (writer.Block("if (pass.HasInputGradient)"))
        {
            writer.Lines($"ref float inputGradient = ref Add(ref pass.InputGradient, (nint)b * {plan.InputLength});");
            writer.Lines($"MemoryMarshal.CreateSpan(ref inputGradient, {plan.InputLength}).Clear();");
            if (layer.Access.Packed)
            {
                writer.Lines($"ref float rows = {Format.At("slot", plan.Slots.PatchGradients)};");
                writer.Lines($"MemoryMarshal.CreateSpan(ref rows, {layer.Patches * layer.Dimension}).Clear();");
                writer.Lines($"Layer0.InputGradient(ref parameters, {Format.At("slot", layer.Floats)}, {Format.At("integers", layer.Integers)}, ref rows);");
                writer.Lines("PatchRows.Unpack(ref inputGradient, ref rows);");
            }
            else
            {
                WriteInstances(writer, layer, () => writer.Lines(
                    $"Layer0.InputGradient(ref parameters, {Block(layer)}, {IntegerBlock(layer)}, {Format.At("inputGradient", 0, ("g", Step(layer, layer.Patches * layer.Access.RowStep)))});"));
            }
        }
    }

    private static void WriteGradients(SourceWriter writer, ModelPlan plan)
    {
        Slots slots = plan.Slots;
        int c = plan.Head.Outputs;
        writer.Lines($"""
            /// <summary>
            /// Gradients, {slots.Window} samples at a time: first each worker takes samples through forward, loss and backward in their scratch, then
            /// each worker adds up its own part of the weights' gradients over the window. Sums have one order, whatever the number of workers.
            /// </summary>
            """);
        using (writer.Block("private void GradientsShare(Workspace workspace, in Pass pass, int worker)"))
        {
            writer.Lines($$"""
                (int first, int last) = workspace.Share({{plan.ParameterLength}}, worker);
                MemoryMarshal.CreateSpan(ref Add(ref pass.Gradients, first), last - first).Clear();
                for (int start = 0; start < pass.Batch; start += {{slots.Window}})
                {
                    int samples = Math.Min({{slots.Window}}, pass.Batch - start);
                    (int from, int to) = workspace.Share(samples, worker);
                    for (int i = from; i < to; i++)
                    {
                        int b = start + i;
                        ref float slot = ref workspace.Floats(i);
                        ref int integers = ref workspace.Integers(i);
                        ForwardSample(in pass, b, ref slot, ref integers);
                        ref float logits = ref Add(ref slot, {{slots.Logits}});
                        ref float logitsGradient = ref Add(ref slot, {{slots.LogitsGradient}});
                        if (pass.Kind == PassKind.LossAndGradients)
                        {
                            MemoryMarshal.CreateSpan(ref logits, {{c}}).CopyTo(MemoryMarshal.CreateSpan(ref Add(ref pass.Logits, (nint)b * {{c}}), {{c}}));
                            As<float, double>(ref Add(ref slot, {{slots.Loss}})) = LossOf(ref logits, Add(ref pass.Labels, b), 1.0 / pass.Batch, ref logitsGradient);
                        }
                        else
                        {
                            MemoryMarshal.CreateSpan(ref Add(ref pass.LogitsGradient, (nint)b * {{c}}), {{c}}).CopyTo(MemoryMarshal.CreateSpan(ref logitsGradient, {{c}}));
                        }

                        BackwardSample(in pass, b, ref slot, ref integers);
                    }

                    workspace.Synchronize();
                """);
            foreach (LayerPlan layer in plan.Layers)
            {
                string x = layer.Index > 0
                    ? $"ref Add(ref workspace.Floats(0), {plan.Layers[layer.Index - 1].OutputsOffset})"
                    : layer.Access.Packed ? $"ref workspace.Floats(0)" : $"ref Add(ref pass.Input, (nint)start * {plan.InputLength})";
                writer.Lines($"    Layer{layer.Index}.WeightGradients({x}, ref workspace.Floats(0), ref workspace.Integers(0), samples, ref pass.Gradients, worker, workspace.Threads);");
            }

            if (plan.Head.Trained)
            {
                writer.Lines("    Head.WeightGradients(ref workspace.Floats(0), ref workspace.Floats(0), ref workspace.Integers(0), samples, ref pass.Gradients, worker, workspace.Threads);");
            }

            writer.Lines($$"""
                    if (worker == 0 && pass.Kind == PassKind.LossAndGradients)
                    {
                        for (int i = 0; i < samples; i++)
                        {
                            workspace.Loss += As<float, double>(ref Add(ref workspace.Floats(i), {{slots.Loss}}));
                        }
                    }

                    workspace.Synchronize();
                }
                """);
        }
    }

    private static void WriteRoute(SourceWriter writer, ModelPlan plan)
    {
        LayerPlan layer = plan.Bottom;
        bool sample = layer.Routing == Routing.Sample;
        int routes = sample ? 1 : layer.Experts * layer.Taken;
        writer.Lines("/// <summary>The routes of one worker's samples in layer 0.</summary>");
        using (writer.Block("private void RouteShare(Workspace workspace, in Pass pass, int worker)"))
        {
            writer.Lines("(int from, int to) = workspace.Share(pass.Batch, worker);\nref float parameters = ref _parameters.Start;\nref float slot = ref workspace.Floats(worker);\nref int integers = ref workspace.Integers(worker);");
            using (writer.Block("for (int b = from; b < to; b++)"))
            {
                WriteInput(writer, plan);
                WriteInstances(writer, layer, () =>
                {
                    WriteValid(writer, layer);
                    string keys = LayerEmitter.SortsWith(layer, $", {Format.At("integers", plan.Slots.SortKeys)}");
                    writer.Lines($"ref float block = {Block(layer)};\nref int chosen = {IntegerBlock(layer)};");
                    writer.Lines($"Layer0.Route({Patches(plan, layer, "x")}, valid, ref parameters, ref block, ref chosen{keys});");
                    writer.Lines($"nint to0 = ((nint)b * {layer.Instances * routes}){(layer.Instances > 1 ? $" + (g * {routes})" : string.Empty)};");
                    using (writer.Block($"for (int i = 0; i < {routes}; i++)"))
                    {
                        string gate = layer.HasGate ? $"Add(ref block, {Format.Offset(layer.Block.Gates, ("i", 1))})" : "1f";
                        if (sample)
                        {
                            writer.Lines($"int route = Add(ref chosen, {BlockPlan.Routes});");
                            writer.Lines($"float score = Add(ref block, {Format.Offset(layer.Block.Scores, ("route", 1))});");
                            writer.Lines($"float gate = Add(ref block, {Format.Offset(layer.Block.Probabilities, ("route", 1))});");
                        }
                        else
                        {
                            writer.Lines($"int route = Add(ref chosen, {Format.Offset(BlockPlan.Routes, ("i", 1))});");
                            writer.Lines($"float score = route < 0 ? 0f : Add(ref block, {Format.Offset(layer.Block.Scores, ($"(i / {layer.Taken})", layer.Patches), ("route", 1))});");
                            writer.Lines($"float gate = route < 0 ? 0f : {gate};");
                        }

                        writer.Lines("""
                            Add(ref pass.Routes, to0 + i) = route;
                            if (pass.HasScores)
                            {
                                Add(ref pass.Scores, to0 + i) = score;
                            }

                            if (pass.HasGates)
                            {
                                Add(ref pass.Gates, to0 + i) = gate;
                            }
                            """);
                    }
                });
            }
        }
    }

    private static void WritePredict(SourceWriter writer, ModelPlan plan)
    {
        int c = plan.Head.Outputs;
        string decide = plan.Model.Loss == Loss.Logistic
            ? $"Add(ref pass.Classes, b) = Add(ref slot, {plan.Slots.Logits}) > 0f ? 1 : -1;"
            : $$"""
                int best = 0;
                for (int c = 1; c < {{c}}; c++)
                {
                    best = Add(ref slot, {{plan.Slots.Logits}} + c) > Add(ref slot, {{plan.Slots.Logits}} + best) ? c : best;
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

    /// <summary>A loop over the instances of a layer, or nothing around a layer that runs once.</summary>
    private static void WriteInstances(SourceWriter writer, LayerPlan layer, Action body)
    {
        if (layer.Instances == 1)
        {
            // Braces keep the names of one layer from the next.
            using (writer.Block($"// Layer {layer.Index}."))
            {
                body();
            }

            return;
        }

        using (writer.Block($"for (int g = 0; g < {layer.Instances}; g++)"))
        {
            body();
        }
    }

    private static void WriteValid(SourceWriter writer, LayerPlan layer)
    {
        string index = layer.Instances == 1 ? "b" : $"((nint)b * {layer.Instances}) + g";
        writer.Lines(layer.Index == 0
            ? $"int valid = pass.HasLengths ? Add(ref pass.Lengths, {index}) : {layer.Patches};"
            : $"const int valid = {layer.Patches};");
    }

    private static string Patches(ModelPlan plan, LayerPlan layer, string x) => layer.Index == 0
        ? Format.At(x, 0, ("g", Step(layer, layer.Patches * layer.Access.RowStep)))
        : Format.At("slot", plan.Layers[layer.Index - 1].OutputsOffset, ("g", Step(layer, layer.Patches * layer.Dimension)));

    private static string Block(LayerPlan layer) => Format.At("slot", layer.Floats, ("g", Step(layer, layer.Block.Floats)));

    private static string IntegerBlock(LayerPlan layer) => Format.At("integers", layer.Integers, ("g", Step(layer, layer.Block.Integers)));

    private static int Step(LayerPlan layer, int step) => layer.Instances == 1 ? 0 : step;
}
