using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>
/// The gradient of several windows of a map at a time: a tile of windows × vectors stays in registers while the weight rows pass, and is added to the map. Where windows could meet within a
/// tile, it goes to scratch rows, and from there to the map window by window: so every place of the map has one order of sums, whatever the width of the machine's vectors.
/// </summary>
/// <param name="Name">The stem of the emitted methods.</param>
/// <param name="Layer">The layer.</param>
/// <param name="Patches">Windows at most.</param>
/// <param name="Rows">Weight rows.</param>
/// <param name="PatchStep">Values from one window's coefficients to the next's.</param>
/// <param name="RowStep">Values from one row's coefficient to the next's.</param>
/// <param name="HasRouter">Whether the router's row follows the others, with coefficients of its own.</param>
internal sealed record PatchGradientTiles(string Name, LayerPlan Layer, int Patches, int Rows, int PatchStep, int RowStep, bool HasRouter)
{
    private static readonly Method s_add = new("AddPatchGradient", "ref float sums, ref float row");

    private int Dimension => Layer.Dimension;

    private bool IntoMap => !Layer.HasPatchGradientRows;

    private ByWidth<int> Vectors => Layer.VectorsIntoMap ?? GradientPlan.EvenVectors(Dimension, Layer.Lanes, Dimension);

    private IEnumerable<int> Sizes => Split.Downwards(Patches, Split.Fitting(Patches, GradientPlan.PatchesTogether, Vectors));

    /// <summary>Prints the loop over so many windows.</summary>
    /// <param name="writer">Prints.</param>
    /// <param name="index">The name of a window's index.</param>
    /// <param name="count">How many.</param>
    /// <param name="patch">Where, in the map's gradient, a window begins.</param>
    /// <param name="coefficients">The coefficients of window 0.</param>
    /// <param name="weights">The weight rows.</param>
    /// <param name="router">The router's row, and its coefficient for window 0.</param>
    public void WriteLoop(SourceWriter writer, string index, string count, Func<Expression, Expression> patch, Place coefficients, Place weights, (Place Row, Place Coefficients) router = default)
    {
        writer.Lines($"int {index} = 0;");
        Expression t = index;
        foreach (int patches in Sizes)
        {
            using (writer.Block($"for (; {index} <= {count} - {patches}; {index} += {patches})"))
            {
                writer.Call(Tile(patches).Call(
                    [
                        ("coefficients", coefficients + (t * PatchStep)),
                        ("w", weights),
                        ("routerCoefficients", HasRouter ? router.Coefficients + t : "coefficients"),
                        ("router", HasRouter ? router.Row : "w"),
                        .. PatchPlaces.Names(patches).Select((name, p) => (name, (Expression)((Place)"xGradient" + patch(t + p)))),
                    ]));
                for (int p = 0; p < patches && !IntoMap; p++)
                {
                    writer.Call(s_add.Call(("sums", (Place)"sums" + (p * Dimension)), ("row", (Place)"xGradient" + patch(t + p))));
                }
            }
        }
    }

    public void Write(SourceWriter writer)
    {
        foreach (int patches in Sizes)
        {
            WriteTile(writer, patches);
        }
    }

    /// <summary>Prints the sum into the map, which all tiles of a layer share.</summary>
    public static void WriteAdd(SourceWriter writer, LayerPlan layer)
    {
        ImagePatches? image = layer.Access.Image;
        int length = image?.Length ?? layer.Dimension;
        void Vector(Expression value) => writer.Lines($"S.Store(S.Add(S.Load(ref row, i), {value}), ref row, i);");
        writer.Kernel(s_add, $"Adds the gradient of a window to the map's: {layer.Dimension} FLOPs.", () => PatchPlaces.WriteEach(writer, image, ["row"], ["sums"], () =>
        {
            writer.Lines("int i = 0;");
            writer.Block($"for (; i <= {length} - S.Lanes; i += S.Lanes)", () => Vector("S.Load(ref sums, i)"));
            if (length % layer.Lanes != 0)
            {
                using (writer.Block($"if ({length} % S.Lanes != 0)"))
                {
                    writer.Lines($"i = {length} - S.Lanes;");
                    Vector($"S.KeepLast(S.Load(ref sums, i), {length} % S.Lanes)");
                }
            }
        }));
    }

    private Method Tile(int patches) => new(
        $"{Name}{patches}",
        [
            "ref float coefficients, ref float w",
            ("ref float routerCoefficients, ref float router", HasRouter),
            ("ref float sums", !IntoMap),
            .. PatchPlaces.Names(patches).Select(name => (ParameterList)($"ref float {name}", IntoMap)),
        ]);

