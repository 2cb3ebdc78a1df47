using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using static PatchMoE.Gen.Emission.Text.Indices;

namespace PatchMoE.Gen.Emission;

/// <summary>
/// The gradient of weight rows: a sum of outer products of coefficients and patch rows, over the patches of a window in their order. They are listed first, so that the
/// loops that add are one loop over all of them. A tile of rows × vectors stays in registers while the patches pass, and each weight has one owner, so that no
/// thread's sum waits for another's.
/// </summary>
internal sealed partial class OuterTiles
{
    private readonly OuterSum _sum;
    private readonly GradientPlan _plan;
    private readonly ParameterList _expert;
    private readonly ParameterList _columns;
    private readonly bool _hasColumnBlocks;
    private readonly int _tileCount;
    private readonly int _lanes;

    public OuterTiles(OuterSum sum)
    {
        (_sum, _plan, _tileCount, _lanes) = (sum, sum.Plan, sum.Plan.TileCount, Lanes.For(sum.Image?.Length ?? sum.Dimension));
        _hasColumnBlocks = _plan.ColumnBlocks > 1;
        _expert = ("int s", sum.Experts > 1);
        _columns = ("int from, int to", _hasColumnBlocks);
    }

    public Method Share => new(
        $"{_sum.Name}Share",
        ("ref float x", _sum.Rows.Array == "x"), "ref float slots", ("ref int integers", _sum.Sample is not null),
        "int samples, scoped in WeightTarget target, ref float own, int worker, int workers");

    private Method List => new($"{_sum.Name}List", ("ref float slots", _plan.ListsCoefficients), ("ref int integers", _sum.Sample is not null), "int samples", _expert, "ref nint list") { Returns = "int" };

    /// <summary>What passes, x being the patches or their copy at the first column.</summary>
    private static ParameterList Passing => "ref float x, ref nint list, int rows";

    private Method Columns => new(
        $"{_sum.Name}Columns",
        "ref float x, ref nint list, int rows",
        ("ref float slots", !_plan.SkipsInactive && !_plan.ListsCoefficients),
        _expert,
        _columns,
        ("int tile, int tiles", _tileCount > 1),
        "scoped in WeightTarget target",
        ("ref float packed", _plan.Packs),
        ("ref float active", _plan.SkipsInactive));

    private Method Pack => new($"{_sum.Name}Pack", "ref float x, ref nint list, int rows", _columns, "ref float packed");

    private Expression From => _hasColumnBlocks ? "from" : 0;

    private Expression To => _hasColumnBlocks ? "to" : _sum.Dimension;

    private bool HasTail => _sum.Dimension % _lanes != 0;

    /// <summary>Prints the share of one worker and, below it, the tiles.</summary>
    public void Write(SourceWriter writer)
    {
        WriteShare(writer);
        WriteList(writer);
        WriteColumns(writer);
        if (_plan.Packs)
        {
            WritePack(writer);
        }

        if (_plan.SkipsInactive)
        {
            WriteActive(writer);
            return;
        }

        if (_tileCount > 1)
        {
            WriteTiles(writer);
            foreach ((int rows, bool router, _, _) in Kinds())
            {
                WriteRowsAt(writer, rows, router);
            }
        }

        foreach (int vectors in (_plan.InPixelRows ? Vectors.For(_lanes) : Vectors.For(_lanes).Append(1)).Distinct())
        {
            foreach ((int rows, bool router, _, _) in Kinds())
            {
                WriteTile(writer, rows, router, vectors);
            }
        }
    }

    /// <summary>The vectors of the widest tiles.</summary>
    private ByWidth<int> Vectors => _plan.VectorsFor(_sum.Dimension);

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

    private Method Tiles => new($"{_sum.Name}Tiles", Passing, "ref float slots", _expert, _columns, "int tile, int tiles, scoped in WeightTarget target");

