using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>
/// Prints a training pass that workers share by experts instead of samples. Each takes its own experts through the pass, in slots of its own, so that neither their
/// weights nor the patches they took leave its cache; only the outputs are exchanged, and every worker computes the head for itself.
/// </summary>
internal static class SharedExpertsEmitter
{
    public static void Write(SourceWriter writer, ModelPlan plan)
    {
        LayerPlan layer = plan.Bottom;
        (int parts, int experts) = (layer.ExpertParts, layer.Experts / layer.ExpertParts);
        string window = plan.SharedBatch == 1 ? "1" : $"{plan.Slots.Window}";
        writer.Lines("/// <summary>Gradients by workers that share layer 0's experts: each takes its own through all samples of a window, then through the sums of their gradients.</summary>");
        using (writer.Block("protected override void GradientShareByExperts(in GradientPass pass, Workspace workspace, int worker)"))
        {
            PassesEmitter.WritePack(writer, plan);
            writer.Lines($"ClearGradients(workspace, in pass, worker);\n(int first, int last) = workspace.Share({parts}, worker);\nint own = worker * Math.Min({window}, pass.Batch.Count);");
            using (writer.Block($"for (int start = 0; start < pass.Batch.Count; start += {window})"))
            {
                writer.Lines($"int samples = Math.Min({window}, pass.Batch.Count - start);");
                using (writer.Block("for (int i = 0; i < samples; i++)"))
                {
                    writer.Lines($"ForwardExperts(in pass.Batch, start + i, ref workspace.Floats(own + i), ref workspace.Integers(own + i), first * {experts}, last * {experts}{SampleEmitter.PanelArgument(plan, "ref workspace.Panels")});");
                }

                writer.Gap();
                writer.Lines("workspace.Synchronize();");
                using (writer.Block("for (int i = 0; i < samples; i++)"))
                {
                    writer.Lines("TakeOutputs(workspace, in pass, i, worker);");
                    writer.Lines($"BackwardExperts(workspace, in pass, start + i, ref workspace.Floats(own + i), ref workspace.Integers(own + i), first * {experts}, last * {experts});");
                }

                writer.Gap();
                writer.Lines("""
                    // Now no worker reads another's outputs, nor the head's weights.
                    workspace.Synchronize();
                    AddWeightGradients(workspace, in pass, start, samples, own, worker);
                    """);
            }
        }

        writer.Gap();
        writer.Lines("/// <summary>The outputs of experts first…last−1 for sample b.</summary>");
        using (writer.Block($"private void ForwardExperts(in InputBatch batch, int b, ref float slot, ref int integers, int first, int last{SampleEmitter.PanelArgument(plan, "ref float panels")})"))
        {
            writer.Lines("ref float parameters = ref ParameterBuffer.Start;");
            SampleEmitter.WritePatches(writer, plan);
            writer.Lines(SampleEmitter.ForwardCall(plan, layer, "first", "last"));
        }

        writer.Gap();
        writer.Lines("/// <summary>Copies the other workers' outputs for sample i of the window to this worker's slot.</summary>");
        using (writer.Block("private static void TakeOutputs(Workspace workspace, in GradientPass pass, int i, int worker)"))
        {
            writer.Lines($"int slots = Math.Min({window}, pass.Batch.Count);\nref float outputs = ref Add(ref workspace.Floats((worker * slots) + i), Slot.Layer0Outputs);");
            using (writer.Block("for (int other = 0; other < workspace.Threads; other++)"))
            {
                writer.Lines($"(int from, int to) = workspace.Share({parts}, other);");
                using (writer.Block("if (other != worker)"))
                {
                    int step = experts * layer.Neurons;
                    writer.Lines($"Values.Copy(ref Add(ref workspace.Floats((other * slots) + i), Slot.Layer0Outputs + (from * {step})), ref Add(ref outputs, from * {step}), (to - from) * {step});");
                }
            }
        }

        writer.Gap();
        writer.Lines($$"""
            /// <summary>The head's passes for sample b, and the backward pass of experts first…last−1.</summary>
            private void BackwardExperts(Workspace workspace, in GradientPass pass, int b, ref float slot, ref int integers, int first, int last)
            {
                Head.Forward(ref Add(ref slot, Slot.Layer0Outputs), ref ParameterBuffer.Start, ref Add(ref slot, Slot.Logits));
                LossOfSample(workspace, in pass, b, ref slot);
                Head.Backward(ref ParameterBuffer.Start, ref Add(ref slot, Slot.LogitsGradient), ref Add(ref slot, Slot.Layer0OutputGradients));
                Layer0.Backward({{SlotEmitter.OutputGradients(layer)}}, {{SlotEmitter.Block(layer)}}, {{SlotEmitter.IntegerBlock(layer)}}, first, last);
            }
            """);
    }
}
