namespace PatchMoE.Gen.Emission;

/// <summary>
/// The inner products of patches with weight rows: a tile of patches × rows in registers, along the d values of a row. Both the router's
/// scores and the neurons' pre-activations are made of it.
/// </summary>
internal static class DotTiles
{
    /// <summary>Prints one method per tile size.</summary>
    public static void Write(SourceWriter writer, int dimension, IEnumerable<(int Patches, int Rows)> tiles)
    {
        foreach ((int patches, int rows) in tiles.Distinct().OrderByDescending(tile => tile.Patches).ThenByDescending(tile => tile.Rows))
        {
            writer.Gap();
            Write(writer, dimension, patches, rows);
        }
    }

    /// <summary>The call of a tile.</summary>
    public static string Call(int patches, int rows, IEnumerable<string> patchRows, string weights, string products, int patchStep, int rowStep) =>
        $"Dot{patches}x{rows}<S, V>({string.Join(", ", patchRows)}, {weights}, {products}, {patchStep}, {rowStep});";

    private static void Write(SourceWriter writer, int dimension, int patches, int rows)
    {
        new KernelDoc(
            "products[p, q] = Σ_i x_p[i] · w[q, i]",
            $"p patch 0…{patches - 1}, q row 0…{rows - 1}, i value 0…{dimension - 1}",
            $"x_p [{dimension}], w [{rows}, {dimension}], products at p · patchStep + q · rowStep",
            $"{Format.Plural(patches * rows, "sum")} in registers; a weight vector is read once for {Format.Plural(patches, "patch").Replace("patchs", "patches")}, a patch vector once for {Format.Plural(rows, "row")}",
            2L * patches * rows * dimension,
            4L * ((patches + rows) * dimension + (patches * rows))).Write(writer);
        string x = string.Join(", ", Enumerable.Range(0, patches).Select(p => $"ref float x{p}"));
        writer.Lines("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void Dot{patches}x{rows}<S, V>({x}, ref float w, ref float products, int patchStep, int rowStep) {WidthDispatch.Constraint}"))
        {
            for (int p = 0; p < patches; p++)
            {
                writer.Lines($"V {string.Join(", ", Enumerable.Range(0, rows).Select(q => $"sum{p}{q} = S.Zero"))};");
            }

            bool tail = dimension % 16 != 0;
            using (writer.Block($"for (int i = 0; i <= {dimension} - S.Lanes; i += S.Lanes)"))
            {
                Step(writer, dimension, patches, rows, "S.Load(ref x{0}, i)");
            }

            if (tail)
            {
                writer.Gap();
                using (writer.Block($"if ({dimension} % S.Lanes != 0)"))
                {
                    writer.Lines($"// The row's end: its last full vector, without the lanes that are counted already.\nint i = {dimension} - S.Lanes;");
                    Step(writer, dimension, patches, rows, $"S.KeepLast(S.Load(ref x{{0}}, i), {dimension} % S.Lanes)");
                }
            }

            writer.Gap();
            for (int p = 0; p < patches; p++)
            {
                for (int q = 0; q < rows; q++)
                {
                    string index = (p, q) switch
                    {
                        (0, 0) => "products",
                        (0, _) => $"Add(ref products, {Times(q, "rowStep")})",
                        (_, 0) => $"Add(ref products, {Times(p, "patchStep")})",
                        _ => $"Add(ref products, {Parenthesise(Times(p, "patchStep"))} + {Parenthesise(Times(q, "rowStep"))})",
                    };
                    writer.Lines($"{index} = S.Sum(sum{p}{q});");
                }
            }
        }
    }

    private static void Step(SourceWriter writer, int dimension, int patches, int rows, string load)
    {
        for (int p = 0; p < patches; p++)
        {
            writer.Lines($"V v{p} = {string.Format(load, p)};");
        }

        for (int q = 0; q < rows; q++)
        {
            writer.Lines($"V w{q} = S.Load(ref w, {(q == 0 ? "i" : $"{q * dimension} + i")});");
            for (int p = 0; p < patches; p++)
            {
                writer.Lines($"sum{p}{q} = S.MultiplyAdd(v{p}, w{q}, sum{p}{q});");
            }
        }
    }

    private static string Times(int factor, string step) => factor == 1 ? step : $"{factor} * {step}";

    private static string Parenthesise(string text) => text.Contains(' ') ? $"({text})" : text;
}
