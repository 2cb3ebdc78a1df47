using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using static PatchMoE.Gen.Emission.Text.Indices;

namespace PatchMoE.Gen.Emission;

/// <summary>
/// The gradient of weight rows: a sum of outer products of coefficients and patch rows, over the samples of a window in their order. A tile of
/// rows × vectors stays in registers while the samples pass, and each weight has one owner, so that no thread's sum waits for another's.
/// </summary>
internal sealed class OuterTiles
{
    private const int Vectors = 4;
    private static readonly Parameter s_target = new("scoped in WeightTarget", "target");

    private readonly OuterSum _sum;
    private readonly GradientPlan _plan;
    private readonly Parameter[] _places;
    private readonly Parameter[] _samples;
    private readonly Parameter _expert;
    private readonly Parameter _from;
    private readonly Parameter _to;
    private readonly Parameter _packed;
    private readonly int _tileCount;

    public OuterTiles(OuterSum sum)
    {
        (_sum, _plan, _tileCount) = (sum, sum.Plan, sum.Plan.TileCount);
        bool readsIntegers = sum.Sample is not null;
        _places = [Parameter.Floats("x").When(_plan.Packs || sum.Rows.Array == "x"), Parameter.Floats("slots"), Parameter.Integers("integers").When(readsIntegers)];
        _samples = _plan.BlockSamples > 0 ? [Parameter.Number("first"), Parameter.Number("last")] : [Parameter.Number("samples")];
        _expert = Parameter.Number("s").When(sum.Experts > 1);
        _from = Parameter.Number("from").When(_plan.ColumnBlocks > 1);
        _to = Parameter.Number("to").When(_plan.ColumnBlocks > 1);
        _packed = Parameter.Floats("packed").When(_plan.Packs);
    }

    /// <summary>What one worker sums.</summary>
    public Method Share => new(
        $"{_sum.Name}Share", [.. _places, Parameter.Number("samples"), s_target, _packed, Parameter.Number("worker"), Parameter.Number("workers")]);

    private Method Columns => new(
        $"{_sum.Name}Columns",
        [.. _places, .. _samples, _expert, _from, _to, Parameter.Number("tile").When(_tileCount > 1), Parameter.Number("tiles").When(_tileCount > 1), s_target, _packed]);

    private Method Pack => new(
        $"{_sum.Name}Pack", [_places[0], _places[2], .. _samples, _expert, _from, _to, Parameter.Floats("packed")]);

    private Expression From => _from.IsUsed ? "from" : 0;

    private Expression To => _to.IsUsed ? "to" : _sum.Dimension;

    private bool HasTail => _sum.Dimension % Lanes.For(_sum.Dimension) != 0;

    /// <summary>Prints the share of one worker and, below it, the tiles.</summary>
    public void Write(SourceWriter writer)
    {
        writer.Gap();
        WriteShare(writer);
        writer.Gap();
        WriteColumns(writer);
        if (_plan.Packs)
        {
            writer.Gap();
            WritePack(writer);
        }

        foreach (int vectors in Widths())
        {
            if (_tileCount > 1)
            {
                writer.Gap();
                WriteTiles(writer, vectors);
            }

            foreach ((int rows, bool router, _, _) in Kinds())
            {
                writer.Gap();
                WriteTile(writer, rows, router, vectors);
            }
        }
    }

    /// <summary>Vectors of a row in a tile, as many as its rows have at the narrowest.</summary>
    private IEnumerable<int> Widths() => _sum.Dimension >= Vectors ? [Vectors, 1] : [1];

