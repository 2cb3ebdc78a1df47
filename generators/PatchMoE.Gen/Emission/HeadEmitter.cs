using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the output layer.</summary>
internal static class HeadEmitter
{
    public static void Write(SourceWriter writer, ModelPlan plan)
    {
        HeadPlan head = plan.Head;
        (int c, int m) = (head.Outputs, head.Inputs);
        writer.Lines($"/// <summary>The head: {c} logit{(c == 1 ? string.Empty : "s")} from y [{m}], {(head.Trained ? "trained" : "fixed")}.</summary>");
        using (writer.Block("internal static class Head"))
        {
            writer.Lines("// In the parameter buffer, in floats.");
            writer.Lines($"private const int WeightsAt = {head.WeightOffset}; // [{c}, {m}]");
            if (head.BiasOffset >= 0)
            {
                writer.Lines($"private const int BiasAt = {head.BiasOffset}; // [{c}]");
            }

            writer.Gap();
            WriteForward(writer, head);
            writer.Gap();
            writer.Lines("/// <summary>yGradient = Σ_c logitsGradient[c] · w_c.</summary>");
            WidthDispatch.Write(writer, "Backward", "ref float parameters, ref float logitsGradient, ref float yGradient", "ref parameters, ref logitsGradient, ref yGradient", m);
            writer.Gap();
            using (WidthDispatch.Kernel(writer, $"private static void Backward<S, V>(ref float parameters, ref float logitsGradient, ref float yGradient)"))
            {
                writer.Lines($"Values.Clear(ref yGradient, {m});");
                writer.Lines($"AddWeightedRows<S, V>(ref yGradient, {Format.At("parameters", "WeightsAt")}, ref logitsGradient, 1, {c});");
            }

            if (head.Trained)
            {
                WriteWeightGradients(writer, plan);
            }

            Dots(head).Write(writer, head.RowTiles.Select(run => (1, run.Size)));
            WeightedRows.Write(writer, m, image: null);
        }
    }

    private static DotTiles Dots(HeadPlan head) => new("Dot", head.Inputs, PatchStep: head.Outputs, RowStep: 1);

    private static void WriteForward(SourceWriter writer, HeadPlan head)
    {
        int m = head.Inputs;
        string bias = head.BiasOffset >= 0 ? " + b_c" : string.Empty;
        writer.Lines($"/// <summary>logits[c] = ⟨w_c, y⟩{bias}.</summary>");
        WidthDispatch.Write(writer, "Forward", "ref float y, ref float parameters, ref float logits", "ref y, ref parameters, ref logits", m);
        writer.Gap();
        using (WidthDispatch.Kernel(writer, $"private static void Forward<S, V>(ref float y, ref float parameters, ref float logits)"))
        {
            foreach (TileRun run in head.RowTiles)
            {
                writer.Tiles(run, "c", c => writer.Lines(
                    Dots(head).Call(1, run.Size, ["ref y"], Format.At("parameters", "WeightsAt", (c, m)), Format.At("logits", "0", (c, 1)))));
            }

            if (head.BiasOffset >= 0)
            {
                writer.Gap();
                using (writer.Block($"for (int c = 0; c < {head.Outputs}; c++)"))
                {
                    writer.Lines($"Add(ref logits, c) += Add(ref parameters, {Format.Offset("BiasAt", ("c", 1))});");
                }
            }
        }
    }

    private static void WriteWeightGradients(SourceWriter writer, ModelPlan plan)
    {
        HeadPlan head = plan.Head;
        (int c, int m) = (head.Outputs, head.Inputs);
        writer.Gap();
        writer.Lines("/// <summary>Adds a window's gradients of the head's weights and bias.</summary>");
        WidthDispatch.Write(writer, "WeightGradients", OuterTiles.ShareParameters, OuterTiles.ShareArguments, m);
        writer.Gap();
        using (WidthDispatch.Kernel(writer, $"private static void WeightGradients<S, V>({OuterTiles.ShareParameters})"))
        {
            writer.Lines($"HeadGradientShare<S, V>({OuterTiles.ShareArguments});");
            if (head.BiasOffset >= 0)
            {
                using (writer.Block($"for (int c = (int)({c}L * worker / workers); c < (int)({c}L * (worker + 1) / workers); c++)"))
                {
                    writer.Lines($$"""
                        float sum = 0f;
                        for (int b = 0; b < samples; b++)
                        {
                            sum += Add(ref slots, Slot.LogitsGradient + ((nint)b * Slot.Floats) + c);
                        }

                        Add(ref target.Gradients, {{Format.Offset("BiasAt", ("c", 1))}}) += sum;
                        if (target.Updates)
                        {
                            target.Update({{Format.Offset("BiasAt", ("c", 1))}}, 1);
                        }
                        """);
                }
            }
        }

        new OuterTiles(
            "HeadGradient",
            "Σ_b logitsGradient_b[c] · y_b",
            m,
            Instances: 1,
            Sample: string.Empty,
            Rows: "ref float row = ref Add(ref x, ((nint)b * Slot.Floats) + i);",
            Deltas: "ref float deltas = ref Add(ref slots, Slot.LogitsGradient + ((nint)b * Slot.Floats) + r);",
            Count: "1",
            Row: string.Empty,
            Delta: q => $"Add(ref deltas, {q})",
            GradientPlan.ForRows(head.RowTiles, m, rowsPerSample: 1, inPixelRows: false)) { GradientAt = "WeightsAt" }.Write(writer);
    }
}
