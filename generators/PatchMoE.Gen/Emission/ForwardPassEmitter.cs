using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using static PatchMoE.Gen.Emission.Text.Indices;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the passes without gradients: each worker takes samples through the forward pass, one after the other or a window at a time.</summary>
internal static class ForwardPassEmitter
{
    public static void Write(SourceWriter writer, ModelPlan plan)
    {
        if (PassText.HasPanels(plan))
        {
            WritePack(writer, plan);
        }

        (int c, int m) = (plan.Head.Outputs, plan.Head.Inputs);
        Method forward = SampleMethods.Forward(plan);
        WriteSamples(writer, plan, "ForwardShare", "ForwardPass", "The logits", forward, place =>
        {
            writer.Lines($"Values.Copy(ref Add(ref slot, Slot.Logits), ref {(Place)"pass.Outputs" + (B * c)}, {c});");
            if (plan.Bottom.Routing != Routing.Dense)
            {
                using (writer.Block("if (pass.HasRoutes)"))
                {
                    writer.Lines($"ref int integers = ref workspace.Integers({place});");
                    WriteReport(writer, plan, "pass.Routes");
                }
            }
        });
        Method? layers = SampleMethods.HasLayersOfItsOwn(plan) ? SampleMethods.ForwardLayers(plan) : null;
        WriteSamples(writer, plan, "FeaturesShare", "ForwardPass", "The feature vectors", layers, _ =>
            writer.Lines($"Values.Copy(ref {SampleMethods.Outputs(plan.Top, "Outputs")}, ref {(Place)"pass.Outputs" + (B * m)}, {m});"));
        WriteSamples(writer, plan, "PredictShare", "PredictPass", "The classes", forward, _ => WriteClass(writer, plan));
        if (plan.Bottom.Routing != Routing.Dense)
        {
            WriteRoutes(writer, plan);
        }

        if (plan.Bottom.HasWindow)
        {
            WriteWindow(writer, plan);
        }
    }

    private static void WritePack(SourceWriter writer, ModelPlan plan)
    {
        writer.Method(PassText.PackPanels, "One worker's share of packing the weights; behind it, all are packed.", () =>
        {
            foreach (LayerPlan layer in plan.Layers.Where(layer => layer.PacksFirst))
            {
                writer.Call(LayerMethods.PackPanels.Of(LayerMethods.Owner(layer)).Call(
                    ("parameters", SampleMethods.Parameters), ("panels", (Place)"workspace.Panels" + layer.Panels), ("workers", "workspace.Threads")));
            }

            writer.Lines("workspace.Synchronize();");
        });
    }

    private static void WriteSamples(SourceWriter writer, ModelPlan plan, string name, string pass, string result, Method? sample, Action<string> use)
    {
        bool windows = plan.Bottom.HasWindow;
        writer.Method(PassText.Share(name, pass), $"{result} of one worker's samples{(windows ? ", a window at a time" : "; its scratch holds one sample at a time")}.", () =>
        {
            PassText.WritePack(writer, plan);
            void Sample(string slot)
            {
                if (sample is not null)
                {
                    writer.Call(PassText.SampleCall(sample, ("integers", $"workspace.Integers({slot})"), ("panels", "workspace.Panels"), ("own", "workspace.WorkerFloats(worker)")));
                }

                WriteCheck(writer, plan);
                use(slot);
            }

            if (!windows)
            {
                writer.Lines("(int from, int to) = workspace.Share(pass.Batch.Count, worker);\nref float slot = ref workspace.Floats(worker);");
                writer.Block("for (int b = from; b < to; b++)", () => Sample("worker"));
                return;
            }

            using (writer.Block($"for (int start = 0; start < pass.Batch.Count; start += {plan.Slots.Window})"))
            {
                writer.Lines($"int samples = Math.Min({plan.Slots.Window}, pass.Batch.Count - start);");
                writer.Call(PassText.ForwardWindow.Call(("batch", "pass.Batch")));
                writer.Lines("(int from, int to) = workspace.Share(samples, worker);");
                using (writer.Block("for (int i = from; i < to; i++)"))
                {
                    writer.Lines("int b = start + i;\nref float slot = ref workspace.Floats(i);");
                    Sample("i");
                }

                writer.Lines("workspace.Synchronize();");
            }
        });
    }

    /// <summary>A value that is not finite makes the scores of its patch so. Without a router, the input itself is looked through.</summary>
    private static void WriteCheck(SourceWriter writer, ModelPlan plan)
    {
        LayerPlan layer = plan.Bottom;
        if (layer.Routing == Routing.Dense)
        {
            writer.Lines(layer.SkipsPadding
                ? $"workspace.CheckInput(in pass.Batch, b, {layer.Instances}, {layer.Patches}, {layer.Access.RowStep});"
                : "workspace.CheckInput(in pass.Batch, b);");
            return;
        }

        int scores = layer.Shape.Experts * (layer.Routing == Routing.Sample ? 1 : layer.Patches);
        writer.Loop("g", layer.Instances, _ =>
            writer.Lines($"workspace.CheckScores(ref {(Place)"slot" + "Slot.Layer0" + (BlockPlaces.Instance(layer) * layer.Block.Floats) + layer.Block.Scores}, {scores});"));
    }