    /// <summary>A tile of rows at all columns.</summary>
    private Method RowsAt(int rows, bool router) => new($"{Stem(rows, router)}Rows", Passing, "ref float slots", _expert, "int r", _columns, "scoped in WeightTarget target");

    private Method Tile(int rows, bool router, int vectors) => new(
        $"{Stem(rows, router)}x{vectors}", Passing, ("ref float slots", !_plan.ListsCoefficients), _expert, ("int r", _tileCount > 1), "int i", ("int keep", Keeps(vectors)), "scoped in WeightTarget target");

    private string Stem(int rows, bool router) => $"{_sum.Name}{rows}{(router ? "AndRouter" : string.Empty)}";

    /// <summary>Whether the last vector of a row overlaps the one before it, so that only its last lanes count.</summary>
    private bool Keeps(int vectors) => vectors == 1 && HasTail;

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
            if (_plan.InBlocks)
            {
                string why = _tileCount > 1 ? $"{_tileCount} tiles read the same patches" : "A patch lies in several pixel rows";
                string how = _plan.Packs ? "their columns are copied side by side and stay in the L1 cache"
                    : _plan.InPixelRows ? "their columns are read where they lie in the map and stay in the L1 cache"
                    : "their rows are read where they lie and stay in the L1 cache";
                doc.Lines($"/// <remarks>{why}: {GradientPlan.BlockRows} patches at a time, {how}.</remarks>");
            }
        }

        writer.Method(Optimized(Share), Documentation, () =>
        {
            writer.Lines($"ref nint list = ref As<float, nint>(ref {(Place)"own" + _plan.ListAt});");
            if (_plan.SkipsInactive)
            {
                writer.Lines($"ref float active = ref {(Place)"own" + _plan.ActiveAt};");
            }

            void Rows() => writer.Call(List.Call(), "int rows = ");
            void Call() => writer.Call(Columns.Call(
                ("x", _sum.Rows.Array),
                ("list", _plan.InBlocks ? BlockList : "list"),
                ("rows", _plan.InBlocks ? "count" : "rows"),
                ("target", _plan.InBlocks ? "part" : "target"),
                ("packed", "own")));
            if (perExpert == 1)
            {
                writer.ShareLoop("s", _sum.Experts, _ =>
                {
                    Rows();
                    WriteBlocks(writer, Call);
                });
            }
            else if (_sum.Experts == 1)
            {
                Rows();
                writer.Lines($"int start = (int)({units}L * worker / workers);\nint stop = (int)({units}L * (worker + 1) / workers);");
                WriteUnits(writer, Call);
            }
            else
            {
                writer.Lines($"int end = (int)({units}L * (worker + 1) / workers);");
                using (writer.Block($"for (int start = (int)({units}L * worker / workers), stop; start < end; start = stop)"))
                {
                    writer.Lines($"int s = start / {perExpert};\nstop = Math.Min(end, (s + 1) * {perExpert});");
                    Rows();
                    WriteUnits(writer, Call);
                }
            }
        });
    }

    private Place BlockList => (Place)"list" + ((Expression)"first" * _plan.EntryLength);

    private void WriteUnits(SourceWriter writer, Action call)
    {
        if (_plan.BlocksFirst)
        {
            WriteBlocks(writer, () =>
            {
                if (_plan.SkipsInactive)
                {
                    writer.Call(Active.Call(("list", BlockList), ("rows", "count")));
                }

                WriteColumnBlocks(writer, call);
            });
        }
        else
        {
            WriteColumnBlocks(writer, () => WriteBlocks(writer, call));
        }
    }

    private void WriteColumnBlocks(SourceWriter writer, Action body)
    {
        bool several = _tileCount > 1;
        using (writer.Block($"for (int next = start; next < stop;{(several ? string.Empty : " next++")})"))
        {
            if (several)
            {
                writer.Lines($"int tile = next % {_tileCount};\nint tiles = Math.Min({_tileCount}, tile + stop - next);");
            }

            if (_hasColumnBlocks)
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

    private void WriteBlocks(SourceWriter writer, Action body)
    {
        if (!_plan.InBlocks)
        {
            body();
            return;
        }

        // Without patches the sums are 0, which must be written too.
        using (writer.Block($"for (int first = 0; first == 0 || first < rows; first += {GradientPlan.BlockRows})"))
        {
            writer.Lines($"int count = Math.Min({GradientPlan.BlockRows}, rows - first);\nWeightTarget part = target.Part(first: first == 0, last: first + count == rows);");
            body();
        }
    }

    /// <summary>The list of the patches, in the order in which they are added.</summary>
    private void WriteList(SourceWriter writer)
    {
        string router = _sum.Router is null ? string.Empty : " and its router's";
        string coefficients = _plan.ListsCoefficients ? $"and its coefficients{router}" : $"and where its coefficients{router} begin behind the slots";
        writer.Method(
            Optimized(List),
            $"Lists the patches{(_sum.Experts > 1 ? " of expert s" : string.Empty)} in the window: where each begins behind {_sum.Rows.Array}, {coefficients}; returns their number.",
            () =>
            {
                writer.Lines("int rows = 0;");
                using (writer.Block("for (int b = 0; b < samples; b++)"))
                {
                    writer.Loop("g", _sum.Instances, _ =>
                    {
                        _sum.Sample?.Invoke(writer);
                        _sum.Routes?.Invoke(writer);
                        writer.Lines($"nint patches = {_sum.Rows.Offset};");
                        string kind = _plan.ListsCoefficients ? "ref float" : "nint";
                        Expression Coefficients(Place place) => _plan.ListsCoefficients ? $"ref {(Place)"slots" + place.Offset}" : place.Offset;
                        writer.Lines($"{kind} deltas = {Coefficients(_sum.Deltas)};");
                        if (_sum.Router is { } row)
                        {
                            writer.Lines($"{kind} scoreDeltas = {Coefficients(row.Deltas)};");
                        }

                        using (_sum.Count is { } count ? writer.Block($"for (int t = 0; t < {count}; t++, rows++)") : (SourceWriter.Scope?)null)
                        {
                            WriteEntry(writer);
                        }

                        if (_sum.Count is null)
                        {
                            writer.Lines("rows++;");
                        }
                    });
                }

                writer.Lines("return rows;");
            });
    }

    private void WriteEntry(SourceWriter writer)
    {
        Place entry = (Place)"list" + ((Expression)"rows" * _plan.EntryLength);
        Expression patch = (Expression)"patches" + _sum.Row;
        Expression first = _sum.Count is null ? 0 : T * _sum.PatchStep;
        if (!_plan.ListsCoefficients)
        {
            writer.Lines($"{entry} = {patch};\n{entry + 1} = {(Expression)"deltas" + first};");
            if (_sum.Router is not null)
            {
                writer.Lines($"{entry + 2} = {(Expression)"scoreDeltas" + T};");
            }

            return;
        }

        writer.Lines($"""
            ref nint entry = ref {entry};
            entry = {patch};
            ref float coefficients = ref As<nint, float>(ref {(Place)"entry" + 1});
            """);
        (int rows, bool router, _, _) = Kinds().Single();
        for (int q = 0; q < rows; q++)
        {
            writer.Lines($"{(Place)"coefficients" + q} = {(Place)"deltas" + (first + (q * _sum.RowStep))};");
        }

        if (router)
        {
            writer.Lines($"{(Place)"coefficients" + rows} = {(Place)"scoreDeltas" + T};");
        }
    }

    private void WriteColumns(SourceWriter writer)
    {
        string tiles = _tileCount > 1 ? "The tiles of rows tile…tiles−1 at" : "The rows at";
        string columns = _hasColumnBlocks ? "columns from…to−1" : "all columns";
        writer.Kernel(Columns, $"{tiles} {columns}.", () =>
        {
            if (_plan.Packs)
            {
                writer.Call(Pack.Call());
            }

            // Where columns lie in pixel rows that are apart, a block of them is as far behind its place in a row as its pixel row is from the first.
            Place where = _plan.Packs ? "packed"
                : _plan.InPixelRows && _sum.Image is { PixelRows: > 1 } image ? (Place)"x" + (From / image.Length * (image.Step - image.Length))
                : "x";
            (string, Expression) patches = ("x", where);
            if (_plan.SkipsInactive)
            {
                writer.Call(ActiveRows.Call(patches));
            }
            else if (_tileCount == 1)
            {
                (int rows, bool router, _, _) = Kinds().Single();
                WriteColumnLoops(writer, rows, router, where);
            }
            else if (_plan.ColumnBlock <= GradientPlan.NarrowBlock)
            {
                writer.Call(Tiles.Call(patches));
            }
            else
            {
                writer.Lines("// So many columns of the patches stay in the L1 cache while the tiles pass over them.");
                using (writer.Block("for (int column = from, end; column < to; column = end)"))
                {
                    writer.Lines($"end = to - column < {2 * GradientPlan.NarrowBlock} ? to : column + {GradientPlan.NarrowBlock};");
                    writer.Call(Tiles.Call(("x", _plan.Packs ? (Place)"packed" + ((Expression)"column" - "from") : "x"), ("from", "column"), ("to", "end")));
                }
            }
        });
    }

    /// <summary>The columns of a tile of rows: as many vectors at a time as the registers hold, then one, then the overlapping end of the row.</summary>
    private void WriteColumnLoops(SourceWriter writer, int rows, bool router, Place patches)
    {
        Place at = patches + (_plan.Packs ? I - From : I);
        void Call(int vectors, Expression keep) => writer.Call(Tile(rows, router, vectors).Call(("x", at), ("keep", keep)));
        void Loop(int vectors)
        {
            string step = VectorTypes.Lane(vectors);
            writer.Block($"for (; i <= {To} - {(vectors == 1 ? step : $"({step})")}; i += {step})", () => Call(vectors, "S.Lanes"));
        }

        writer.Lines($"int i = {From};");
        WidthChoice.Write(writer, _lanes, Vectors, vectors =>
        {
            if (vectors > 1 || _plan.InPixelRows)
            {
                Loop(vectors);
            }
        });
        if (_plan.InPixelRows)
        {
            return;
        }

        Loop(1);
        if (HasTail)
        {
            using (writer.Block($"if (i < {To})"))
            {
                writer.Lines($"int keep = {To} - i;\ni = {To} - S.Lanes;");
                Call(1, "keep");
            }
        }
    }

    private void WriteTiles(SourceWriter writer)
    {
        writer.Kernel(Tiles, $"The tiles of rows tile…tiles−1 at {(_hasColumnBlocks ? "columns from…to−1" : "all columns")}.", () =>
        {
            using (writer.Block("for (; tile < tiles; tile++)"))
            {
                (int Rows, bool Router, int End, Expression Row)[] kinds = [.. Kinds()];
                for (int k = 0; k < kinds.Length; k++)
                {
                    Call call = RowsAt(kinds[k].Rows, kinds[k].Router).Call(("r", kinds[k].Row));
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

    private void WriteRowsAt(SourceWriter writer, int rows, bool router) => writer.Kernel(
        RowsAt(rows, router),
        $"{(router ? $"The last {Format.Plural(rows, "row")} and the router's" : $"{Format.Plural(rows, "row")} from row r on")}, over all patches listed; their coefficients stay in the L1 cache from column to column.",
        () => WriteColumnLoops(writer, rows, router, "x"));

    private static Method Optimized(Method method) => method with { Attributes = [SourceWriter.Optimized] };
}
