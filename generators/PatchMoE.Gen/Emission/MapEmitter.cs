using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using static PatchMoE.Gen.Emission.Text.Indices;

namespace PatchMoE.Gen.Emission;

/// <summary>
/// Prints what a layer that gives a map does in place of pooling: an expert's activations go to the places of the patches that it took, and come back from there as gradients.
/// Whatever the routing, an expert's part is a list of patches with their gate values.
/// </summary>
internal static class MapEmitter
{
    /// <summary>A sample layer's expert has one gate value for all patches.</summary>
    private static bool HasOneGate(LayerPlan layer) => layer.Routing == Routing.Sample;

    public static Method Forward(LayerPlan layer) => new(
        "MapForward",
        "int taken", ("float gate", HasOneGate(layer)), ("ref float bias", layer.HasBias), ("ref float gates", layer.HasGate), ("ref int routes", layer.HasRoutes),
        "ref float activations, ref float map");

    public static Method Backward(LayerPlan layer) => new(
        "MapBackward",
        "int taken", ("float gate", HasOneGate(layer)), ("ref float gates, ref float gateGradients", layer.HasGate), ("ref int routes", layer.HasRoutes),
        "ref float mapGradient, ref float activations")
    {
        Returns = HasOneGate(layer) ? "float" : "void",
    };

    public static void Write(SourceWriter writer, LayerPlan layer, MapPlan map)
    {
        WritePlace(writer, map);
        WriteForward(writer, layer, map);
        WriteBackward(writer, layer, map);
    }

    private static void WritePlace(SourceWriter writer, MapPlan map)
    {
        bool even = map.BorderColumns == 0;
        string border = map.HasBorder ? $", in a border of {map.BorderRows} rows and {map.BorderColumns} columns of zeros on each side" : string.Empty;
        Expression row = map.Columns == 1 ? "j" : $"(int)((uint)j / {map.Columns})";
        Expression column = map.Columns == 1 ? 0 : $"(int)((uint)j % {map.Columns})";
        Expression place = even ? J * map.Channels : (row * map.RowStep) + (column * map.Channels);
        writer.Gap();
        writer.Summary($"Where patch j lies in the map, {map.Rows} × {map.Columns} places of {map.Channels} values{border}.");
        writer.Lines($"private static int MapAt(int j) => {place + map.First};");
    }

    private static void WriteForward(SourceWriter writer, LayerPlan layer, MapPlan map)
    {
        (int l, int m) = (layer.Taken, layer.Neurons);
        string gate = HasOneGate(layer) ? "gate · " : layer.HasGate ? "G_t · " : string.Empty;
        var doc = new KernelDoc(
            $"activations[t, r] = ReLU(activations[t, r]{(layer.HasBias ? " + b_r" : string.Empty)}); map[j, r] = {gate}activations[t, r]{(layer.HasRoutes ? " with j = routes[t]" : ", j = t")}",
            $"t patch taken 0…{l - 1}, r neuron 0…{m - 1}",
            $"activations [{l}, {m}], map [{map.AllRows}, {map.AllColumns}, {map.Channels}] from the expert's first neuron on",
            string.Empty,
            4L * l * m,
            12L * l * m);
        writer.Kernel(Forward(layer), doc, () =>
        {
            using (writer.Block("for (int t = 0; t < taken; t++)"))
            {
                WritePlaces(writer, layer, "map", "to");
                writer.Lines("int r = 0;");
                writer.Block($"for (; r <= {m} - S.Lanes; r += S.Lanes)", () => WriteColumn(writer, layer, "S", "V"));
                if (m % layer.Lanes != 0)
                {
                    writer.Block($"for (; r < {m}; r++)", () => WriteColumn(writer, layer, "SimdScalar", "float"));
                }
            }
        });
    }

    private static void WriteColumn(SourceWriter writer, LayerPlan layer, string simd, string vector)
    {
        string value = layer.HasBias ? $"{simd}.Add({simd}.Load(ref at, r), {simd}.Load(ref bias, r))" : $"{simd}.Load(ref at, r)";
        string gate = HasOneGate(layer) ? "gate" : "Add(ref gates, t)";
        string gated = layer.HasGate || HasOneGate(layer) ? $"{simd}.Multiply({simd}.Create({gate}), activation)" : "activation";
        writer.Lines($"{vector} activation = {simd}.Relu({value});\n{simd}.Store(activation, ref at, r);\n{simd}.Store({gated}, ref to, r);");
    }

    private static void WriteBackward(SourceWriter writer, LayerPlan layer, MapPlan map)
    {
        (int l, int m) = (layer.Taken, layer.Neurons);
        bool sums = layer.HasGate || HasOneGate(layer);
        string gate = HasOneGate(layer) ? " · gate" : layer.HasGate ? " · G_t" : string.Empty;
        string? factor = HasOneGate(layer) ? "gate" : layer.HasGate ? "factor" : null;
        var doc = new KernelDoc(
            $"activations[t, r] = ∂L/∂h_tr = [a_tr > 0] · ∂L/∂z_jr{gate}{(layer.HasRoutes ? " with j = routes[t]" : ", j = t")}"
                + (layer.HasGate ? "; gateGradients[t] = Σ_r ∂L/∂z_jr · a_tr" : string.Empty) + (HasOneGate(layer) ? "; returns Σ_tr ∂L/∂z_jr · a_tr" : string.Empty),
            $"t patch taken 0…{l - 1}, r neuron 0…{m - 1}",
            $"mapGradient [{map.AllRows}, {map.AllColumns}, {map.Channels}] from the expert's first neuron on, activations [{l}, {m}]: a_tr before, ∂L/∂h_tr after",
            string.Empty,
            4L * l * m,
            12L * l * m);
        writer.Kernel(Backward(layer), doc, () =>
        {
            if (HasOneGate(layer))
            {
                writer.Lines("float total = 0f;");
            }

            using (writer.Block("for (int t = 0; t < taken; t++)"))
            {
                WritePlaces(writer, layer, "mapGradient", "yGradient");
                if (layer.HasGate)
                {
                    writer.Lines("float factor = Add(ref gates, t);");
                }

                BackwardRows.Write(writer, m, layer.Lanes, factor, sums);
                if (sums)
                {
                    writer.Lines(HasOneGate(layer) ? "total += gateGradient;" : "Add(ref gateGradients, t) = gateGradient;");
                }
            }

            if (HasOneGate(layer))
            {
                writer.Lines("return total;");
            }
        });
    }

    /// <summary>The activations of the t-th patch taken, and its place in a map.</summary>
    private static void WritePlaces(SourceWriter writer, LayerPlan layer, string map, string name) => writer.Lines($"""
        ref float at = ref {(Place)"activations" + (T * layer.Kernel.ActivationStep)};
        ref float {name} = ref Add(ref {map}, MapAt({(layer.HasRoutes ? "Add(ref routes, t)" : "t")}));
        """);
}