    private static void WriteClass(SourceWriter writer, ModelPlan plan)
    {
        if (plan.Model.Loss == Loss.Logistic)
        {
            writer.Lines("Add(ref pass.Classes, b) = Add(ref slot, Slot.Logits) > 0f ? 1 : -1;");
            return;
        }

        writer.Lines("int best = 0;");
        writer.Loop("c", 1, plan.Head.Outputs, c => writer.Lines($"best = Add(ref slot, Slot.Logits + {c}) > Add(ref slot, Slot.Logits + best) ? {c} : best;"));
        writer.Lines("Add(ref pass.Classes, b) = best;");
    }

    /// <summary>Reports the routes of sample b in layer 0.</summary>
    private static void WriteReport(SourceWriter writer, ModelPlan plan, string pass) =>
        writer.Loop("g", plan.Bottom.Instances, _ => writer.Call(ReportCall(plan, pass)));

    /// <summary>Reports the routes of instance g of sample b in layer 0.</summary>
    private static Call ReportCall(ModelPlan plan, string pass)
    {
        LayerPlan layer = plan.Bottom;
        Expression instance = layer.Instances == 1 ? B : (B * layer.Instances) + G;
        return LayerMethods.Report.Of(LayerMethods.Owner(layer)).Call(
            [.. SampleMethods.Block(layer), ("pass", pass), ("at", instance * (plan.RouteLength / layer.Instances))]);
    }

    /// <summary>The pass that reports layer 0's routes with their scores and gate values.</summary>
    private static void WriteRoutes(SourceWriter writer, ModelPlan plan)
    {
        LayerPlan layer = plan.Bottom;
        writer.Method(PassText.Share("RouteShare", "RoutePass"), "The routes of one worker's samples in layer 0.", () =>
        {
            if (layer.HasRouterPanels)
            {
                PassText.WritePack(writer, plan);
            }

            writer.Lines("""
                InputBatch batch = pass.Batch;
                (int from, int to) = workspace.Share(batch.Count, worker);
                ref float slot = ref workspace.Floats(worker);
                ref int integers = ref workspace.Integers(worker);
                """);
            if (plan.Bottom.Access.DecodesImage)
            {
                writer.Lines("ref float own = ref workspace.WorkerFloats(worker);");
            }

            using (writer.Block("for (int b = from; b < to; b++)"))
            {
                SampleMethods.WritePatches(writer, plan);
                writer.Loop("g", layer.Instances, _ =>
                {
                    writer.Call(SampleMethods.RouteCall(plan, layer));
                    writer.Call(ReportCall(plan, "pass"));
                });
                WriteCheck(writer, plan);
            }
        });
    }

    /// <summary>Layer 0's forward pass, for a window.</summary>
    private static void WriteWindow(SourceWriter writer, ModelPlan plan)
    {
        int together = plan.Bottom.Kernel.Window!.Together;
        const string summary = "Routes, activations and outputs of layer 0 for a window: each worker routes samples of it, then all share the weights.";
        void Together(Expression first, Expression samples) => writer.Call(LayerMethods.ForwardWindow(plan.Bottom).Of(LayerMethods.Owner(plan.Bottom)).Call(
            ("x", PassText.WindowPatches(plan.Bottom, "batch", first)),
            ("slots", $"workspace.Floats({first})"),
            ("integers", $"workspace.Integers({first})"),
            ("samples", samples),
            ("parameters", SampleMethods.Parameters),
            ("panels", (Place)"workspace.Panels" + Math.Max(0, plan.Bottom.Panels)),
            ("own", "workspace.WorkerFloats(worker)"),
            ("workers", "workspace.Threads")));
        writer.Method(PassText.ForwardWindow, summary, () =>
        {
            writer.Lines("(int from, int to) = workspace.Share(samples, worker);");
            using (writer.Block("for (int i = from; i < to; i++)"))
            {
                writer.Call(PassText.SampleCall(SampleMethods.Route(plan), ("batch", "batch"), ("b", (Expression)"start" + "i"), ("slot", "workspace.Floats(i)"), ("integers", "workspace.Integers(i)"), ("own", "workspace.WorkerFloats(worker)")));
            }

            writer.Lines("workspace.Synchronize();");
            if (together >= plan.Slots.Window)
            {
                Together(0, "samples");
            }
            else
            {
                using (writer.Block($"for (int first = 0; first < samples; first += {together})"))
                {
                    Together("first", Expression.Min(together, (Expression)"samples" - "first"));
                }
            }

            writer.Lines("workspace.Synchronize();");
        });
    }
}