    /// <summary>The kinds of tiles in order: neurons, and whether the router's row follows them; before which tile they end, and the first row of a tile.</summary>
    private IEnumerable<(int Rows, bool Router, int End, Expression Row)> Kinds()
    {
        int before = 0;
        for (int i = 0; i < _plan.Tiles.Count; i++)
        {
            TileRun run = _plan.Tiles[i];
            bool router = _plan.HasRouter && i == _plan.Tiles.Count - 1;
            int end = before + run.Tiles;
            int plain = router ? end - 1 : end;
            if (plain > before)
            {
                Expression first = before == 0 ? "tile" : (Expression)"tile" - before;
                yield return (run.Size, false, plain, run.Tiles == 1 ? run.Start : (first * run.Size) + run.Start);
            }

            if (router)
            {
                yield return (run.Size - 1, true, end, run.End - run.Size);
            }

            before = end;
        }
    }

    private Method Tiles(int vectors) => new(
        $"{_sum.Name}Tiles{vectors}", [.. _places, .. _samples, _expert, Parameter.Number("tile"), Parameter.Number("tiles"), Parameter.Number("i"), Keep(vectors), s_target]);

    private Method Tile(int rows, bool router, int vectors) => new(
        $"{_sum.Name}{rows}{(router ? "AndRouter" : string.Empty)}x{vectors}",
        [.. _places, .. _samples, _expert, Parameter.Number("r").When(_tileCount > 1), Parameter.Number("i"), Keep(vectors), s_target]);

    private Parameter Keep(int vectors) => Parameter.Number("keep").When(vectors == 1 && HasTail);

    private void WriteShare(SourceWriter writer)
    {
        int blocks = _plan.ColumnBlocks;
        int perExpert = blocks * _tileCount;
        int units = _sum.Experts * perExpert;
        string rest = _sum.Dimension % _plan.ColumnBlock == 0 || blocks == 1 ? string.Empty : ", the last with what is left";
        string[] axes =
        [
            .. _sum.Experts > 1 ? [$"{_sum.Experts} experts"] : Array.Empty<string>(),
            .. blocks > 1 ? [$"{blocks} blocks of {_plan.ColumnBlock} columns{rest}"] : Array.Empty<string>(),
            .. _tileCount > 1 ? [$"{_tileCount} tiles of rows"] : Array.Empty<string>(),
        ];
        void Documentation(SourceWriter doc)
        {
            doc.Summary($"{_sum.Formula}: one worker's share{(axes.Length == 0 ? string.Empty : $" of {string.Join(" × ", axes)}")}.");
            if (_plan.Packs)
            {
                string why = _tileCount > 1 ? $"{_tileCount} tiles read the same patches" : "A patch lies in several pixel rows";
                doc.Lines($"/// <remarks>{why}: {Format.Plural(_plan.BlockSamples, "sample")} at a time, their columns are copied side by side and stay in the L1 cache.</remarks>");
            }
        }

        writer.Method(Optimized(Share), Documentation, () =>
        {
            void Call() => writer.Call(Columns.Call(("target", _plan.BlockSamples > 0 ? "part" : "target")));
            if (units == 1)
            {
                using (writer.Block("if (worker == workers - 1)"))
                {
                    WriteBlocks(writer, Call);
                }
            }
            else if (perExpert == 1)
            {
                using (writer.ShareLoop("s", _sum.Experts))
                {
                    WriteBlocks(writer, Call);
                }
            }
            else if (_sum.Experts == 1)
            {
                writer.Lines($"int start = (int)({units}L * worker / workers);\nint stop = (int)({units}L * (worker + 1) / workers);");
                WriteUnits(writer, "start", Call);
            }
            else
            {
                writer.Lines($"int end = (int)({units}L * (worker + 1) / workers);");
                using (writer.Block($"for (int start = (int)({units}L * worker / workers), stop; start < end; start = stop)"))
                {
                    writer.Lines($"int s = start / {perExpert};\nstop = Math.Min(end, (s + 1) * {perExpert});");
                    WriteUnits(writer, "start", Call);
                }
            }
        });
    }

    private void WriteUnits(SourceWriter writer, string start, Action call)
    {
        if (_plan.BlocksFirst)
        {
            WriteBlocks(writer, () => WriteColumnBlocks(writer, start, call));
        }
        else
        {
            WriteColumnBlocks(writer, start, () => WriteBlocks(writer, call));
        }
    }

