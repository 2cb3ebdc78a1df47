using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using static PatchMoE.Gen.Emission.Text.Indices;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the pass with gradients, which goes from window to window.</summary>
internal static class GradientPassEmitter
{
    public static Method Clear { get; } = new("ClearGradients", "in GradientPass pass, Workspace workspace, int worker");

    /// <summary>One worker's part of the weights' gradients over a window; by experts, the samples are in slots of the worker's own.</summary>
    public static Method AddWeights(ModelPlan plan) => SampleMethods.Private(
        "AddWeightGradients", "in GradientPass pass, Workspace workspace, int start, int samples", ("int slot", plan.SharedBatch > 0), "int worker");

    public static void Write(SourceWriter writer, ModelPlan plan)
    {
        WriteShare(writer, plan);
        WriteClear(writer, plan);
        WriteSample(writer, plan);
        WriteLoss(writer, plan);
        WriteWeights(writer, plan);
        if (plan.HasAuxiliary)
        {
            AuxiliaryEmitter.Write(writer, plan);
        }
    }

    private static Method Sample(ModelPlan plan) => SampleMethods.Private(
        "GradientSample", "in GradientPass pass, Workspace workspace, int b, ref float slot, ref int integers", SampleMethods.OwnOfSample(plan));

    private static void WriteShare(SourceWriter writer, ModelPlan plan)
    {
        int window = plan.Slots.Window;
        string summary = $"Gradients, {window} samples at a time: first each worker takes samples through forward, loss and backward in their scratch, then each worker adds up its own part of the weights' gradients over the window. Sums have one order, whatever the number of workers.";
        writer.Method(PassText.Share("GradientShare", "GradientPass"), summary, () =>
        {
            PassText.WritePack(writer, plan);
            writer.Call(Clear.Call());
            if (plan.HasAuxiliary)
            {
                writer.Call(AuxiliaryEmitter.Pass.Call());
            }

            using (writer.Block($"for (int start = 0; start < pass.Batch.Count; start += {window})"))
            {
                writer.Lines($"int samples = Math.Min({window}, pass.Batch.Count - start);");
                if (plan.Bottom.HasWindow)
                {
                    writer.Call(PassText.ForwardWindow.Call(("batch", "pass.Batch")));
                }

                writer.Lines("(int from, int to) = workspace.Share(samples, worker);");
                using (writer.Block("for (int i = from; i < to; i++)"))
                {
                    (string, Expression)[] own = [("b", (Expression)"start" + "i"), ("slot", "workspace.Floats(i)"), ("integers", "workspace.Integers(i)"), ("own", "workspace.WorkerFloats(worker)")];
                    writer.Call(Sample(plan).Call(own));
                }

                writer.Lines("workspace.Synchronize();");
                writer.Call(AddWeights(plan).Call(("slot", 0)));
                writer.Lines("workspace.Synchronize();");
            }
        });
    }

    private static void WriteSample(SourceWriter writer, ModelPlan plan)
    {
        int m = plan.Head.Inputs;
        (string, Expression) panels = ("panels", "workspace.Panels");
        writer.Method(Sample(plan), "Forward, loss and backward of sample b in its scratch.", () =>
        {
            if (plan.HasAuxiliary)
            {
                writer.Lines("ref double auxiliary = ref workspace.Auxiliary;");
            }

            using (writer.Block("if (pass.SkipsHead)"))
            {
                if (SampleMethods.HasLayersOfItsOwn(plan))
                {
                    writer.Call(PassText.SampleCall(SampleMethods.ForwardLayers(plan), panels));
                }

                writer.Lines($"Values.Copy(ref {(Place)"pass.Upstream" + (B * m)}, ref {SampleMethods.Outputs(plan.Top, "OutputGradients")}, {m});");
                writer.Call(SampleMethods.BackwardLayers(plan).Call());
                writer.Lines("return;");
            }

            writer.Call(PassText.SampleCall(SampleMethods.Forward(plan), panels));
            writer.Call(SampleMethods.Loss.Call());
            writer.Call(SampleMethods.Backward(plan).Call());
        });
    }

