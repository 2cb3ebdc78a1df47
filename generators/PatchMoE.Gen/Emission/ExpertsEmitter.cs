using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints one expert's work on its patches: pre-activations, then ReLU, gate and pooling, and the gradient of the latter.</summary>
internal static class ExpertsEmitter
{
    public static void Write(SourceWriter writer, ModelPlan plan, LayerPlan layer)
    {
        writer.Gap();
        if (layer.HasWindow)
        {
            WindowEmitter.Write(writer, plan, layer);
        }
        else
        {
            WriteActivate(writer, layer);
        }

        if (layer.HasPanels)
        {
            PanelEmitter.WriteTiles(writer, layer);
        }
        else
        {
            Dots(layer).Write(
                writer,
                from patches in layer.Kernel.PatchTiles
                from rows in layer.Kernel.RowTiles
                select (patches, rows.Size));
        }

        writer.Gap();
        WritePool(writer, layer);
        writer.Gap();
        WriteUnpool(writer, layer);
    }

    /// <summary>The kernel of the pre-activations [l, M] where the weights are not packed.</summary>
    public static DotTiles Dots(LayerPlan layer) => new("Dot", layer.Dimension, layer.Kernel.ActivationStep, RowStep: 1, Blocked: layer.HasWindow, layer.Access.ExpertImage);

    /// <summary>1/Z as an expression of the patches taken.</summary>
    public static string Scale(LayerPlan layer) => layer.Routing == Routing.ExpertChoice && layer.Spec.Pooling != Pooling.Selected
        ? layer.Spec.Pooling == Pooling.All ? $"1f / {layer.Patches}" : "1f"
        : "taken == 0 ? 0f : 1f / taken";

    private static void WriteActivate(SourceWriter writer, LayerPlan layer)
    {
        (int l, int m, int d) = (layer.Taken, layer.Neurons, layer.Dimension);
        bool routed = layer.TakesByRoute;
        new KernelDoc(
            routed ? "activations[t, r] = ⟨v_r, x_j⟩ with j = routes[t]" : "activations[t, r] = ⟨v_r, x_t⟩",
            $"t patch taken 0…{l - 1}, r neuron 0…{m - 1}",
            $"x [{(layer.Access.Source == PatchSource.Chosen ? l : layer.Patches)}, {d}], weights [{m}, {d}]{(layer.HasPanels ? " in panels" : string.Empty)}, activations [{l}, {layer.Kernel.ActivationStep}]",
            $"tiles of {string.Join(", ", layer.Kernel.PatchTiles)} patches; {(layer.Access.Source == PatchSource.Chosen ? "they lie in the order of the routes" : "they are gathered by address, not copied")}",
            2L * l * m * d,
            4L * ((l * (long)d) + (m * (long)d) + (l * m))).Write(writer);
        string routes = routed ? ", ref int routes" : string.Empty;
        string weights = layer.HasPanels ? "panels" : "weights";
        using (WidthDispatch.Kernel(writer, $"private static void Activate<S, V>(ref float x, int taken{routes}, ref float {weights}, ref float activations)"))
        {
            writer.Lines("int t = 0;");
            foreach (int patches in layer.Kernel.PatchTiles)
            {
                using (writer.Block($"for (; t <= taken - {patches}; t += {patches})"))
                {
                    for (int p = 0; p < patches; p++)
                    {
                        string t = p == 0 ? "t" : $"t + {p}";
                        writer.Lines($"ref float x{p} = ref Add(ref x, {LayerEmitter.ExpertPatch(layer, t)});");
                    }

                    WriteTileCalls(writer, layer, patches);
                }
            }
        }
    }

    private static void WriteTileCalls(SourceWriter writer, LayerPlan layer, int patches)
    {
        string[] rows = Enumerable.Range(0, patches).Select(p => $"ref x{p}").ToArray();
        (int step, int d) = (layer.Kernel.ActivationStep, layer.Dimension);
        if (layer.HasPanels)
        {
            foreach (TileRun run in layer.Kernel.VectorTiles)
            {
                writer.Tiles(run, "v", v => writer.Lines(PanelEmitter.Call(patches, run.Size, rows, v, layer)));
            }

            return;
        }

        foreach (TileRun run in layer.Kernel.RowTiles)
        {
            writer.Tiles(run, "r", r => writer.Lines(
                Dots(layer).Call(patches, run.Size, rows, Format.At("weights", "0", (r, d)), Format.At("activations", "0", ("t", step), (r, 1)))));
        }
    }

    private static void WritePool(SourceWriter writer, LayerPlan layer)
    {
        (int l, int m) = (layer.Taken, layer.Neurons);
        string gate = layer.HasGate ? "G_t · " : string.Empty;
        string bias = layer.HasBias ? " + b_r" : string.Empty;
        new KernelDoc(
            $"activations[t, r] = ReLU(activations[t, r]{bias}); y[r] = scale · Σ_t {gate}activations[t, r]",
            $"t patch taken 0…{l - 1}, r neuron {(layer.HasWindow ? "from…to−1" : $"0…{m - 1}")}",
            $"activations [{l}, {m}], y [{m}]",
            string.Empty,
            4L * l * m,
            4L * ((2L * l * m) + m)).Write(writer);
        string parameters = "int taken, float scale, " + (layer.HasBias ? "ref float bias, " : string.Empty) + (layer.HasGate ? "ref float gates, " : string.Empty);
        string range = layer.HasWindow ? ", int from, int to" : string.Empty;
        (string from, string to) = layer.HasWindow ? ("from", "to") : ("0", $"{m}");
        using (WidthDispatch.Kernel(writer, $"private static void Pool<S, V>({parameters}ref float activations, ref float y{range})"))
        {
            writer.Lines($"int r = {from};");
            using (writer.Block($"for (; r <= {to} - S.Lanes; r += S.Lanes)"))
            {
                WritePoolColumn(writer, layer, "S", "V");
            }

            // Tiles of dot products end anywhere.
            if (m % ExpertKernel.Vector != 0 || (layer.HasWindow && !layer.HasPanels))
            {
                WriteTail(writer, to, () => WritePoolColumn(writer, layer, "SimdScalar", "float"));
            }
        }
    }

