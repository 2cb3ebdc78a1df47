using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using static PatchMoE.Gen.Emission.Text.Indices;

namespace PatchMoE.Gen.Emission;

/// <summary>
/// The inner products of patches with weight rows: a tile of patches × rows in registers, along the d values of a row. The router's scores, the
/// pre-activations of few neurons and the logits are made of it. Values are summed in 16 lanes, whatever the width of the machine's vectors: narrower ones pass
/// over the rows once for the first eight lanes and once for the others.
/// </summary>
/// <param name="Name">The stem of the emitted methods.</param>
/// <param name="Dimension">d.</param>
/// <param name="PatchStep">Values from one patch's product to the next.</param>
/// <param name="RowStep">Values from one row's product to the next.</param>
/// <param name="Blocked">Whether a call covers a block of d alone and adds to what the blocks before it gave; the first stores.</param>
/// <param name="Image">The pixel rows in which a patch lies; else null.</param>
internal sealed record DotTiles(string Name, int Dimension, int PatchStep, int RowStep, bool Blocked = false, ImagePatches? Image = null)
{
    /// <summary>The lanes of the vector in which four sums are made at once.</summary>
    private const int Four = 4;

    /// <summary>The lanes of a sum.</summary>
    public int Sums { get; init; } = Lanes.For(Image?.Length ?? Dimension);

    /// <summary>Whether the machine's vectors can be narrower than the lanes.</summary>
    private bool HasHalves => Sums == Lanes.Max;

    /// <summary>The pixel rows that the tile walks over by itself; a blocked one is called for each.</summary>
    private ImagePatches? Pixels => !Blocked && Image is { PixelRows: > 1 } ? Image : null;

    /// <summary>The values that follow each other.</summary>
    private int Run => Image?.Length ?? Dimension;

    private Expression Length => Blocked ? "length" : Run;

    /// <summary>Where a patch's pixel row begins.</summary>
    private Expression PatchRow => Pixels is null ? 0 : "pixels";

    /// <summary>Where the values of a pixel row begin in a weight row.</summary>
    private Expression Column => Pixels is null ? 0 : "column";

    public void Write(SourceWriter writer, IEnumerable<(int Patches, int Rows)> tiles)
    {
        foreach ((int patches, int rows) in tiles.Distinct().OrderByDescending(tile => tile.Patches).ThenByDescending(tile => tile.Rows))
        {
            WriteTile(writer, patches, rows);
        }
    }

    /// <summary>The call of a tile, whose patches are x0, x1, … unless they are named.</summary>
    public Call Call(int patches, int rows, Place weights, Place products, params (string Name, Expression Value)[] others) =>
        Tile(patches, rows).Call([("w", weights), ("products", products), .. others]);

    private Method Tile(int patches, int rows) => new(
        $"{Name}{patches}x{rows}", [.. PatchPlaces.Parameters(patches), "ref float w, ref float products", ("int length, bool add", Blocked)]);

    private void WriteTile(SourceWriter writer, int patches, int rows)
    {
        var doc = new KernelDoc(
            Blocked ? "products[p, q] = Σ_i x_p[i] · w[q, i] with i < length, added to what was there if add is set" : "products[p, q] = Σ_i x_p[i] · w[q, i]",
            $"p patch 0…{patches - 1}, q row 0…{rows - 1}, i value 0…{Dimension - 1}",
            $"x_p [{Dimension}], w [{rows}, {Dimension}], products at {((Expression)"p" * PatchStep) + (Q * RowStep)}",
            $"{Format.Plural(patches * rows, "sum")} in registers; a weight vector is read once for {(patches == 1 ? "1 patch" : $"{patches} patches")}, a patch vector once for {Format.Plural(rows, "row")}",
            2L * patches * rows * Dimension,
            4L * ((patches + rows) * Dimension + (patches * rows)));
        writer.Kernel(Tile(patches, rows), doc, () =>
        {
            using (HasHalves ? writer.Block($"for (int half = 0; half < {Sums}; half += S.Lanes)") : (SourceWriter.Scope?)null)
            {
                for (int p = 0; p < patches; p++)
                {
                    writer.Lines($"V {string.Join(", ", Enumerable.Range(0, rows).Select(q => $"sum{p}{q} = S.Zero"))};");
                }

                if (Pixels is { } image)
                {
                    using (writer.Block($"for (int y = 0; y < {image.PixelRows}; y++)"))
                    {
                        writer.Lines($"int pixels = {(Expression)"y" * image.Step};\nint column = {(Expression)"y" * image.Length};");
                        WriteProducts(writer, patches, rows);
                    }
                }
                else
                {
                    WriteProducts(writer, patches, rows);
                }

                writer.Gap();
                WriteSums(writer, patches, rows);
            }
        });
    }

