using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using static PatchMoE.Gen.Emission.Text.Indices;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints one expert's work on its patches: pre-activations, then ReLU, gate and pooling, and the backward pass of the latter.</summary>
internal static class ExpertsEmitter
{
    /// <summary>The lanes of the shortest vector: few neurons leave longer ones empty.</summary>
    private const int Four = 4;

    public static void Write(SourceWriter writer, ModelPlan plan, LayerPlan layer)
    {
        if (layer.HasWindow)
        {
            WindowEmitter.Write(writer, plan, layer);
        }
        else
        {
            WritePreActivations(writer, layer);
        }

        if (layer.HasPanels)
        {
            PanelEmitter.WriteTiles(writer, layer);
        }
        else
        {
            ExpertText.Dots(layer).Write(
                writer,
                from choice in layer.Kernel.PatchTiles.For(layer.Lanes)
                from patches in choice
                from rows in layer.Kernel.RowTiles
                select (patches, rows.Size));
        }

        writer.Gap();
        if (layer.Map is { } map)
        {
            MapEmitter.Write(writer, layer, map);
            return;
        }

        WritePoolForward(writer, layer);
        WritePoolBackward(writer, layer);
    }

    private static void WritePreActivations(SourceWriter writer, LayerPlan layer)
    {
        (int l, int m, int d) = (layer.Taken, layer.Neurons, layer.Dimension);
        bool chosen = layer.Access.Source == PatchSource.Chosen;
        var doc = new KernelDoc(
            layer.TakesByRoute ? "activations[t, r] = ⟨v_r, x_j⟩ with j = routes[t]" : "activations[t, r] = ⟨v_r, x_t⟩",
            $"t patch taken 0…{l - 1}, r neuron 0…{m - 1}",
            $"x [{(chosen ? l : layer.Patches)}, {d}], weights [{m}, {d}]{(layer.HasPanels ? " in panels" : string.Empty)}, activations [{l}, {layer.Kernel.ActivationStep}]",
            $"tiles of {PatchTiles(layer)} patches; {(chosen ? "they lie in the order of the routes" : "they are read by address, not copied")}",
            2L * l * m * d,
            4L * ((l * (long)d) + (m * (long)d) + (l * m)));
        writer.Kernel(LayerMethods.PreActivations(layer), doc, () =>
        {
            if (layer.Taken == 1)
            {
                writer.Block("if (taken == 1)", () => WriteTiles(writer, layer, 1, 0));
                return;
            }

            writer.Lines("int t = 0;");
            WidthChoice.Write(writer, layer.Lanes, layer.Kernel.PatchTiles, tiles =>
            {
                foreach (int patches in tiles)
                {
                    writer.Block($"for (; t <= taken - {patches}; t += {patches})", () => WriteTiles(writer, layer, patches, T));
                }
            });
        });
    }

    /// <summary>The sizes of the tiles of patches, for documentation.</summary>
    public static string PatchTiles(LayerPlan layer) => WidthChoice.Describe(layer.Lanes, layer.Kernel.PatchTiles, tiles => string.Join(", ", tiles));

    private static void WriteTiles(SourceWriter writer, LayerPlan layer, int patches, Expression t)
    {
        for (int p = 0; p < patches; p++)
        {
            writer.Lines($"ref float x{p} = ref {(Place)"x" + PatchPlaces.ExpertPatch(layer, t + p)};");
        }

        (int d, Place activations) = (layer.Dimension, (Place)"activations" + (t * layer.Kernel.ActivationStep));
        foreach (TileRun run in layer.HasPanels ? layer.Kernel.VectorTiles : layer.Kernel.RowTiles)
        {
            if (layer.HasPanels)
            {
                writer.Tiles(run, "v", v => writer.Call(PanelEmitter.Tile(layer, patches, run.Size).Call(
                    ("panel", (Place)"panels" + (v * PanelEmitter.PanelStep(layer))), ("activations", activations + (v * ExpertKernel.Vector)))));
            }
            else
            {
                writer.Tiles(run, "r", r => writer.Call(ExpertText.Dots(layer).Call(patches, run.Size, (Place)"weights" + (r * d), activations + r)));
            }
        }
    }

