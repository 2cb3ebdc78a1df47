using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the passes: how samples are shared among workers, and how a training pass goes from window to window.</summary>
internal static class PassesEmitter
{
    public static void Write(SourceWriter writer, ModelPlan plan)
    {
        writer.Lines("/// <summary>The network: its passes, shared by workers.</summary>");
        using (writer.Block("internal sealed class Network : CompiledNetwork"))
        {
            WriteSizes(writer, plan);
            writer.Gap();
            WriteShares(writer, plan);
            writer.Gap();
            if (plan.Bottom.HasWindow)
            {
                WriteWindow(writer, plan);
                writer.Gap();
            }

            WriteGradients(writer, plan);
            if (plan.SharedBatch > 0)
            {
                writer.Gap();
                SharedExpertsEmitter.Write(writer, plan);
            }

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
        }

        if (plan.Bottom.Access.Source == PatchSource.Copies)
        {
            writer.Gap();
            PatchesEmitter.Write(writer, plan);
        }

        writer.Gap();
        HeadEmitter.Write(writer, plan);
        writer.Gap();
        SlotEmitter.Write(writer, plan);
    }

    private static void WriteSizes(SourceWriter writer, ModelPlan plan)
    {
        int routes = Routes(plan) ? plan.Model.RouteShape().Aggregate(1, (product, size) => product * size) : 0;
        writer.Lines($$"""
            private static readonly NetworkSizes s_sizes = new()
            {
                Model = "{{plan.Target.Name.TrimStart('@')}}",
                InputLength = {{plan.InputLength}},
                Outputs = {{plan.Head.Outputs}},
                FeatureLength = {{plan.Head.Inputs}},
                ParameterLength = {{plan.ParameterLength}},
                Loss = Loss.{{plan.Model.Loss}},
                Groups = {{plan.Bottom.Instances}},
                Patches = {{plan.Bottom.Patches}},
                Routes = {{routes}},
                SlotFloats = Slot.Floats,
                SlotIntegers = Slot.Integers,
                PanelFloats = {{plan.Slots.Panels}},
                WorkerFloats = {{plan.Slots.WorkerFloats}},
                Window = {{plan.Slots.Window}},
                ForwardWindow = {{(plan.Bottom.HasWindow ? plan.Slots.Window : 1)}},
                SampleFlops = {{plan.Cost.ForwardFlops}},
                ExpertParts = {{plan.Bottom.ExpertParts}},
                SharedBatch = {{(plan.SharedBatch == int.MaxValue ? "int.MaxValue" : plan.SharedBatch)}},
            };

            private Network()
                : base(s_sizes)
            {
            }

            /// <summary>Makes the network; its weights are 0.</summary>
            public static CompiledNetwork Create() => new Network();
            """);
    }

    /// <summary>The packing of weights, where there are any panels, at the beginning of a worker's share.</summary>
    public static void WritePack(SourceWriter writer, ModelPlan plan)
    {
        if (HasPanels(plan))
        {
            writer.Lines("PackPanels(workspace, worker);");
        }
    }

    private static bool HasPanels(ModelPlan plan) => plan.Layers.Any(layer => layer.HasPanels);

    /// <summary>Whether layer 0 routes at all.</summary>
    public static bool Routes(ModelPlan plan) => plan.Bottom.Routing != Routing.Dense;

    private static void WriteShares(SourceWriter writer, ModelPlan plan)
    {
        int c = plan.Head.Outputs;
        int m = plan.Head.Inputs;
        if (HasPanels(plan))
        {
            writer.Lines("/// <summary>One worker's share of packing the weights, which ends when all are packed.</summary>");
            using (writer.Block("private void PackPanels(Workspace workspace, int worker)"))
            {
                foreach (LayerPlan layer in plan.Layers.Where(layer => layer.HasPanels))
                {
                    writer.Lines($"Layer{layer.Index}.PackPanels(ref ParameterBuffer.Start, {PanelEmitter.Place(layer)}, worker, workspace.Threads);");
                }

                writer.Lines("workspace.Synchronize();");
            }

            writer.Gap();
        }

        WriteSamples(
            writer,
            plan,
            "ForwardShare",
            "ForwardPass",
            "The logits",
            "ForwardSample",
            $"Values.Copy(ref Add(ref slot, Slot.Logits), {Format.At("pass.Outputs", "0", ("(nint)b", c))}, {c});");
        writer.Gap();
        WriteSamples(
            writer,
            plan,
            "FeaturesShare",
            "ForwardPass",
            "The feature vectors",
            SampleEmitter.HasLayersOfItsOwn(plan) ? "ForwardLayers" : null,
            $"Values.Copy(ref Add(ref slot, Slot.Layer{plan.Top.Index}Outputs), {Format.At("pass.Outputs", "0", ("(nint)b", m))}, {m});");
    }

