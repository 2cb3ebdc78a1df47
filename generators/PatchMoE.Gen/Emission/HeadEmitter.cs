using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using static PatchMoE.Gen.Emission.Text.Indices;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the output layer.</summary>
internal static class HeadEmitter
{
    public static Method Forward { get; } = new("Forward", "ref float y, ref float parameters, ref float logits") { Modifiers = "public static" };

    public static Method Backward { get; } = new("Backward", "ref float parameters, ref float logitsGradient, ref float yGradient") { Modifiers = "public static" };

    public static Method WeightGradients { get; } = new(
        "WeightGradients", "ref float x, ref float slots, int samples, scoped in WeightTarget target, ref float own, int worker, int workers") { Modifiers = "public static" };

    public static string Owner(ModelPlan plan) => $"Head<{VectorTypes.Of(plan.Head.Lanes)}>";

    public static void Write(SourceWriter writer, ModelPlan plan)
    {
        HeadPlan head = plan.Head;
        (int c, int m) = (head.Outputs, head.Inputs);
        writer.Summary($"The head: {Format.Plural(c, "logit")} from y [{m}], {(head.Trained ? "trained" : "fixed")}.");
        using (writer.Block($"internal static class Head<S, V> {VectorTypes.Constraint}"))
        {
            writer.Lines("// In the parameter buffer, in floats.");
            writer.Lines($"private const int WeightsAt = {head.WeightOffset}; // [{c}, {m}]");
            if (head.BiasOffset >= 0)
            {
                writer.Lines($"private const int BiasAt = {head.BiasOffset}; // [{c}]");
            }

            writer.Gap();
            WriteForward(writer, head);
            writer.Kernel(Backward, "yGradient = Σ_c logitsGradient[c] · w_c.", () =>
            {
                writer.Lines($"Values.Clear(ref yGradient, {m});");
                writer.Call(LayerMethods.AddWeightedRows.Call(
                    ("row", "yGradient"), ("w", (Place)"parameters" + "WeightsAt"), ("coefficients", "logitsGradient"), ("step", 1), ("count", c)));
            });
            if (head.Trained)
            {
                WriteWeightGradients(writer, head);
            }

            Dots(head).Write(writer, head.RowTiles.Select(run => (1, run.Size)));
            WeightedRows.Write(writer, m, image: null);
        }
    }

    private static DotTiles Dots(HeadPlan head) => new("Dot", head.Inputs, PatchStep: head.Outputs, RowStep: 1);

    private static void WriteForward(SourceWriter writer, HeadPlan head)
    {
        int m = head.Inputs;
        writer.Kernel(Forward, $"logits[c] = ⟨w_c, y⟩{(head.BiasOffset >= 0 ? " + b_c" : string.Empty)}.", () =>
        {
            foreach (TileRun run in head.RowTiles)
            {
                writer.Tiles(run, "c", c => writer.Call(Dots(head).Call(1, run.Size, (Place)"parameters" + "WeightsAt" + (c * m), (Place)"logits" + c, ("x0", "y"))));
            }

            if (head.BiasOffset >= 0)
            {
                writer.Loop("c", head.Outputs, c => writer.Lines($"{(Place)"logits" + c} += {(Place)"parameters" + "BiasAt" + c};"));
            }
        });
    }

    private static void WriteWeightGradients(SourceWriter writer, HeadPlan head)
    {
        Place deltas = (Place)"slots" + "Slot.LogitsGradient" + (B * "Slot.Floats");
        var tiles = new OuterTiles(new OuterSum("HeadGradient", "Σ_b logitsGradient_b[c] · y_b", head.Inputs, head.Gradient, deltas, "WeightsAt")
        {
            Rows = (Place)"x" + (B * "Slot.Floats"),
        });
        writer.Gap();
        writer.Kernel(WeightGradients, $"Adds a window's gradients of the head's weights{(head.BiasOffset >= 0 ? " and bias" : string.Empty)}.", () =>
        {
            writer.Call(tiles.Share.Call());
            if (head.BiasOffset < 0)
            {
                return;
            }

            void Bias(Expression c)
            {
                Expression at = (Expression)"BiasAt" + c;
                writer.Lines("float sum = 0f;");
                writer.Block("for (int b = 0; b < samples; b++)", () => writer.Lines($"sum += {deltas + c};"));
                writer.Lines($$"""
                    Add(ref target.Gradients, {{at}}) += sum;
                    if (target.Updates)
                    {
                        target.Update({{at}}, 1);
                    }
                    """);
            }

            writer.ShareLoop("c", head.Outputs, Bias);
        });
        tiles.Write(writer);
    }
}
