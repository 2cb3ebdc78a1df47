using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>
/// The gradient of weight rows: a sum of outer products of coefficients and patch rows, over the samples of a window in their order. A tile of
/// rows × vectors stays in registers while the samples pass, and each weight has one owner, so that no thread's sum waits for another's.
/// </summary>
/// <param name="Name">The stem of the emitted methods, for example <c>ExpertGradient</c>.</param>
/// <param name="Formula">What they compute.</param>
/// <param name="Dimension">The length of a row.</param>
/// <param name="Instances">Instances of the layer per sample.</param>
/// <param name="Prologue">Lines that define what the other texts use, for sample b (and instance g).</param>
/// <param name="Count">The number of rows that a sample adds; "1" prints no loop.</param>
/// <param name="Row">The row t; empty if the prologue defines <c>row</c>.</param>
/// <param name="Delta">The coefficient of weight row q at t.</param>
/// <param name="Tiles">The tiles of weight rows.</param>
internal sealed record OuterTiles(
    string Name,
    string Formula,
    int Dimension,
    int Instances,
    string Prologue,
    string Count,
    string Row,
    Func<int, string> Delta,
    EquatableArray<TileRun> Tiles)
{
    /// <summary>Columns are dealt out to the threads in stretches of this many values.</summary>
    private const int Stretch = 64;
    private const int Vectors = 4;
    private const string Parameters = "ref float x, ref float slots, ref int integers, int samples, int s, int r";
    private const string Arguments = "ref x, ref slots, ref integers, samples, s, r";

    private int Stretches => (Dimension + Stretch - 1) / Stretch;

    private int TileCount => Tiles.Sum(run => run.Tiles);

    /// <summary>Prints the tiles and, over them, the share of one worker.</summary>
    public void Write(SourceWriter writer, int experts, string gradientAt, int expertStep)
    {
        writer.Gap();
        WriteShare(writer, experts, gradientAt, expertStep);
        foreach (int rows in Tiles.Select(run => run.Size).Distinct())
        {
            writer.Gap();
            WriteStretch(writer, rows);
            writer.Gap();
            WriteTile(writer, rows, Vectors);
            writer.Gap();
            WriteTile(writer, rows, 1);
        }
    }

    private void WriteShare(SourceWriter writer, int experts, string gradientAt, int expertStep)
    {
        int units = experts * Stretches * TileCount;
        writer.Lines($"/// <summary>{KernelDoc.Escape(Formula)}: one worker's share of {experts} × {Stretches} × {TileCount} (expert, stretch of {Stretch} columns, tile of rows).</summary>");
        using (WidthDispatch.Kernel(writer, $"private static void {Name}Share<S, V>(ref float x, ref float slots, ref int integers, int samples, ref float gradients, int worker, int workers)"))
        {
            writer.Lines($"int end = (int)({units}L * (worker + 1) / workers);");
            using (writer.Block($"for (int unit = (int)({units}L * worker / workers); unit < end; unit++)"))
            {
                writer.Lines($"int s = unit / {Stretches * TileCount};");
                writer.Lines($"int from = unit / {TileCount} % {Stretches} * {Stretch};");
                writer.Lines($"int to = Math.Min(from + {Stretch}, {Dimension});");
                writer.Lines($"int tile = unit % {TileCount};");
                int first = 0;
                for (int i = 0; i < Tiles.Count; i++)
                {
                    TileRun run = Tiles[i];
                    bool last = i == Tiles.Count - 1;
                    string row = Format.Offset($"{run.Start}", (first == 0 ? "tile" : $"tile - {first}", run.Size));
                    string gradient = Format.At("gradients", gradientAt, ("s", experts == 1 ? 0 : expertStep), ("r", Dimension));
                    string body = $"int r = {row};\n{Name}{run.Size}<S, V>({Arguments}, from, to, {gradient});";
                    first += run.Tiles;
                    if (Tiles.Count == 1)
                    {
                        writer.Lines(body);
                        continue;
                    }

                    using (writer.Block(last ? "else" : $"if (tile < {first})"))
                    {
                        writer.Lines(body);
                    }
                }
            }
        }
    }

    private void WriteStretch(SourceWriter writer, int rows)
    {
        using (WidthDispatch.Kernel(writer, $"private static void {Name}{rows}<S, V>({Parameters}, int from, int to, ref float gradient)"))
        {
            writer.Lines("int i = from;");
            using (writer.Block($"for (; i <= to - ({Vectors} * S.Lanes); i += {Vectors} * S.Lanes)"))
            {
                writer.Lines($"{Name}{rows}x{Vectors}<S, V>({Arguments}, i, S.Lanes, ref gradient);");
            }

            writer.Gap();
            using (writer.Block("for (; i <= to - S.Lanes; i += S.Lanes)"))
            {
                writer.Lines($"{Name}{rows}x1<S, V>({Arguments}, i, S.Lanes, ref gradient);");
            }

            writer.Gap();
            using (writer.Block("if (i < to)"))
            {
                writer.Lines($"{Name}{rows}x1<S, V>({Arguments}, to - S.Lanes, to - i, ref gradient);");
            }
        }
    }

    private void WriteTile(SourceWriter writer, int rows, int vectors)
    {
        new KernelDoc(
            $"gradient[q, i…] += {Formula}",
            $"q row 0…{rows - 1}, i the first column of {Format.Plural(vectors, "vector")}, b sample, t row of the sample",
            $"gradient [{rows}, {Dimension}]; the last keep lanes of a vector are written",
            $"{rows} × {vectors} sums in registers over all samples of the window",
            2L * rows * vectors * 16,
            4L * vectors * 16).WritePer(writer, "row t, at 16 lanes");
        using (WidthDispatch.Kernel(writer, $"private static void {Name}{rows}x{vectors}<S, V>({Parameters}, int i, int keep, ref float gradient)"))
        {
            IEnumerable<int> columns = Enumerable.Range(0, vectors).ToArray();
            for (int q = 0; q < rows; q++)
            {
                writer.Lines($"V {string.Join(", ", columns.Select(c => $"sum{q}{c} = S.Zero"))};");
            }

            using (writer.Block("for (int b = 0; b < samples; b++)"))
            {
                SampleEmitter.WriteInstances(writer, Instances, () => WriteRows(writer, rows, columns));
            }

            for (int q = 0; q < rows; q++)
            {
                writer.Gap();
                writer.Lines($"ref float gradient{q} = ref Add(ref gradient, {Format.Offset($"{q * Dimension}", ("i", 1))});");
                foreach (int c in columns)
                {
                    string sum = vectors == 1 ? $"S.KeepLast(sum{q}{c}, keep)" : $"sum{q}{c}";
                    writer.Lines($"S.Store(S.Add(S.Load(ref gradient{q}, {Format.Lane(c)}), {sum}), ref gradient{q}, {Format.Lane(c)});");
                }
            }
        }
    }

    private void WriteRows(SourceWriter writer, int rows, IEnumerable<int> columns)
    {
        writer.Lines(Prologue);
        if (Count == "1")
        {
            WriteRow(writer, rows, columns);
            return;
        }

        using (writer.Block($"for (int t = 0; t < {Count}; t++)"))
        {
            WriteRow(writer, rows, columns);
        }
    }

    private void WriteRow(SourceWriter writer, int rows, IEnumerable<int> columns)
    {
        if (Row.Length > 0)
        {
            writer.Lines($"ref float row = {Row};");
        }

        foreach (int c in columns)
        {
            writer.Lines($"V v{c} = S.Load(ref row, {Format.Lane(c)});");
        }

        for (int q = 0; q < rows; q++)
        {
            writer.Lines($"V delta{q} = S.Create({Delta(q)});");
            foreach (int c in columns)
            {
                writer.Lines($"sum{q}{c} = S.MultiplyAdd(delta{q}, v{c}, sum{q}{c});");
            }
        }
    }
}