    /// <summary>A pass without gradients: each worker takes samples through the forward pass, one after the other or a window at a time.</summary>
    private static void WriteSamples(SourceWriter writer, ModelPlan plan, string name, string pass, string result, string? sample, string use)
    {
        int window = plan.Slots.Window;
        string panels = SampleEmitter.PanelArgument(plan, "ref workspace.Panels");
        writer.Lines($"/// <summary>{result} of one worker's samples{(plan.Bottom.HasWindow ? ", a window at a time" : "; its scratch holds one sample at a time")}.</summary>");
        using (writer.Block($"protected override void {name}(in {pass} pass, Workspace workspace, int worker)"))
        {
            WritePack(writer, plan);
            if (!plan.Bottom.HasWindow)
            {
                writer.Lines("(int from, int to) = workspace.Share(pass.Batch.Count, worker);\nref float slot = ref workspace.Floats(worker);");
                using (writer.Block("for (int b = from; b < to; b++)"))
                {
                    writer.Lines($"{sample}(in pass.Batch, b, ref slot, ref workspace.Integers(worker){panels});");
                    writer.Lines(use);
                }

                return;
            }

            using (writer.Block($"for (int start = 0; start < pass.Batch.Count; start += {window})"))
            {
                writer.Lines($"int samples = Math.Min({window}, pass.Batch.Count - start);\nForwardWindow(workspace, in pass.Batch, start, samples, worker);\n(int from, int to) = workspace.Share(samples, worker);");
                using (writer.Block("for (int i = from; i < to; i++)"))
                {
                    writer.Lines($"int b = start + i;\nref float slot = ref workspace.Floats(i);");
                    if (sample is not null)
                    {
                        writer.Lines($"{sample}(in pass.Batch, b, ref slot, ref workspace.Integers(i){panels});");
                    }

                    writer.Lines(use);
                }

                writer.Gap();
                writer.Lines("workspace.Synchronize();");
            }
        }
    }

    /// <summary>Layer 0's forward pass, for a window.</summary>
    private static void WriteWindow(SourceWriter writer, ModelPlan plan) => writer.Lines($$"""
        /// <summary>Routes, activations and outputs of layer 0 for a window: each worker routes samples of it, then all share the weights.</summary>
        private void ForwardWindow(Workspace workspace, in InputBatch batch, int start, int samples, int worker)
        {
            (int from, int to) = workspace.Share(samples, worker);
            for (int i = from; i < to; i++)
            {
                RouteSample(in batch, start + i, ref workspace.Floats(i), ref workspace.Integers(i));
            }

            workspace.Synchronize();
            for (int first = 0; first < samples; first += {{plan.Bottom.Kernel.Window!.Together}})
            {
                Layer0.ForwardWindow({{WindowPatches(plan, plan.Bottom, "batch", "first")}}, ref workspace.Floats(first), ref workspace.Integers(first), Math.Min({{plan.Bottom.Kernel.Window.Together}}, samples - first), {{WindowEmitter.WeightArguments(plan.Bottom)}}, ref workspace.WorkerFloats(worker), worker, workspace.Threads);
            }

            workspace.Synchronize();
        }
        """);

