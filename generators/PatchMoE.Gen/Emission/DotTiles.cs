using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using static PatchMoE.Gen.Emission.Text.Indices;

namespace PatchMoE.Gen.Emission;

/// <summary>
/// The inner products of patches with weight rows: a tile of patches × rows in registers, along the d values of a row. The router's scores, the
/// pre-activations of few neurons and the logits are made of it.
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

    /// <summary>The values that follow each other, and the widest vectors that cover them.</summary>
    private int Run => Image?.Length ?? Dimension;

    private Expression Length => Blocked ? "length" : Run;

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
            for (int p = 0; p < patches; p++)
            {
                writer.Lines($"V {string.Join(", ", Enumerable.Range(0, rows).Select(q => $"sum{p}{q} = S.Zero"))};");
            }

            PatchPlaces.WriteEach(writer, Blocked ? null : Image, PatchPlaces.Names(patches), ["w"], () => WriteProducts(writer, patches, rows));
            WriteSums(writer, patches, rows);
        });
    }

    private void WriteProducts(SourceWriter writer, int patches, int rows)
    {
        writer.Block($"for (int i = 0; i <= {Length} - S.Lanes; i += S.Lanes)", () => WriteStep(writer, patches, rows, p => $"S.Load(ref x{p}, i)"));

        if (Run % Lanes.For(Dimension) != 0)
        {
            using (writer.Block($"if ({Length} % S.Lanes != 0)"))
            {
                writer.Lines($"// The row's end: its last full vector, without the lanes that are counted already.\nint i = {Length} - S.Lanes;");
                WriteStep(writer, patches, rows, p => $"S.KeepLast(S.Load(ref x{p}, i), {Length} % S.Lanes)");
            }
        }
    }

    private void WriteStep(SourceWriter writer, int patches, int rows, Func<int, string> load)
    {
        for (int p = 0; p < patches; p++)
        {
            writer.Lines($"V v{p} = {load(p)};");
        }

        for (int q = 0; q < rows; q++)
        {
            writer.Lines($"V w{q} = S.Load(ref w, {(Expression)(q * Dimension) + I});");
            for (int p = 0; p < patches; p++)
            {
                writer.Lines($"sum{p}{q} = S.MultiplyAdd(v{p}, w{q}, sum{p}{q});");
            }
        }
    }

    /// <summary>Four sums that lie side by side are made at once; each has the bits of a sum made alone.</summary>
    private void WriteSums(SourceWriter writer, int patches, int rows)
    {
        bool alongRows = RowStep == 1 && rows >= Four;
        bool alongPatches = !alongRows && PatchStep == 1 && patches == Four;
        for (int p = 0; alongRows && p < patches; p++)
        {
            WriteFour(writer, $"four{p}", Enumerable.Range(0, Four).Select(q => $"sum{p}{q}"), Product(p, 0));
        }

        for (int q = 0; alongPatches && q < rows; q++)
        {
            WriteFour(writer, $"four{q}", Enumerable.Range(0, Four).Select(p => $"sum{p}{q}"), Product(0, q));
        }

        for (int p = 0; !alongPatches && p < patches; p++)
        {
            for (int q = alongRows ? Four : 0; q < rows; q++)
            {
                Place product = Product(p, q);
                writer.Lines($"{product} = {(Blocked ? $"add ? {product} + S.Sum(sum{p}{q}) : " : string.Empty)}S.Sum(sum{p}{q});");
            }
        }
    }

    private void WriteFour(SourceWriter writer, string name, IEnumerable<string> sums, Place products)
    {
        string four = $"S.SumFour({string.Join(", ", sums)})";
        writer.Lines(Blocked
            ? $"Vector128<float> {name} = {four};\n(add ? {name} + Vector128.LoadUnsafe(ref {products}) : {name}).StoreUnsafe(ref {products});"
            : $"{four}.StoreUnsafe(ref {products});");
    }

    private Place Product(int patch, int row) => (Place)"products" + ((patch * PatchStep) + (row * RowStep));
}