    /// <summary>An expert's column blocks and tiles in a worker's share.</summary>
    private void WriteColumnBlocks(SourceWriter writer, string start, Action body)
    {
        bool several = _tileCount > 1;
        using (writer.Block($"for (int next = {start}; next < stop;{(several ? string.Empty : " next++")})"))
        {
            if (several)
            {
                writer.Lines($"int tile = next % {_tileCount};\nint tiles = Math.Min({_tileCount}, tile + stop - next);");
            }

            if (_from.IsUsed)
            {
                Expression block = (Expression)"next" / _tileCount;
                Expression from = (_sum.Experts > 1 ? block % _plan.ColumnBlocks : block) * _plan.ColumnBlock;
                int last = (_plan.ColumnBlocks - 1) * _plan.ColumnBlock;
                string to = $"from + {_plan.ColumnBlock}";
                writer.Lines($"int from = {from};\nint to = {(last + _plan.ColumnBlock == _sum.Dimension ? to : $"from == {last} ? {_sum.Dimension} : {to}")};");
            }

            if (several)
            {
                writer.Lines("next += tiles - tile;");
            }

            body();
        }
    }

    /// <summary>Samples that pass at a time.</summary>
    private void WriteBlocks(SourceWriter writer, Action body)
    {
        if (_plan.BlockSamples == 0)
        {
            body();
            return;
        }

        using (writer.Block($"for (int first = 0; first < samples; first += {_plan.BlockSamples})"))
        {
            writer.Lines($"int last = Math.Min(first + {_plan.BlockSamples}, samples);\nWeightTarget part = target.Part(first: first == 0, last: last == samples);");
            body();
        }
    }

    private void WriteColumns(SourceWriter writer)
    {
        string tiles = _tileCount > 1 ? "The tiles of rows tile…tiles−1 at" : "The rows at";
        string columns = _from.IsUsed ? "columns from…to−1" : "all columns";
        writer.Kernel(Columns, $"{tiles} {columns}, over {SampleRange}.", () =>
        {
            Place patches = _plan.Packs ? (Place)"packed" + (I - From) : "x";
            void Call(int vectors, Expression keep)
            {
                if (_tileCount > 1)
                {
                    writer.Call(Tiles(vectors).Call(("x", patches), ("keep", keep)));
                    return;
                }

                (int rows, bool router, _, _) = Kinds().Single();
                writer.Call(Tile(rows, router, vectors).Call(("x", patches), ("keep", keep)));
            }

            if (_plan.Packs)
            {
                writer.Call(Pack.Call());
            }

            writer.Lines($"int i = {From};");
            foreach (int vectors in Widths())
            {
                string step = vectors == 1 ? "S.Lanes" : $"{vectors} * S.Lanes";
                using (writer.Block($"for (; i <= {To} - {(vectors == 1 ? step : $"({step})")}; i += {step})"))
                {
                    Call(vectors, "S.Lanes");
                }

                writer.Gap();
            }

            if (HasTail)
            {
                using (writer.Block($"if (i < {To})"))
                {
                    writer.Lines($"int keep = {To} - i;\ni = {To} - S.Lanes;");
                    Call(1, "keep");
                }
            }
        });
    }

    private string SampleRange => _plan.BlockSamples > 0 ? "samples first…last−1" : "all samples of the window";