    private static void WriteLoss(SourceWriter writer, ModelPlan plan)
    {
        int c = plan.Head.Outputs;
        writer.Method(SampleMethods.Loss, "The loss of sample b from its logits, if the pass has one, and the logits' gradient.", () => writer.Lines($$"""
            ref float logits = ref Add(ref slot, Slot.Logits);
            ref float logitsGradient = ref Add(ref slot, Slot.LogitsGradient);
            if (!pass.HasLoss)
            {
                Values.Copy(ref {{(Place)"pass.Upstream" + (B * c)}}, ref logitsGradient, {{c}});
                return;
            }

            Values.Copy(ref logits, ref {{(Place)"pass.Logits" + (B * c)}}, {{c}});
            double weight = pass.Weight(b);
            double loss = weight * LossOf(ref logits, Add(ref pass.Labels, b), weight / pass.Batch.Count, ref logitsGradient);
            As<float, double>(ref Add(ref slot, Slot.Loss)) = loss;
            if (!(double.IsFinite(loss) && Values.AllFinite(ref logits, {{c}})))
            {
                workspace.IsFinite = false;
            }
            """));
    }

    private static void WriteWeights(SourceWriter writer, ModelPlan plan)
    {
        Expression first = plan.SharedBatch > 0 ? "slot" : 0;
        (string, Expression)[] window =
        [
            ("slots", "slots"), ("samples", "samples"), ("own", "workspace.WorkerFloats(worker)"), ("workers", "workspace.Threads"),
        ];
        const string summary = "One worker's part of the weights' gradients over the window that begins at sample start; the last window's complete them, and an update goes on into the weights.";
        writer.Method(AddWeights(plan), summary, () =>
        {
            writer.Lines($"""
                ref float slots = ref workspace.Floats({first});
                ref int integers = ref workspace.Integers({first});
                bool updates = pass.Updates && workspace.IsFinite && start + samples == pass.Batch.Count;
                """);
            bool stores = plan.Layers.Any(layer => layer.Gradient.Stores);
            if (plan.Head.Trained || plan.Layers.Any(layer => !layer.Gradient.Stores))
            {
                writer.Lines($"WeightTarget add = new(in pass, ref {SampleMethods.Parameters}, adds: true, updates);");
            }

            if (stores)
            {
                writer.Lines($"WeightTarget store = new(in pass, ref {SampleMethods.Parameters}, adds: start > 0, updates);");
            }

            foreach (LayerPlan layer in plan.Layers)
            {
                writer.Call(LayerMethods.WeightGradients(layer).Of(LayerMethods.Owner(layer)).Call(
                    [
                        .. window,
                        ("x", PassText.WindowPatches(layer, "pass.Batch", first)),
                        ("target", layer.Gradient.Stores ? "store" : "add"),
                    ]));
            }

            if (plan.Head.Trained)
            {
                using (writer.Block("if (!pass.SkipsHead)"))
                {
                    writer.Call(HeadEmitter.WeightGradients.Of(HeadEmitter.Owner(plan)).Call(
                        [.. window, ("x", (Place)"slots" + $"Slot.Layer{plan.Top.Index}Outputs"), ("target", "add")]));
                }
            }

            writer.Lines($$"""
                if (worker == 0 && pass.HasLoss)
                {
                    for (int b = 0; b < samples; b++)
                    {
                        workspace.Loss += As<float, double>(ref {{(Place)"slots" + ((B * "Slot.Floats") + "Slot.Loss")}});
                    }
                }
                """);
        });
    }

    /// <summary>What the first window does not write begins at 0.</summary>
    private static void WriteClear(SourceWriter writer, ModelPlan plan)
    {
        (int From, int To)[] ranges = [.. plan.ClearedGradients()];
        bool stores = ranges.Sum(range => range.To - range.From) < plan.ParameterLength;
        writer.Method(Clear, $"Sets one worker's share of the gradients to 0{(stores ? ", except those that the first window writes" : string.Empty)}.", () =>
        {
            for (int i = 0; i < ranges.Length; i++)
            {
                (int from, int to) = ranges[i];
                writer.Lines($"{(i == 0 ? "(int first, int last)" : "(first, last)")} = workspace.Share({to - from}, worker);");
                writer.Lines($"Values.Clear(ref {(Place)"pass.Gradients" + (from + (Expression)"first")}, last - first);");
            }

            if (stores)
            {
                writer.Block("if (pass.Batch.Count == 0 && worker == 0)", () => writer.Lines($"Values.Clear(ref pass.Gradients, {plan.ParameterLength});"));
            }
        });
    }
}
