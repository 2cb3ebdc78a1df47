using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the router of a sample layer: one expert takes all patches, weighted by its softmax probability.</summary>
internal static class SampleRouterEmitter
{
    public static void Write(SourceWriter writer, LayerPlan layer)
    {
        writer.Gap();
        WriteRoute(writer, layer);
        writer.Gap();
        WritePatchSum(writer, layer);
        Dots(layer).Write(writer, layer.RouterTiles.Select(run => (1, run.Size)));
        writer.Gap();
        WriteClose(writer, layer);
    }

    /// <summary>The kernel of the scores [k].</summary>
    private static DotTiles Dots(LayerPlan layer) => new("Score", layer.Dimension, PatchStep: layer.Experts, RowStep: 1);

    private static void WriteRoute(SourceWriter writer, LayerPlan layer)
    {
        BlockPlan block = layer.Block;
        new KernelDoc(
            "g_s = ⟨w_s, Σ_j x_j⟩; the expert is the first with the largest g_s; probabilities = softmax(g)",
            $"s expert 0…{layer.Experts - 1}",
            $"x [{layer.Patches}, {layer.Dimension}], router [{layer.Experts}, {layer.Dimension}], scores and probabilities [{layer.Experts}]",
            string.Empty,
            (layer.Patches + (2L * layer.Experts)) * layer.Dimension,
            4L * (layer.Patches + layer.Experts) * layer.Dimension).Write(writer);
        using (WidthDispatch.Kernel(writer, $"private static void Route<S, V>(ref float x, int valid, ref float parameters, ref float block, ref int integers)"))
        {
            writer.Lines($"integers = valid;\nAdd(ref integers, ValidAt) = valid;");
            writer.Lines($"ref float sum = {Format.At("block", "PatchSumAt")};");
            writer.Lines($"ref float scores = {Format.At("block", "ScoresAt")};");
            writer.Lines($"ref float probabilities = {Format.At("block", "ProbabilitiesAt")};");
            writer.Lines("PatchSum<S, V>(ref x, valid, ref sum);");
            foreach (TileRun run in layer.RouterTiles)
            {
                writer.Tiles(run, "s", s => writer.Lines(Dots(layer).Call(
                    1, run.Size, ["ref sum"], Format.At("parameters", "RouterAt", (s, layer.Dimension)), Format.At("scores", "0", (s, 1)))));
            }

            writer.Gap();
            writer.Lines($$"""
                int best = 0;
                for (int s = 1; s < {{layer.Experts}}; s++)
                {
                    best = Add(ref scores, s) > Add(ref scores, best) ? s : best;
                }

                Add(ref integers, RoutesAt) = best;
                float total = 0f;
                for (int s = 0; s < {{layer.Experts}}; s++)
                {
                    float power = MathF.Exp(Add(ref scores, s) - Add(ref scores, best));
                    Add(ref probabilities, s) = power;
                    total += power;
                }

                for (int s = 0; s < {{layer.Experts}}; s++)
                {
                    Add(ref probabilities, s) /= total;
                }
                """);
        }
    }

    private static void WritePatchSum(SourceWriter writer, LayerPlan layer)
    {
        new KernelDoc(
            "sum[i] = Σ_j x_j[i] over the valid patches",
            $"j patch, i value 0…{layer.Dimension - 1}",
            $"x [{layer.Patches}, {layer.Dimension}], sum [{layer.Dimension}]",
            string.Empty,
            (long)layer.Patches * layer.Dimension,
            4L * (layer.Patches + 1) * layer.Dimension).Write(writer);
        int d = layer.Dimension;
        using (WidthDispatch.Kernel(writer, $"private static void PatchSum<S, V>(ref float x, int valid, ref float sum)"))
        {
            int length = layer.Access.Image?.Length ?? d;
            PixelRowsEmitter.WriteEach(writer, layer.Access.Image, ["x"], ["sum"], () => writer.Lines($$"""
                for (int i = 0; i < {{length}}; i += S.Lanes)
                {
                    // The last vector overlaps the one before it and gives the same values there.
                    int at = Math.Min(i, {{length}} - S.Lanes);
                    V total = S.Zero;
                    for (int j = 0; j < valid; j++)
                    {
                        total = S.Add(total, S.Load(ref x, {{Format.Offset("0", (LayerEmitter.Patch(layer, "j"), 1), ("at", 1))}}));
                    }

                    S.Store(total, ref sum, at);
                }
                """));
        }
    }

    private static void WriteClose(SourceWriter writer, LayerPlan layer) => writer.Lines($$"""
        /// <summary>∂L/∂g_s = ∂L/∂p_e · p_e · ([s = e] − p_s) for the chosen expert e; 1 − p_e is summed from the others, to keep its digits.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void CloseGate(int expert, float gateGradient, ref float probabilities, ref float scoreGradients)
        {
            float flow = gateGradient * Add(ref probabilities, expert);
            float others = 0f;
            for (int s = 0; s < {{layer.Experts}}; s++)
            {
                float probability = Add(ref probabilities, s);
                others += s == expert ? 0f : probability;
                Add(ref scoreGradients, s) = -flow * probability;
            }

            Add(ref scoreGradients, expert) = flow * others;
        }
        """);
}
