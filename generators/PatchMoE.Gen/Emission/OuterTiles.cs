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
/// <param name="Sample">Lines for sample b (and instance g): which patches count.</param>
/// <param name="Rows">Lines that say where those patches lie, from column i on.</param>
/// <param name="Deltas">Lines that say where their coefficients lie, from row r on.</param>
/// <param name="Count">The number of patches; "1" prints no loop.</param>
/// <param name="Row">The patch t; empty if <paramref name="Rows"/> defines <c>row</c>.</param>
/// <param name="Delta">The coefficient of weight row q at t.</param>
/// <param name="Plan">The tiles.</param>
internal sealed record OuterTiles(
    string Name,
    string Formula,
    int Dimension,
    int Instances,
    string Sample,
    string Rows,
    string Deltas,
    string Count,
    string Row,
    Func<int, string> Delta,
    GradientPlan Plan)
{
    private const int Vectors = 4;
    private const string Places = "ref float x, ref float slots, ref int integers";

    /// <summary>What the share of a worker takes.</summary>
    public const string ShareParameters = Places + ", int samples, scoped in WeightTarget target, ref float packed, int worker, int workers";

    /// <summary>Its arguments.</summary>
    public const string ShareArguments = "ref x, ref slots, ref integers, samples, in target, ref packed, worker, workers";

    /// <summary>Where expert s's rows begin in the gradients.</summary>
    public string GradientAt { get; init; } = string.Empty;

    /// <summary>The experts, each with rows of its own.</summary>
    public int Experts { get; init; } = 1;

    /// <summary>Values from one expert's rows to the next's.</summary>
    public int ExpertStep { get; init; }

    /// <summary>Values from one patch's coefficients to the next's where they are named <c>coefficients</c>; else 0.</summary>
    public int DeltaStep { get; init; }

    /// <summary>The router's row, summed with the neurons' in the last tile.</summary>
    public RouterRow? Router { get; init; }

    /// <summary>The pixel rows in which a patch t lies; else null.</summary>
    public ImagePatches? Image { get; init; }

    private int TileCount => Plan.TileCount;

    /// <summary>Prints the share of one worker and, below it, the tiles.</summary>
    public void Write(SourceWriter writer)
    {
        writer.Gap();
        WriteShare(writer);
        writer.Gap();
        WriteStretch(writer);
        if (Plan.Packs)
        {
            writer.Gap();
            WritePack(writer);
        }

        foreach (int vectors in new[] { Vectors, 1 })
        {
            writer.Gap();
            WriteTiles(writer, vectors);
            foreach ((int rows, bool router) in Kinds())
            {
                writer.Gap();
                WriteTile(writer, rows, router, vectors);
            }
        }
    }

    /// <summary>The kinds of tiles: neurons, and whether the router's row follows them.</summary>
    private IEnumerable<(int Rows, bool Router)> Kinds()
    {
        var kinds = new List<(int Rows, bool Router)>();
        for (int i = 0; i < Plan.Tiles.Count; i++)
        {
            TileRun run = Plan.Tiles[i];
            bool last = i == Plan.Tiles.Count - 1;
            if (run.Tiles > 1 || !(last && Plan.HasRouter))
            {
                kinds.Add((run.Size, false));
            }

            if (last && Plan.HasRouter)
            {
                kinds.Add((run.Size - 1, true));
            }
        }

        return kinds;
    }

    private string TileName(int rows, bool router, int vectors) => $"{Name}{rows}{(router ? "AndRouter" : string.Empty)}x{vectors}";

    private void WriteShare(SourceWriter writer)
    {
        int perExpert = Plan.Stretches * TileCount;
        int units = Experts * perExpert;
        string rest = Dimension % Plan.Stretch == 0 || Plan.Stretches == 1 ? string.Empty : ", the last with what is left";
        writer.Lines($"/// <summary>{KernelDoc.Escape(Formula)}: one worker's share of {Experts} × {Plan.Stretches} × {TileCount} (expert, stretch of {Plan.Stretch} columns{rest}, tile of rows).</summary>");
        if (Plan.Packs)
        {
            writer.Lines($"/// <remarks>{TileCount} tiles read the same patches: {Format.Plural(Plan.BlockSamples, "sample")} at a time, their columns are copied side by side and stay in the first cache.</remarks>");
        }

        using (WidthDispatch.Kernel(writer, $"private static void {Name}Share<S, V>({ShareParameters})"))
        {
            writer.Lines($"int end = (int)({units}L * (worker + 1) / workers);");
            using (writer.Block($"for (int unit = (int)({units}L * worker / workers); unit < end;)"))
            {
                writer.Lines($"int s = unit / {perExpert};\nint stop = Math.Min(end, (s + 1) * {perExpert});");
                string call = $"{Name}Stretch<S, V>(ref x, ref slots, ref integers, first, last, s, from, to, tile, tiles, in part, ref packed);";
                if (Plan.BlocksFirst)
                {
                    WriteBlocks(writer, () => WriteStretches(writer, () => writer.Lines(call)));
                }
                else
                {
                    WriteStretches(writer, () => WriteBlocks(writer, () => writer.Lines(call)));
                }

                writer.Gap();
                writer.Lines("unit = stop;");
            }
        }
    }

    /// <summary>An expert's stretches and tiles in a worker's share.</summary>
    private void WriteStretches(SourceWriter writer, Action body)
    {
        using (writer.Block("for (int next = unit; next < stop;)"))
        {
            writer.Lines($$"""
                int stretch = next / {{TileCount}} % {{Plan.Stretches}};
                int tile = next % {{TileCount}};
                int tiles = Math.Min({{TileCount}}, tile + stop - next);
                next += tiles - tile;
                int from = stretch * {{Plan.Stretch}};
                int to = stretch == {{Plan.Stretches - 1}} ? {{Dimension}} : from + {{Plan.Stretch}};
                """);
            body();
        }
    }

    /// <summary>Samples that pass at a time.</summary>
    private void WriteBlocks(SourceWriter writer, Action body)
    {
        if (Plan.BlockSamples == 0)
        {
            writer.Lines("const int first = 0;\nint last = samples;\nWeightTarget part = target;");
            body();
            return;
        }

        using (writer.Block($"for (int first = 0; first < samples; first += {Plan.BlockSamples})"))
        {
            writer.Lines($"int last = Math.Min(first + {Plan.BlockSamples}, samples);\nWeightTarget part = target.Part(first: first == 0, last: last == samples);");
            body();
        }
    }

    private void WriteStretch(SourceWriter writer)
    {
        writer.Lines("/// <summary>The tiles from tile to tiles − 1 at the columns from to to − 1, over the samples from first to last − 1.</summary>");
        using (WidthDispatch.Kernel(writer, $"private static void {Name}Stretch<S, V>({Places}, int first, int last, int s, int from, int to, int tile, int tiles, scoped in WeightTarget target, ref float packed)"))
        {
            void WriteColumns(int vectors, string keep)
            {
                writer.Lines($"{Name}Tiles{vectors}<S, V>({(Plan.Packs ? "ref Add(ref packed, i - from)" : "ref x")}, ref slots, ref integers, first, last, s, tile, tiles, i, {keep}, in target);");
            }

            if (Plan.Packs)
            {
                writer.Lines($"{Name}Pack<S, V>(ref x, ref integers, first, last, s, from, to, ref packed);");
            }

            writer.Lines("int i = from;");
            using (writer.Block($"for (; i <= to - ({Vectors} * S.Lanes); i += {Vectors} * S.Lanes)"))
            {
                WriteColumns(Vectors, "S.Lanes");
            }

            writer.Gap();
            using (writer.Block("for (; i <= to - S.Lanes; i += S.Lanes)"))
            {
                WriteColumns(1, "S.Lanes");
            }

            if (Dimension % 16 != 0)
            {
                writer.Gap();
                using (writer.Block("if (i < to)"))
                {
                    writer.Lines("int keep = to - i;\ni = to - S.Lanes;");
                    WriteColumns(1, "keep");
                }
            }
        }
    }

    /// <summary>The copy of a block's patches: the columns of a stretch.</summary>
    private void WritePack(SourceWriter writer)
    {
        new KernelDoc(
            "packed[q, i − from] = x_q[i]",
            "q patch in the order of the sums, i value from…to−1",
            $"packed [{Plan.BlockRows}, {Plan.Pitch}]",
            string.Empty,
            0,
            8L * Plan.Stretch).WritePer(writer, $"patch, for {Plan.Stretch} values");
        using (WidthDispatch.Kernel(writer, $"private static void {Name}Pack<S, V>(ref float x, ref int integers, int first, int last, int s, int from, int to, ref float packed)"))
        {
            writer.Lines(Image is null ? "int i = from;\nint width = to - from;\nref float copy = ref packed;" : "ref float copy = ref packed;");
            WriteSamples(writer, Rows, () =>
            {
                writer.Lines($"ref float row = {Row};");
                WriteCopy(writer);
                writer.Lines($"copy = ref Add(ref copy, {Plan.Pitch});");
            });
        }
    }

    private void WriteCopy(SourceWriter writer)
    {
        if (Image is { } image)
        {
            writer.Lines($$"""
                for (int column = from; column < to;)
                {
                    int at = column % {{image.Length}};
                    int count = Math.Min(to - column, {{image.Length}} - at);
                    Values.Copy(ref Add(ref row, (column / {{image.Length}} * {{image.Step}}) + at), ref Add(ref copy, column - from), count);
                    column += count;
                }

                """);
            return;
        }

        writer.Lines("""
            for (int c = 0; c < width - S.Lanes; c += S.Lanes)
            {
                S.Store(S.Load(ref row, c), ref copy, c);
            }

            // The last vector may overlap the one before it.
            S.Store(S.Load(ref row, width - S.Lanes), ref copy, width - S.Lanes);
            """);
    }

    private void WriteTiles(SourceWriter writer, int vectors)
    {
        using (WidthDispatch.Kernel(writer, $"private static void {Name}Tiles{vectors}<S, V>({Places}, int first, int last, int s, int tile, int tiles, int i, int keep, scoped in WeightTarget target)"))
        {
            using (writer.Block("for (; tile < tiles; tile++)"))
            {
                int before = 0;
                var branches = new List<(string Condition, string Body)>();
                for (int k = 0; k < Plan.Tiles.Count; k++)
                {
                    TileRun run = Plan.Tiles[k];
                    bool last = k == Plan.Tiles.Count - 1;
                    string r = Format.Offset($"{run.Start}", (before == 0 ? "tile" : $"tile - {before}", run.Size));
                    before += run.Tiles;
                    int plain = last && Plan.HasRouter ? before - 1 : before;
                    if (run.Tiles > 1 || plain == before)
                    {
                        branches.Add(($"tile < {plain}", TileCall(run.Size, false, vectors, r)));
                    }

                    if (plain < before)
                    {
                        branches.Add(($"tile < {before}", TileCall(run.Size - 1, true, vectors, r)));
                    }
                }

                for (int k = 0; k < branches.Count; k++)
                {
                    if (branches.Count == 1)
                    {
                        writer.Lines(branches[k].Body);
                        continue;
                    }

                    using (writer.Block(k == branches.Count - 1 ? "else" : k == 0 ? $"if ({branches[k].Condition})" : $"else if ({branches[k].Condition})"))
                    {
                        writer.Lines(branches[k].Body);
                    }
                }
            }
        }
    }

    private string TileCall(int rows, bool router, int vectors, string r)
    {
        return $"{TileName(rows, router, vectors)}<S, V>(ref x, ref slots, ref integers, first, last, s, {r}, i, keep, in target);";
    }

    private void WriteTile(SourceWriter writer, int rows, bool router, int vectors)
    {
        int all = rows + (router ? 1 : 0);
        new KernelDoc(
            $"gradient[q, i…] += {Formula}" + (router ? $"; with it {Router!.Formula}" : string.Empty),
            $"q row {(rows == 1 ? "0" : $"0…{rows - 1}")}, i the first column of {Format.Plural(vectors, "vector")}, b sample, t row of the sample",
            $"gradient [{rows}, {Dimension}]; the last keep lanes of a vector are written{(Plan.Packs ? "; x packed" : string.Empty)}",
            $"{all} × {vectors} sums in registers over the samples from first to last − 1",
            2L * all * vectors * 16,
            4L * vectors * 16).WritePer(writer, "row t, at 16 lanes");
        using (WidthDispatch.Kernel(writer, $"private static void {TileName(rows, router, vectors)}<S, V>({Places}, int first, int last, int s, int r, int i, int keep, scoped in WeightTarget target)"))
        {
            int[] columns = Enumerable.Range(0, vectors).ToArray();
            for (int q = 0; q < all; q++)
            {
                writer.Lines($"V {string.Join(", ", columns.Select(c => $"sum{q}{c} = S.Zero"))};");
            }

            if (Plan.Packs)
            {
                writer.Lines("ref float row = ref x;");
            }

            string places = Plan.Packs ? Deltas : $"{Rows}\n{Deltas}";
            WriteSamples(writer, router ? $"{places}\n{Router!.Deltas}" : places, () => WriteRow(writer, rows, router, columns));
            for (int q = 0; q < all; q++)
            {
                string at = q == rows
                    ? Format.Offset(Router!.GradientAt, ("s", Dimension), ("i", 1))
                    : Format.Offset(GradientAt, ("s", ExpertStep), (q == 0 ? "r" : $"r + {q}", Dimension), ("i", 1));
                writer.Lines($"int at{q} = {at};\nref float gradient{q} = ref Add(ref target.Gradients, at{q});");
            }

            WriteStores(writer, all, columns);
        }
    }

    private void WriteStores(SourceWriter writer, int rows, int[] columns)
    {
        void ForEach(Func<int, int, string> line)
        {
            for (int q = 0; q < rows; q++)
            {
                foreach (int c in columns)
                {
                    writer.Lines(line(q, c));
                }
            }
        }

        bool tail = columns.Length == 1 && Dimension % 16 != 0;
        string Kept(string value) => tail ? $"S.KeepLast({value}, keep)" : value;
        string Total(int q, int c) => $"sum{q}{c} = S.Add(S.Load(ref gradient{q}, {Format.Lane(c)}), {Kept($"sum{q}{c}")});";
        if (Plan.Stores)
        {
            using (writer.Block("if (target.Adds)"))
            {
                ForEach(Total);
            }
        }
        else
        {
            ForEach(Total);
        }

        writer.Gap();
        using (writer.Block("if (target.Updates)"))
        {
            writer.Lines("V rate = S.Create(target.Rate);\nV decay = S.Create(target.Decay);");
            for (int q = 0; q < rows; q++)
            {
                writer.Lines($"ref float weight{q} = ref Add(ref target.Weights, at{q});");
                foreach (int c in columns)
                {
                    string weight = $"S.Load(ref weight{q}, {Format.Lane(c)})";
                    writer.Lines($"S.Store(S.Subtract({weight}, {Kept($"WeightTarget.Step<S, V>({weight}, sum{q}{c}, rate, decay)")}), ref weight{q}, {Format.Lane(c)});");
                }
            }

            writer.Lines("return;");
        }

        writer.Gap();
        ForEach((q, c) => $"S.Store(sum{q}{c}, ref gradient{q}, {Format.Lane(c)});");
    }

    /// <summary>The loop over samples, instances and patches.</summary>
    private void WriteSamples(SourceWriter writer, string places, Action row)
    {
        using (writer.Block("for (int b = first; b < last; b++)"))
        {
            SampleEmitter.WriteInstances(writer, Instances, () =>
            {
                writer.Lines(string.Join("\n", new[] { Sample, places }.Where(text => text.Length > 0)));
                if (Count == "1")
                {
                    row();
                    return;
                }

                using (writer.Block($"for (int t = 0; t < {Count}; t++)"))
                {
                    row();
                }
            });
        }
    }

    private void WriteRow(SourceWriter writer, int rows, bool router, int[] columns)
    {
        if (Row.Length > 0 && !Plan.Packs)
        {
            writer.Lines($"ref float row = {Row};");
        }

        foreach (int c in columns)
        {
            writer.Lines($"V v{c} = S.Load(ref row, {Format.Lane(c)});");
        }

        if (DeltaStep > 1)
        {
            writer.Lines($"ref float coefficients = ref Add(ref deltas, t * {DeltaStep});");
        }

        for (int q = 0; q < rows + (router ? 1 : 0); q++)
        {
            writer.Lines($"V delta{q} = S.Create({(q == rows ? Router!.Delta : Delta(q))});");
            foreach (int c in columns)
            {
                writer.Lines($"sum{q}{c} = S.MultiplyAdd(delta{q}, v{c}, sum{q}{c});");
            }
        }

        if (Plan.Packs)
        {
            writer.Lines($"row = ref Add(ref row, {Plan.Pitch});");
        }
    }
}

/// <summary>The router's row of a tile.</summary>
/// <param name="Formula">What it computes.</param>
/// <param name="Deltas">Lines that say where its coefficients lie.</param>
/// <param name="Delta">The coefficient at t.</param>
/// <param name="GradientAt">Where the routers begin in the gradients.</param>
internal sealed record RouterRow(string Formula, string Deltas, string Delta, string GradientAt);
