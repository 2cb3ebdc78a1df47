using PatchMoE.Gen.Planning;

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

    /// <summary>Prints one method per tile size.</summary>
    public void Write(SourceWriter writer, IEnumerable<(int Patches, int Rows)> tiles)
    {
        foreach ((int patches, int rows) in tiles.Distinct().OrderByDescending(tile => tile.Patches).ThenByDescending(tile => tile.Rows))
        {
            writer.Gap();
            WriteTile(writer, patches, rows);
        }
    }

    /// <summary>The call of a tile.</summary>
    public string Call(int patches, int rows, IEnumerable<string> patchRows, string weights, string products) =>
        $"{Name}{patches}x{rows}<S, V>({string.Join(", ", patchRows)}, {weights}, {products}{(Blocked ? ", length, add: column > 0" : string.Empty)});";

    /// <summary>The values that follow each other.</summary>
    private string Length => Blocked ? "length" : $"{Image?.Length ?? Dimension}";

    private void WriteTile(SourceWriter writer, int patches, int rows)
    {
        new KernelDoc(
            Blocked ? "products[p, q] (+)= Σ_i x_p[i] · w[q, i], i < length; added to what was there with add" : "products[p, q] = Σ_i x_p[i] · w[q, i]",
            $"p patch 0…{patches - 1}, q row 0…{rows - 1}, i value 0…{Dimension - 1}",
            $"x_p [{Dimension}], w [{rows}, {Dimension}], products at {Format.Offset("0", ("p", PatchStep), ("q", RowStep))}",
            $"{Format.Plural(patches * rows, "sum")} in registers; a weight vector is read once for {(patches == 1 ? "1 patch" : $"{patches} patches")}, a patch vector once for {Format.Plural(rows, "row")}",
            2L * patches * rows * Dimension,
            4L * ((patches + rows) * Dimension + (patches * rows))).Write(writer);
        string x = string.Join(", ", Enumerable.Range(0, patches).Select(p => $"ref float x{p}"));
        using (WidthDispatch.Kernel(writer, $"private static void {Name}{patches}x{rows}<S, V>({x}, ref float w, ref float products{(Blocked ? ", int length, bool add" : string.Empty)})"))
        {
            for (int p = 0; p < patches; p++)
            {
                writer.Lines($"V {string.Join(", ", Enumerable.Range(0, rows).Select(q => $"sum{p}{q} = S.Zero"))};");
            }

            PixelRowsEmitter.WriteEach(
                writer, Blocked ? null : Image, Enumerable.Range(0, patches).Select(p => $"x{p}"), ["w"], () => WriteProducts(writer, patches, rows));
            writer.Gap();
            WriteSums(writer, patches, rows);
        }
    }

    private void WriteProducts(SourceWriter writer, int patches, int rows)
    {
        using (writer.Block($"for (int i = 0; i <= {Length} - S.Lanes; i += S.Lanes)"))
        {
            WriteStep(writer, patches, rows, p => $"S.Load(ref x{p}, i)");
        }

        if ((Image?.Length ?? Dimension) % 16 != 0)
        {
            writer.Gap();
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
            writer.Lines($"V w{q} = S.Load(ref w, {Format.Offset($"{q * Dimension}", ("i", 1))});");
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
            WriteFour(writer, Enumerable.Range(0, Four).Select(q => $"sum{p}{q}"), Product(p, 0));
        }

        for (int q = 0; alongPatches && q < rows; q++)
        {
            WriteFour(writer, Enumerable.Range(0, Four).Select(p => $"sum{p}{q}"), Product(0, q));
        }

        for (int p = 0; !alongPatches && p < patches; p++)
        {
            for (int q = alongRows ? Four : 0; q < rows; q++)
            {
                string product = Product(p, q).Substring("ref ".Length);
                writer.Lines($"{product} = {(Blocked ? $"add ? {product} + S.Sum(sum{p}{q}) : " : string.Empty)}S.Sum(sum{p}{q});");
            }
        }
    }

    private void WriteFour(SourceWriter writer, IEnumerable<string> sums, string products)
    {
        string four = $"S.SumFour({string.Join(", ", sums)})";
        writer.Lines(Blocked
            ? $"Vector128.StoreUnsafe(add ? {four} + Vector128.LoadUnsafe({products}) : {four}, {products});"
            : $"{four}.StoreUnsafe({products});");
    }

    private string Product(int patch, int row) => Format.At("products", $"{(patch * PatchStep) + (row * RowStep)}");
}