    /// <summary>Where the patches of a window's samples lie for a layer.</summary>
    private static string WindowPatches(ModelPlan plan, LayerPlan layer, string batch, string first = "0") => layer.Index > 0
        ? $"ref Add(ref workspace.Floats({first}), Slot.Layer{layer.Index - 1}Outputs)"
        : layer.Access.Copies
            ? $"ref Add(ref workspace.Floats({first}), Slot.Patches)"
            : $"ref Add(ref {batch}.Input, (nint){(first == "first" ? "(start + first)" : "start")} * {plan.InputLength})";

    private static void WriteGradients(SourceWriter writer, ModelPlan plan)
    {
        int window = plan.Slots.Window;
        int c = plan.Head.Outputs;
        int m = plan.Head.Inputs;
        string logits = Format.At("pass.Logits", "0", ("(nint)b", c));
        string logitsGradient = Format.At("pass.Upstream", "0", ("(nint)b", c));
        string slot = plan.SharedBatch > 0 ? " slot: 0," : string.Empty;
        string panels = SampleEmitter.PanelArgument(plan, "ref workspace.Panels");
        string layers = SampleEmitter.HasLayersOfItsOwn(plan) ? $"\n        ForwardLayers(in pass.Batch, b, ref slot, ref integers{panels});" : string.Empty;
        string activate = plan.Bottom.HasWindow ? "ForwardWindow(workspace, in pass.Batch, start, samples, worker);\n        " : string.Empty;
        string pack = HasPanels(plan) ? "\n    PackPanels(workspace, worker);" : string.Empty;
        writer.Lines($$"""
            /// <summary>
            /// Gradients, {{window}} samples at a time: first each worker takes samples through forward, loss and backward in their scratch, then
            /// each worker adds up its own part of the weights' gradients over the window. Sums have one order, whatever the number of workers.
            /// </summary>
            protected override void GradientShare(in GradientPass pass, Workspace workspace, int worker)
            {{{pack}}
                ClearGradients(workspace, in pass, worker);
                for (int start = 0; start < pass.Batch.Count; start += {{window}})
                {
                    int samples = Math.Min({{window}}, pass.Batch.Count - start);
                    {{activate}}(int from, int to) = workspace.Share(samples, worker);
                    for (int i = from; i < to; i++)
                    {
                        GradientsSample(workspace, in pass, start + i, ref workspace.Floats(i), ref workspace.Integers(i), ref workspace.WorkerFloats(worker));
                    }

                    workspace.Synchronize();
                    AddWeightGradients(workspace, in pass, start, samples,{{slot}} worker);
                    workspace.Synchronize();
                }
            }

            {{Clear(plan)}}

            /// <summary>Forward, loss and backward of sample b in its scratch.</summary>
            private void GradientsSample(Workspace workspace, in GradientPass pass, int b, ref float slot, ref int integers, ref float own)
            {
                if (pass.SkipsHead)
                {{{layers}}
                    Values.Copy({{Format.At("pass.Upstream", "0", ("(nint)b", m))}}, ref Add(ref slot, Slot.Layer{{plan.Top.Index}}OutputGradients), {{m}});
                    BackwardLayers(in pass, b, ref slot, ref integers, ref own);
                    return;
                }

                ForwardSample(in pass.Batch, b, ref slot, ref integers{{panels}});
                LossOfSample(workspace, in pass, b, ref slot);
                BackwardSample(in pass, b, ref slot, ref integers, ref own);
            }

            /// <summary>The loss of sample b from its logits, if the pass has one, and its gradient by them.</summary>
            private void LossOfSample(Workspace workspace, in GradientPass pass, int b, ref float slot)
            {
                ref float logits = ref Add(ref slot, Slot.Logits);
                ref float logitsGradient = ref Add(ref slot, Slot.LogitsGradient);
                if (pass.HasLoss)
                {
                    Values.Copy(ref logits, {{logits}}, {{c}});
                    double loss = LossOf(ref logits, Add(ref pass.Labels, b), 1.0 / pass.Batch.Count, ref logitsGradient);
                    As<float, double>(ref Add(ref slot, Slot.Loss)) = loss;
                    if (!(double.IsFinite(loss) && Values.AllFinite(ref logits, {{c}})))
                    {
                        workspace.IsFinite = false;
                    }
                }
                else
                {
                    Values.Copy({{logitsGradient}}, ref logitsGradient, {{c}});
                }
            }

            """);
        writer.Lines("/// <summary>One worker's part of the weights' gradients over the window that begins at sample start; the last window's complete them, and an update goes on into the weights.</summary>");
        string first = plan.SharedBatch > 0 ? "slot" : "0";
        using (writer.Block($"private void AddWeightGradients(Workspace workspace, in GradientPass pass, int start, int samples,{(plan.SharedBatch > 0 ? " int slot," : string.Empty)} int worker)"))
        {
            writer.Lines($"ref float slots = ref workspace.Floats({first});\nref int integers = ref workspace.Integers({first});");
            writer.Lines("""
                bool updates = pass.Updates && workspace.IsFinite && start + samples == pass.Batch.Count;
                WeightTarget add = new(in pass, ref ParameterBuffer.Start, adds: true, updates);
                """);
            if (plan.Layers.Any(layer => layer.Gradient.Stores))
            {
                writer.Lines("WeightTarget store = new(in pass, ref ParameterBuffer.Start, adds: start > 0, updates);");
            }

            foreach (LayerPlan layer in plan.Layers)
            {
                string x = WindowPatches(plan, layer, "pass.Batch", first);
                string target = layer.Gradient.Stores ? "in store" : "in add";
                writer.Lines($"Layer{layer.Index}.WeightGradients({x}, ref slots, ref integers, samples, {target}, ref workspace.WorkerFloats(worker), worker, workspace.Threads);");
            }

            if (plan.Head.Trained)
            {
                using (writer.Block("if (!pass.SkipsHead)"))
                {
                    writer.Lines($"Head.WeightGradients(ref Add(ref slots, Slot.Layer{plan.Top.Index}Outputs), ref slots, ref integers, samples, in add, ref workspace.WorkerFloats(worker), worker, workspace.Threads);");
                }

                writer.Gap();
            }

            writer.Lines("""
                if (worker == 0 && pass.HasLoss)
                {
                    for (int i = 0; i < samples; i++)
                    {
                        workspace.Loss += As<float, double>(ref Add(ref slots, ((nint)i * Slot.Floats) + Slot.Loss));
                    }
                }
                """);
        }
    }

