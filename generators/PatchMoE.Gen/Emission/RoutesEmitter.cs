using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the pass that reports layer 0's routes with their scores and gate values.</summary>
internal static class RoutesEmitter
{
    public static void Write(SourceWriter writer, ModelPlan plan)
    {
        LayerPlan layer = plan.Bottom;
        int routes = layer.Routing == Routing.Sample ? 1 : layer.Experts * layer.Taken;
        writer.Lines("/// <summary>The routes of one worker's samples in layer 0.</summary>");
        using (writer.Block("protected override void RouteShare(in RoutePass pass, Workspace workspace, int worker)"))
        {
            writer.Lines("""
                InputBatch batch = pass.Batch;
                (int from, int to) = workspace.Share(batch.Count, worker);
                ref float parameters = ref ParameterBuffer.Start;
                ref float slot = ref workspace.Floats(worker);
                ref int integers = ref workspace.Integers(worker);
                """);
            using (writer.Block("for (int b = from; b < to; b++)"))
            {
                SampleEmitter.WritePatches(writer, plan);
                string scratch = LayerEmitter.SelectsWith(layer, ", ref Add(ref integers, Slot.Selection)");
                string instance = layer.Instances == 1 ? "b" : $"((nint)b * {layer.Instances}) + g";
                SampleEmitter.WriteInstances(writer, layer.Instances, () => writer.Lines($"""
                    ref float block = {SlotEmitter.Block(layer)};
                    ref int chosen = {SlotEmitter.IntegerBlock(layer)};
                    Layer0.Route({SampleEmitter.Patches(plan, layer)}, {SampleEmitter.Valid(layer)}, ref parameters, ref block, ref chosen{scratch}{LayerEmitter.InParts(layer, $", 0, {layer.Experts}")});
                    Layer0.Report(ref block, ref chosen, in pass, {Format.Offset("0", (layer.Instances == 1 ? "(nint)b" : instance, routes))});
                    """));
            }
        }
    }

    /// <summary>Prints the method that copies an instance's routes to the caller's arrays.</summary>
    public static void WriteReport(SourceWriter writer, LayerPlan layer)
    {
        bool sample = layer.Routing == Routing.Sample;
        writer.Gap();
        writer.Lines("/// <summary>Copies an instance's routes, with scores and gate values, to the caller's arrays from index at.</summary>");
        using (writer.Block("public static void Report(ref float block, ref int integers, in RoutePass pass, nint at)"))
        {
            if (sample)
            {
                writer.Lines("""
                    int expert = Add(ref integers, RoutesAt);
                    pass.Write(at, expert, Add(ref block, ScoresAt + expert), Add(ref block, ProbabilitiesAt + expert));
                    """);
            }
            else
            {
                string gate = layer.HasGate ? $"Add(ref block, {Format.Offset("GatesAt", ("s", layer.Taken), ("t", 1))})" : "1f";
                using (writer.Block($"for (int s = 0; s < {layer.Experts}; s++)"))
                {
                    using (writer.Block($"for (int t = 0; t < {layer.Taken}; t++, at++)"))
                    {
                        writer.Lines($$"""
                            int j = Add(ref integers, {{Format.Offset("RoutesAt", ("s", layer.Taken), ("t", 1))}});
                            if (j < 0)
                            {
                                pass.Write(at, j, 0f, 0f);
                                continue;
                            }

                            pass.Write(at, j, Add(ref block, {{Format.Offset("ScoresAt", ("s", layer.Patches), ("j", 1))}}), {{gate}});
                            """);
                    }
                }
            }
        }
    }
}