    private void WriteProducts(SourceWriter writer, int patches, int rows)
    {
        (Expression first, Expression last) = HasHalves ? ("half", Length - Sums + "half") : ((Expression)0, Length - Sums);
        writer.Block($"for (int i = {first}; i <= {last}; i += {Sums})", () => WriteStep(writer, patches, rows, place => $"S.Load({place})"));
        if (Run % Sums != 0)
        {
            using (Blocked ? writer.Block($"if ({Length} % {Sums} != 0)") : writer.Block())
            {
                string lanes = HasHalves ? $"{Length % Sums} - ({Sums} - S.Lanes - half)" : $"{Length % Sums}";
                writer.Lines($"// The row's end: its last {Sums} values, without those that are counted already.\nint i = {last};");
                WriteStep(writer, patches, rows, place => $"S.KeepLast(S.Load({place}), {lanes})");
            }
        }
    }

    /// <summary>One vector of each patch and row. The shorter side of the tile is kept in registers while the other passes.</summary>
    private void WriteStep(SourceWriter writer, int patches, int rows, Func<string, string> load)
    {
        void Patch(int p) => writer.Lines($"V v{p} = {load($"ref x{p}, {PatchRow + I}")};");
        void Row(int q) => writer.Lines($"V w{q} = S.Load(ref row, {q * Dimension});");
        void Products(int p, int q) => writer.Lines($"sum{p}{q} = S.MultiplyAdd(v{p}, w{q}, sum{p}{q});");
        writer.Lines($"ref float row = ref {(Place)"w" + (Column + I)};");
        if (patches <= rows)
        {
            WriteOuter(patches, rows, Patch, Row, Products);
        }
        else
        {
            WriteOuter(rows, patches, Row, Patch, (q, p) => Products(p, q));
        }
    }

    private static void WriteOuter(int kept, int passing, Action<int> keep, Action<int> pass, Action<int, int> multiply)
    {
        for (int a = 0; a < kept; a++)
        {
            keep(a);
        }

        for (int b = 0; b < passing; b++)
        {
            pass(b);
            for (int a = 0; a < kept; a++)
            {
                multiply(a, b);
            }
        }
    }

    /// <summary>Four sums are made at once, side by side where they lie so; each has the bits of a sum made alone.</summary>
    private void WriteSums(SourceWriter writer, int patches, int rows)
    {
        bool alongRows = RowStep == 1 && rows >= Four;
        bool alongPatches = !alongRows && PatchStep == 1 && patches >= Four;
        string adds = (Blocked, HasHalves) switch { (true, true) => "add || half > 0", (true, false) => "add", (false, true) => "half > 0", _ => "false" };
        for (int p = 0; alongRows && p < patches; p++)
        {
            WriteFour(Enumerable.Range(0, Four).Select(q => $"sum{p}{q}"), Product(p, 0));
        }

        for (int q = 0; alongPatches && q < rows; q++)
        {
            WriteFour(Enumerable.Range(0, Four).Select(p => $"sum{p}{q}"), Product(0, q));
        }

        bool apart = !alongRows && rows >= Four;
        for (int p = alongPatches ? Four : 0; p < patches; p++)
        {
            if (apart)
            {
                WriteFour(Enumerable.Range(0, Four).Select(q => $"sum{p}{q}"), Product(p, 0), $"{RowStep}, ");
            }

            for (int q = alongRows || apart ? Four : 0; q < rows; q++)
            {
                writer.Lines($"LaneSums.Put<S, V>({adds}, ref {Product(p, q)}, sum{p}{q});");
            }
        }

        void WriteFour(IEnumerable<string> sums, Place products, string step = "") =>
            writer.Lines($"LaneSums.Put<S, V>({adds}, ref {products}, {step}{string.Join(", ", sums)});");
    }

    private Place Product(int patch, int row) => (Place)"products" + ((patch * PatchStep) + (row * RowStep));
}