    /// <summary>The copy of a block's patches: the columns of a column block.</summary>
    private void WritePack(SourceWriter writer)
    {
        var doc = new KernelDoc(
            $"packed[q, {I - From}] = x_q[i]",
            $"q patch in the order of the sums, i value {(_from.IsUsed ? "from…to−1" : $"0…{_sum.Dimension - 1}")}",
            $"packed [{_plan.BlockRows}, {_plan.Pitch}]",
            string.Empty,
            0,
            8L * _plan.ColumnBlock) { Per = $"patch, for {_plan.ColumnBlock} values" };
        writer.Kernel(Pack, doc, () =>
        {
            string width = $"{To - From}";
            if (_sum.Image is null && _from.IsUsed)
            {
                writer.Lines($"int width = {To - From};");
                width = "width";
            }

            writer.Lines("ref float copy = ref packed;");
            WriteSamples(writer, () => WriteRows(writer, _sum.Image is null ? From : 0), row: () =>
            {
                writer.Lines($"ref float row = ref {(Place)"rows" + _sum.Row};");
                if (_sum.Image is { } image)
                {
                    WritePixels(writer, image);
                }
                else
                {
                    PatchPlaces.WriteCopy(writer, "row", "copy", width);
                }

                writer.Lines($"copy = ref Add(ref copy, {_plan.Pitch});");
            });
        });
    }

    private void WritePixels(SourceWriter writer, ImagePatches image)
    {
        using (writer.Block($"for (int column = {From}; column < {To};)"))
        {
            Expression column = "column";
            writer.Lines($"""
                int at = {column % image.Length};
                int count = Math.Min({To - column}, {image.Length} - at);
                Values.Copy(ref {(Place)"row" + ((column / image.Length * image.Step) + "at")}, ref {(Place)"copy" + (column - From)}, count);
                column += count;
                """);
        }

        writer.Gap();
    }

    /// <summary>Names the patches of a sample, from a column on.</summary>
    private void WriteRows(SourceWriter writer, Expression column)
    {
        _sum.Routes?.Invoke(writer);
        writer.Lines($"ref float {(_sum.Count is null ? "row" : "rows")} = ref {_sum.Rows + column};");
    }

    private void WriteTiles(SourceWriter writer, int vectors)
    {
        Method method = Tiles(vectors);
        writer.Kernel(method, $"The tiles of rows tile…tiles−1 at {Format.Plural(vectors, "vector")} from column i on.", () =>
        {
            using (writer.Block("for (; tile < tiles; tile++)"))
            {
                (int Rows, bool Router, int End, Expression Row)[] kinds = [.. Kinds()];
                for (int k = 0; k < kinds.Length; k++)
                {
                    Call call = Tile(kinds[k].Rows, kinds[k].Router, vectors).Call(("r", kinds[k].Row));
                    if (kinds.Length == 1)
                    {
                        writer.Call(call);
                        continue;
                    }

                    using (writer.Block(k == kinds.Length - 1 ? "else" : k == 0 ? $"if (tile < {kinds[k].End})" : $"else if (tile < {kinds[k].End})"))
                    {
                        writer.Call(call);
                    }
                }
            }
        });
    }

    private void WriteTile(SourceWriter writer, int rows, bool router, int vectors)
    {
        int all = rows + (router ? 1 : 0);
        var doc = new KernelDoc(
            $"gradient[q, i…] += {_sum.Formula}" + (router ? $"; with it {_sum.Router!.Formula}" : string.Empty),
            $"q row {(rows == 1 ? "0" : $"0…{rows - 1}")}, i the first column of {Format.Plural(vectors, "vector")}, b sample, t row of the sample",
            $"gradient [{rows}, {_sum.Dimension}]{(Keep(vectors).IsUsed ? "; the last keep lanes of a vector are written" : string.Empty)}{(_plan.Packs ? "; x packed" : string.Empty)}",
            $"{all} × {vectors} sums in registers over {SampleRange}",
            2L * all * vectors * 16,
            4L * vectors * 16) { Per = "row t, at 16 lanes" };
        writer.Kernel(Tile(rows, router, vectors), doc, () =>
        {
            int[] columns = [.. Enumerable.Range(0, vectors)];
            for (int q = 0; q < all; q++)
            {
                writer.Lines($"V {string.Join(", ", columns.Select(c => $"sum{q}{c} = S.Zero"))};");
            }

            if (_plan.Packs)
            {
                writer.Lines("ref float row = ref x;");
            }

            void Places()
            {
                if (!_plan.Packs)
                {
                    WriteRows(writer, _sum.Image is null ? I : 0);
                }

                writer.Lines($"ref float deltas = ref {_sum.Deltas + (_tileCount > 1 ? R * _sum.RowStep : 0)};");
                if (router)
                {
                    writer.Lines($"ref float scoreDeltas = ref {_sum.Router!.Deltas};");
                }
            }

            WriteSamples(writer, Places, () => WriteRow(writer, rows, router, columns));
            writer.Gap();
            for (int q = 0; q < all; q++)
            {
                Expression row = (_tileCount > 1 ? R : 0) + q;
                Expression at = q == rows && router ? _sum.Router!.GradientAt : _sum.GradientAt + (row * _sum.Dimension);
                writer.Lines($"int at{q} = {at + I};\nref float gradient{q} = ref Add(ref target.Gradients, at{q});");
            }

            WriteStores(writer, all, columns, Keep(vectors).IsUsed);
        });
    }