    private void WriteTile(SourceWriter writer, int patches)
    {
        int rows = Rows + (HasRouter ? 1 : 0);
        var doc = new KernelDoc(
            (IntoMap ? "x_p[i] += " : "sums[p, i] = ") + "Σ_q coefficients[p, q] · w[q, i]" + (HasRouter ? " + routerCoefficients[p] · router[i]" : string.Empty),
            $"p window 0…{patches - 1}, q weight row 0…{Rows - 1}, i value 0…{Dimension - 1}",
            $"coefficients at {((Expression)"p" * PatchStep) + ((Expression)"q" * RowStep)}, w [{Rows}, {Dimension}], {(IntoMap ? $"x_p [{Dimension}], a window of the map's gradient" : $"sums [{patches}, {Dimension}]")}",
            $"{patches} × {WidthChoice.Describe(Layer.Lanes, Vectors, vectors => $"{vectors}")} sums in registers while the weight rows pass",
            2L * patches * rows * Dimension,
            4L * ((rows + ((IntoMap ? 2 : 1) * patches)) * (long)Dimension));
        writer.Kernel(Tile(patches), doc, () =>
        {
            if (IntoMap)
            {
                ImagePatches? image = Layer.Access.Image;
                PatchPlaces.WriteEach(
                    writer, image, PatchPlaces.Names(patches), HasRouter ? ["w", "router"] : ["w"], () => WidthChoice.Write(writer, Layer.Lanes, Vectors, vectors =>
                    {
                        string step = VectorTypes.Lane(vectors);
                        writer.Block($"for (int i = 0; i < {image?.Length ?? Dimension}; i += {step})", () => WriteSums(writer, patches, vectors));
                    }));
                return;
            }

            writer.Lines("int i = 0;");
            WidthChoice.Write(writer, Layer.Lanes, Vectors, vectors =>
            {
                if (vectors > 1)
                {
                    string step = VectorTypes.Lane(vectors);
                    writer.Block($"for (; i <= {Dimension} - ({step}); i += {step})", () => WriteSums(writer, patches, vectors));
                }
            });
            writer.Block($"for (; i <= {Dimension} - S.Lanes; i += S.Lanes)", () => WriteSums(writer, patches, 1));
            if (Dimension % Layer.Lanes != 0)
            {
                using (writer.Block($"if (i < {Dimension})"))
                {
                    writer.Lines($"// The last vector overlaps the one before it and gives the same values there.\ni = {Dimension} - S.Lanes;");
                    WriteSums(writer, patches, 1);
                }
            }
        });
    }

    private void WriteSums(SourceWriter writer, int patches, int vectors)
    {
        int[] columns = [.. Enumerable.Range(0, vectors)];
        for (int p = 0; p < patches; p++)
        {
            writer.Lines($"V {string.Join(", ", columns.Select(c => $"sum{p}{c} = S.Zero"))};");
        }

        if (Rows == 1)
        {
            using SourceWriter.Scope own = writer.Block();
            WriteRow(writer, patches, columns, "w", "i", p => (Place)"coefficients" + (p * PatchStep));
        }
        else
        {
            using (writer.Block($"for (int q = 0; q < {Rows}; q++)"))
            {
                writer.Lines($"ref float wq = ref {(Place)"w" + (((Expression)"q" * Dimension) + "i")};\nref float at = ref {(Place)"coefficients" + ((Expression)"q" * RowStep)};");
                WriteRow(writer, patches, columns, "wq", null, p => (Place)"at" + (p * PatchStep));
            }
        }

        if (HasRouter)
        {
            using SourceWriter.Scope own = writer.Block();
            WriteRow(writer, patches, columns, "router", "i", p => (Place)"routerCoefficients" + p);
        }

        writer.Gap();
        for (int p = 0; p < patches; p++)
        {
            foreach (int c in columns)
            {
                Expression at = At("i", c);
                writer.Lines(IntoMap ? $"S.Store(S.Add(S.Load(ref x{p}, {at}), sum{p}{c}), ref x{p}, {at});" : $"S.Store(sum{p}{c}, ref sums, {(Expression)(p * Dimension) + at});");
            }
        }
    }

    private static void WriteRow(SourceWriter writer, int patches, int[] columns, string row, string? at, Func<int, Place> coefficient)
    {
        foreach (int c in columns)
        {
            writer.Lines($"V w{c} = S.Load(ref {row}, {(at is null ? VectorTypes.Lane(c) : At(at, c))});");
        }

        for (int p = 0; p < patches; p++)
        {
            writer.Lines($"V c{p} = S.Create({coefficient(p)});");
            foreach (int c in columns)
            {
                writer.Lines($"sum{p}{c} = S.MultiplyAdd(c{p}, w{c}, sum{p}{c});");
            }
        }
    }

    private static Expression At(string i, int column) => column == 0 ? i : (Expression)i + Expression.Raw(VectorTypes.Lane(column));
}