    private static void WritePoolForward(SourceWriter writer, LayerPlan layer)
    {
        (int l, int m) = (layer.Taken, layer.Neurons);
        string gate = layer.HasGate ? "G_t · " : string.Empty;
        string bias = layer.HasBias ? " + b_r" : string.Empty;
        var doc = new KernelDoc(
            $"activations[t, r] = ReLU(activations[t, r]{bias}); y[r] = scale · Σ_t {gate}activations[t, r]",
            $"t patch taken 0…{l - 1}, r neuron {(layer.HasWindow ? "from…to−1" : $"0…{m - 1}")}",
            $"activations [{l}, {m}], y [{m}]",
            string.Empty,
            4L * l * m,
            4L * ((2L * l * m) + m));
        (string from, string to) = layer.HasWindow ? ("from", "to") : ("0", $"{m}");
        writer.Kernel(LayerMethods.PoolForward(layer), doc, () =>
        {
            writer.Lines($"int r = {from};");
            writer.Block($"for (; r <= {to} - S.Lanes; r += S.Lanes)", () => WritePoolColumn(writer, layer, "S", "V"));

            // Tiles of dot products end anywhere.
            bool anywhere = layer.HasWindow && !layer.HasPanels;
            if (layer.Lanes > Four && (m % layer.Lanes >= Four || anywhere))
            {
                writer.Block($"for (; r <= {to} - {Four}; r += {Four})", () => WritePoolColumn(writer, layer, "Simd128", "Vector128<float>"));
            }

            if (m % (layer.Lanes > Four ? Four : layer.Lanes) != 0 || anywhere)
            {
                WriteTail(writer, to, () => WritePoolColumn(writer, layer, "SimdScalar", "float"));
            }
        });
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
            writer.Lines($"ref float at = ref {(Place)"activations" + ((T * layer.Kernel.ActivationStep) + R)};");
            string value = layer.HasBias ? $"{simd}.Add({simd}.Load(ref at, 0), offset)" : $"{simd}.Load(ref at, 0)";
            writer.Lines($"{vector} activation = {simd}.Relu({value});");
            writer.Lines($"{simd}.Store(activation, ref at, 0);");
            writer.Lines(layer.HasGate
                ? $"sum = {simd}.MultiplyAdd({simd}.Create(Add(ref gates, t)), activation, sum);"
                : $"sum = {simd}.Add(sum, activation);");
        }

        writer.Lines($"{simd}.Store({simd}.Multiply(sum, {simd}.Create(scale)), ref y, r);");
    }

    private static void WritePoolBackward(SourceWriter writer, LayerPlan layer)
    {
        (int l, int m) = (layer.Taken, layer.Neurons);
        bool total = layer.Routing == Routing.Sample;
        bool sums = layer.HasGate || total;
        string gate = layer.HasGate ? " · G_t" : string.Empty;
        var doc = new KernelDoc(
            $"activations[t, r] = ∂L/∂h_tr = [a_tr > 0] · ∂L/∂y_r · scale{gate}" + (layer.HasGate ? "; gateGradients[t] = scale · Σ_r ∂L/∂y_r · a_tr" : string.Empty) + (total ? "; returns Σ_tr ∂L/∂y_r · a_tr" : string.Empty),
            $"t patch taken 0…{l - 1}, r neuron 0…{m - 1}",
            $"yGradient [{m}], activations [{l}, {m}]: a_tr before, ∂L/∂h_tr after",
            string.Empty,
            4L * l * m,
            4L * ((2L * l * m) + m));
        writer.Kernel(LayerMethods.PoolBackward(layer), doc, () =>
        {
            if (total)
            {
                writer.Lines("float total = 0f;");
            }

            using (writer.Block("for (int t = 0; t < taken; t++)"))
            {
                writer.Lines($"ref float at = ref {(Place)"activations" + (T * layer.Kernel.ActivationStep)};");
                if (layer.HasGate)
                {
                    writer.Lines("float factor = scale * Add(ref gates, t);");
                }

                string factor = layer.HasGate ? "factor" : "scale";
                BackwardRows.Write(writer, m, layer.Lanes, factor, sums);
                if (sums)
                {
                    writer.Lines(total ? "total += gateGradient;" : "Add(ref gateGradients, t) = scale * gateGradient;");
                }
            }

            if (total)
            {
                writer.Lines("return total;");
            }
        });
    }

    /// <summary>What is left of a row behind its full vectors, value by value.</summary>
    private static void WriteTail(SourceWriter writer, string end, Action body)
    {
        writer.Block($"for (; r < {end}; r++)", body);
    }
}