    /// <summary>What the first window does not write begins at 0.</summary>
    private static string Clear(ModelPlan plan)
    {
        var lines = new List<string>
        {
            "/// <summary>Sets one worker's share of the gradients to 0, except those that the first window writes.</summary>",
            "private static void ClearGradients(Workspace workspace, in GradientPass pass, int worker)",
            "{",
        };
        void Range(int from, int to)
        {
            string variables = lines.Any(line => line.Contains("(int first")) ? "(first, last)" : "(int first, int last)";
            lines.Add($"    {variables} = workspace.Share({to - from}, worker);");
            lines.Add($"    Values.Clear(ref Add(ref pass.Gradients, {Format.Offset($"{from}", ("first", 1))}), last - first);");
        }

        int at = 0;
        foreach (ParameterSpec parameter in plan.Parameters.Where(parameter => IsStored(plan, parameter)))
        {
            if (parameter.Offset > at)
            {
                Range(at, parameter.Offset);
            }

            at = parameter.Offset + parameter.Length;
        }

        if (plan.ParameterLength > at)
        {
            Range(at, plan.ParameterLength);
        }

        if (at > 0)
        {
            lines.Add("    if (pass.Batch.Count == 0 && worker == 0)\n    {");
            lines.Add($"        Values.Clear(ref pass.Gradients, {plan.ParameterLength});");
            lines.Add("    }");
        }

        lines.Add("}");
        return string.Join("\n", lines);
    }

    private static bool IsStored(ModelPlan plan, ParameterSpec parameter) =>
        parameter.Layer >= 0 && plan.Layers[parameter.Layer].Gradient is { Stores: true } gradient
        && (parameter.Role == ParameterRole.Experts || (parameter.Role == ParameterRole.Router && gradient.HasRouter));

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
        WriteSamples(writer, plan, "PredictShare", "PredictPass", "The classes", "ForwardSample", decide);
    }
}