    private static void WritePoolColumn(SourceWriter writer, LayerPlan layer, string simd, string vector)
    {
        if (layer.HasBias)
        {
            writer.Lines($"{vector} offset = {simd}.Load(ref bias, r);");
        }

        writer.Lines($"{vector} sum = {simd}.Zero;");
        using (writer.Block("for (int t = 0; t < taken; t++)"))
        {
            writer.Lines($"ref float at = ref Add(ref activations, {Format.Offset("0", ("t", layer.Kernel.ActivationStep), ("r", 1))});");
            string value = layer.HasBias ? $"{simd}.Add({simd}.Load(ref at, 0), offset)" : $"{simd}.Load(ref at, 0)";
            writer.Lines($"{vector} activation = {simd}.Rectify({value});");
            writer.Lines($"{simd}.Store(activation, ref at, 0);");
            writer.Lines(layer.HasGate
                ? $"sum = {simd}.MultiplyAdd({simd}.Create(Add(ref gates, t)), activation, sum);"
                : $"sum = {simd}.Add(sum, activation);");
        }

        writer.Gap();
        writer.Lines($"{simd}.Store({simd}.Multiply(sum, {simd}.Create(scale)), ref y, r);");
    }

    private static void WriteUnpool(SourceWriter writer, LayerPlan layer)
    {
        (int l, int m) = (layer.Taken, layer.Neurons);
        bool total = layer.Routing == Routing.Sample;
        string gate = layer.HasGate ? " · G_t" : string.Empty;
        new KernelDoc(
            $"activations[t, r] = ∂L/∂h_tr = [a_tr > 0] · ∂L/∂y_r · scale{gate}" + (layer.HasGate ? "; gateGradients[t] = scale · Σ_r ∂L/∂y_r · a_tr" : string.Empty) + (total ? "; returns Σ_tr ∂L/∂y_r · a_tr" : string.Empty),
            $"t patch taken 0…{l - 1}, r neuron 0…{m - 1}",
            $"yGradient [{m}], activations [{l}, {m}]: a_tr before, ∂L/∂h_tr after",
            string.Empty,
            4L * l * m,
            4L * ((2L * l * m) + m)).Write(writer);
        string gates = layer.HasGate ? "ref float gates, ref float gateGradients, " : string.Empty;
        using (WidthDispatch.Kernel(writer, $"private static {(total ? "float" : "void")} Unpool<S, V>(int taken, float scale, {gates}ref float yGradient, ref float activations)"))
        {
            bool sums = layer.HasGate || total;
            if (total)
            {
                writer.Lines("float total = 0f;");
            }

            using (writer.Block("for (int t = 0; t < taken; t++)"))
            {
                writer.Lines($"ref float at = ref Add(ref activations, t * {layer.Kernel.ActivationStep});");
                writer.Lines(layer.HasGate ? "float factor = scale * Add(ref gates, t);" : "float factor = scale;");
                if (sums)
                {
                    writer.Lines("V sum = S.Zero;");
                }

                writer.Lines("int r = 0;");
                using (writer.Block($"for (; r <= {m} - S.Lanes; r += S.Lanes)"))
                {
                    writer.Lines("V activation = S.Load(ref at, r);\nV flow = S.Load(ref yGradient, r);");
                    if (sums)
                    {
                        writer.Lines("sum = S.MultiplyAdd(activation, flow, sum);");
                    }

                    writer.Lines("S.Store(S.WherePositive(S.Multiply(flow, S.Create(factor)), activation), ref at, r);");
                }

                writer.Gap();
                if (sums)
                {
                    writer.Lines("float gateGradient = S.Sum(sum);");
                }

                if (m % ExpertKernel.Vector != 0)
                {
                    WriteTail(writer, $"{m}", () =>
                    {
                        if (sums)
                        {
                            writer.Lines("gateGradient += Add(ref at, r) * Add(ref yGradient, r);");
                        }

                        writer.Lines("Add(ref at, r) = Add(ref at, r) > 0f ? Add(ref yGradient, r) * factor : 0f;");
                    });
                }

                if (layer.HasGate)
                {
                    writer.Lines("Add(ref gateGradients, t) = scale * gateGradient;");
                }
                else if (total)
                {
                    writer.Lines("total += gateGradient;");
                }
            }

            if (total)
            {
                writer.Gap();
                writer.Lines("return total;");
            }
        }
    }

    /// <summary>What is left of a row behind its full vectors, value by value.</summary>
    private static void WriteTail(SourceWriter writer, string end, Action body)
    {
        using (writer.Block($"for (; r < {end}; r++)"))
        {
            body();
        }

        writer.Gap();
    }
}