    private void WriteStores(SourceWriter writer, int rows, int[] columns, bool tail)
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

        string Kept(string value) => tail ? $"S.KeepLast({value}, keep)" : value;
        string Total(int q, int c) => $"sum{q}{c} = S.Add(S.Load(ref gradient{q}, {VectorTypes.Lane(c)}), {Kept($"sum{q}{c}")});";
        if (_plan.Stores)
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
                    writer.Lines($"WeightTarget.Update<S, V>(ref weight{q}, {VectorTypes.Lane(c)}, sum{q}{c}, rate, decay{(tail ? ", keep" : string.Empty)});");
                }
            }

            writer.Lines("return;");
        }

        writer.Gap();
        ForEach((q, c) => $"S.Store(sum{q}{c}, ref gradient{q}, {VectorTypes.Lane(c)});");
    }

    /// <summary>The loop over samples, instances and patches.</summary>
    private void WriteSamples(SourceWriter writer, Action places, Action row)
    {
        using (writer.Block(_plan.BlockSamples > 0 ? "for (int b = first; b < last; b++)" : "for (int b = 0; b < samples; b++)"))
        {
            writer.Loop("g", _sum.Instances, _ =>
            {
                _sum.Sample?.Invoke(writer);
                places();
                if (_sum.Count is not { } count)
                {
                    row();
                    return;
                }

                using (writer.Block($"for (int t = 0; t < {count}; t++)"))
                {
                    row();
                }
            });
        }
    }

    private void WriteRow(SourceWriter writer, int rows, bool router, int[] columns)
    {
        if (_sum.Count is not null && !_plan.Packs)
        {
            writer.Lines($"ref float row = ref {(Place)"rows" + _sum.Row};");
        }

        foreach (int c in columns)
        {
            writer.Lines($"V v{c} = S.Load(ref row, {VectorTypes.Lane(c)});");
        }

        bool named = _sum.DeltaStep > 0;
        if (named)
        {
            writer.Lines($"ref float coefficients = ref {(Place)"deltas" + (T * _sum.DeltaStep)};");
        }

        for (int q = 0; q < rows + (router ? 1 : 0); q++)
        {
            writer.Lines($"V delta{q} = S.Create({(q == rows ? (Place)"scoreDeltas" + T : (Place)(named ? "coefficients" : "deltas") + _sum.Delta(q))});");
            foreach (int c in columns)
            {
                writer.Lines($"sum{q}{c} = S.MultiplyAdd(delta{q}, v{c}, sum{q}{c});");
            }
        }

        if (_plan.Packs)
        {
            writer.Lines($"row = ref Add(ref row, {_plan.Pitch});");
        }
    }

    private static Method Optimized(Method method) => method with { Attributes = [SourceWriter.Optimized] };
}
