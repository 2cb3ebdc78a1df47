using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>
/// Prints a training pass that workers share by experts instead of samples. Each takes its own experts through the pass, in slots of its own, so that neither their
/// weights nor the patches they took leave its cache; only the outputs are exchanged, and every worker computes the head for itself.
/// </summary>
internal static class SharedExpertsEmitter
{
    private static readonly Method s_exchange = new("TakeOutputs", "Workspace workspace, int slots, int i, int worker");

    private static readonly Method s_backward = SampleMethods.Private(
        "BackwardExperts", "in GradientPass pass, Workspace workspace, int b, ref float slot, ref int integers, int first, int last");

    public static void Write(SourceWriter writer, ModelPlan plan)
    {
        WriteShare(writer, plan);
        WriteForward(writer, plan);
        WriteExchange(writer, plan);
        WriteBackward(writer, plan);
    }

    private static Method Forward(ModelPlan plan) => SampleMethods.Private(
        "ForwardExperts", "in InputBatch batch, int b, ref float slot, ref int integers", SampleMethods.Panels(plan), SampleMethods.Decoding(plan), "int first, int last");

    private static void WriteShare(SourceWriter writer, ModelPlan plan)
    {
        int parts = plan.Bottom.ExpertParts;
        int experts = plan.Bottom.Experts / parts;
        bool one = plan.SharedBatch == 1;
        const string summary = "Gradients by workers that share layer 0's experts: each takes its own through all samples of a window, then through the sums of their gradients.";
        writer.Method(PassText.Share("GradientShareByExperts", "GradientPass"), summary, () =>
        {
            PassText.WritePack(writer, plan);
            writer.Call(GradientPassEmitter.Clear.Call());
            writer.Lines($"""
                (int first, int last) = workspace.Share({parts}, worker);
                int slots = Math.Min({(one ? 1 : plan.Slots.Window)}, pass.Batch.Count);
                int own = worker * slots;
                """);
            (string, Expression)[] sample =
            [
                ("b", (Expression)"start" + "i"), ("slot", "workspace.Floats(own + i)"), ("integers", "workspace.Integers(own + i)"),
                ("first", (Expression)"first" * experts), ("last", (Expression)"last" * experts),
            ];
            using (writer.Block($"for (int start = 0; start < pass.Batch.Count; start += {(one ? 1 : plan.Slots.Window)})"))
            {
                writer.Lines(one ? "const int samples = 1;" : $"int samples = Math.Min({plan.Slots.Window}, pass.Batch.Count - start);");
                using (writer.Block("for (int i = 0; i < samples; i++)"))
                {
                    writer.Call(Forward(plan).Call([("batch", "pass.Batch"), ("panels", "workspace.Panels"), ("own", "workspace.WorkerFloats(worker)"), .. sample]));
                }

                writer.Lines("workspace.Synchronize();");
                using (writer.Block("for (int i = 0; i < samples; i++)"))
                {
                    writer.Call(s_exchange.Call());
                    writer.Call(s_backward.Call(sample));
                }

                writer.Lines("// Now no worker reads another's outputs, nor the head's weights.\nworkspace.Synchronize();");
                writer.Call(GradientPassEmitter.AddWeights(plan).Call(("slot", "own")));
            }
        });
    }

    private static void WriteForward(SourceWriter writer, ModelPlan plan) =>
        writer.Method(Forward(plan), "The outputs of experts first…last−1 for sample b.", () =>
        {
            if (LayerMethods.Forward(plan.Bottom).Used.Any(parameter => parameter.Name == "parameters"))
            {
                writer.Lines($"ref float parameters = ref {SampleMethods.Parameters};");
            }

            SampleMethods.WriteSample(writer, plan);
            SampleMethods.WritePatches(writer, plan);
            writer.Call(SampleMethods.ForwardCall(plan, plan.Bottom));
        });

    private static void WriteExchange(SourceWriter writer, ModelPlan plan)
    {
        int parts = plan.Bottom.ExpertParts;
        int step = plan.Bottom.Experts / parts * plan.Bottom.Neurons;
        Expression at = (Expression)"from" * step;
        writer.Method(s_exchange, "Copies the other workers' outputs for sample i of the window to this worker's slot.", () =>
        {
            writer.Lines("ref float outputs = ref Add(ref workspace.Floats((worker * slots) + i), Slot.Layer0Outputs);");
            using (writer.Block("for (int other = 0; other < workspace.Threads; other++)"))
            {
                using (writer.Block("if (other != worker)"))
                {
                    writer.Lines($"(int from, int to) = workspace.Share({parts}, other);");
                    writer.Lines($"ref float others = ref Add(ref workspace.Floats((other * slots) + i), Slot.Layer0Outputs);");
                    writer.Lines($"Values.Copy(ref {(Place)"others" + at}, ref {(Place)"outputs" + at}, {((Expression)"to" - "from") * step});");
                }
            }
        });
    }

    private static void WriteBackward(SourceWriter writer, ModelPlan plan)
    {
        LayerPlan layer = plan.Bottom;
        string head = HeadEmitter.Owner(plan);
        writer.Method(s_backward, "The head's passes for sample b, and the backward pass of experts first…last−1.", () =>
        {
            writer.Call(HeadEmitter.Forward.Of(head).Call(
                ("y", SampleMethods.Outputs(layer, "Outputs")), ("parameters", SampleMethods.Parameters), ("logits", (Place)"slot" + "Slot.Logits")));
            writer.Call(SampleMethods.Loss.Call());
            Place outputs = SampleMethods.Outputs(layer, "OutputGradients");
            writer.Call(HeadEmitter.Backward.Of(head).Call(("parameters", SampleMethods.Parameters), ("logitsGradient", (Place)"slot" + "Slot.LogitsGradient"), ("yGradient", outputs)));
            writer.Call(LayerMethods.Backward(layer).Of(LayerMethods.Owner(layer)).Call([("yGradient", outputs), .. SampleMethods.Block(layer)]));
        });
    }
}
