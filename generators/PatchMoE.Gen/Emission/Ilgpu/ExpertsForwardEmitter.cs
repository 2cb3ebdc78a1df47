using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints an expert's forward pass, gather, inner products, ReLU, gate and pooling, as one kernel; no patch is copied.</summary>
internal sealed class ExpertsForwardEmitter(SourceWriter writer, IlgpuLayerPlan plan)
{
    private readonly LayerPlan _layer = plan.Layer;
    private readonly ProductTiling _tiling = plan.Experts;
    private readonly ProductTiles _tiles = new(plan.Experts, plan.Layout);
    private Expression _first;
    private Expression _firstRow;
    private Expression _firstPatch;

    private static Expression UnitCount { get; } = Expression.Name("units");
    private int RowsAtOnce => _tiling.RowTilesAtOnce * _tiling.Rows;

    private int PatchesAtOnce => _tiling.PatchTilesAtOnce * _tiling.Patches;

    private bool ExactPatches => _layer.Taken % PatchesAtOnce == 0;
    private bool ExactRows => _layer.Neurons % RowsAtOnce == 0;

    public static GpuKernel Of(IlgpuLayerPlan plan)
    {
        LayerPlan layer = plan.Layer;
        ProductTiling tiling = plan.Experts;
        var arguments = new LayerArguments(plan);
        (int k, int m, int l, int d) = (layer.Experts, layer.Neurons, layer.Taken, layer.Dimension);
        string outputs = layer.Map is { } map ? $"map z [{map.AllRows}, {map.AllColumns}, {map.Channels}] of a sample{(plan.ClearsMap ? ", 0 before" : string.Empty)}" : $"y [{m}] of a unit";
        string unit = plan.Units > 1 ? "unit an expert of an instance" : "unit an instance";
        return new GpuKernel(
            $"Layer{layer.Index}",
            "ExpertsForward",
            tiling.Threads,
            Expression.CeilingOver(arguments.Units, tiling.Units) * tiling.RowBlocks,
            new KernelDoc(
                $"{(layer.Map is null ? "y[r] = (1/Z) Σ_p " : "z[routes[p], r] = ")}{(layer.HasGate || layer.Routing == Routing.Sample ? "G_p · " : string.Empty)}ReLU(⟨v_r, x_routes[p]⟩{(layer.HasBias ? " + b_r" : string.Empty)})",
                $"{unit}, 0…B·{layer.Instances * plan.Units}−1; r neuron 0…{m - 1}, p patch taken 0…{l - 1}, d = {d}",
                $"x [{layer.Patches}, {d}] of an instance, v [{k}, {m}, {d}], {outputs}, activations [{l}, {plan.DeltaStride}] of a unit, kept for the backward pass if keep ≠ 0",
                $"{new ProductTiles(tiling, plan.Layout).Describe()}; {Format.Plural(tiling.Units, "unit")}, {Format.Plural(tiling.RowTilesAtOnce, "row tile")} and {Format.Plural(tiling.PatchTilesAtOnce, "patch tile")} per group at once",
                2L * l * m * d,
                4L * ((l * d) + m)) { Per = "unit, the weights left out" },
            writer => new ExpertsForwardEmitter(writer, plan).WriteBody(),
            Argument.Number("units", arguments.Units).When(tiling.Units > 1),
            arguments.Input,
            arguments.LengthsOfUnits,
            Argument.Parameters,
            arguments.Routes,
            arguments.Counts,
            arguments.Gates,
            arguments.Probabilities.When(layer.Routing == Routing.Sample),
            Argument.Number("keep", Expression.Name("keep")),
            arguments.Activations,
            arguments.Outputs);
    }

    private void WriteBody()
    {
        (int k, int m, int l, int d) = (_layer.Experts, _layer.Neurons, _layer.Taken, _layer.Dimension);
        _tiles.WriteStart(writer);
        _first = writer.Let("first", GroupText.Group / _tiling.RowBlocks * _tiling.Units);
        _firstRow = writer.Let("firstRow", GroupText.Group % _tiling.RowBlocks * RowsAtOnce);
        writer.LetView("w", plan.Layout, plan.Layout.Part("parameters", _layer.ExpertsOffset, k * m * d));
        writer.Gap();
        WriteRounds(firstPatch =>
        {
            _firstPatch = firstPatch;
            writer.Lines("// 1. Inner products of the patches with the neurons' weights.");
            WriteSums();
            if (_layer.Map is not null)
            {
                writer.Lines("// 2. ReLU, and the gated value in the map.");
                WriteActivations();
                return;
            }

            writer.Lines("// 2. ReLU, in the place of each sum's first lane.");
            WriteActivations();
            writer.Gap();
            writer.Barrier().Gap();
            writer.Lines("// 3. The weighted sum over the patches, a thread per neuron.");
            WritePool(!firstPatch.IsZero);
        });
    }

    /// <summary>Prints rounds over the places of a list; of token choice, as many as the longest list of the group's units needs.</summary>
    private void WriteRounds(Action<Expression> body)
    {
        if (_layer.Token is null || _layer.Taken <= PatchesAtOnce)
        {
            writer.Rounds("firstPatch", _layer.Taken, PatchesAtOnce, body);
            return;
        }

        writer.Lines("// One round at least, in which the outputs of an expert without patches become 0.");
        if (_tiling.Units == 1)
        {
            writer.Lines($"int most = Math.Max(counts[{_first}], 1);");
        }
        else
        {
            writer.Lines($"int most = 1;\nint behind = {Expression.Min(_first + _tiling.Units, UnitCount)};");
            writer.Block($"for (int u = {_first}; u < behind; u++)", () => writer.Lines("most = Math.Max(most, counts[u]);"));
        }

        using (writer.Block($"for (int firstPatch = 0; firstPatch < most; firstPatch += {PatchesAtOnce})"))
        {
            body(Expression.Name("firstPatch"));
            writer.Barrier();
        }
    }

    private Expression UnitOf(Expression tile) => _first + (_tiling.Units == 1 ? 0 : tile / _tiling.UnitTilesAtOnce);

    private Expression PatchOf(Expression tile)
    {
        Expression inUnit = _tiling.Units == 1 ? tile : tile % _tiling.UnitTilesAtOnce;
        return _firstPatch + ((_tiling.PatchTilesAtOnce == 1 ? 0 : inUnit / _tiling.RowTilesAtOnce) * _tiling.Patches);
    }

    private Expression RowOf(Expression tile) => _firstRow + (tile % _tiling.RowTilesAtOnce * _tiling.Rows);

    private Expression InstanceOf(Expression unit) => unit / plan.Units;

    private Expression ExpertOf(Expression unit) => _layer.Routing == Routing.Sample ? $"routes[{unit}]" : unit % plan.Units;

    private string? UnitExists(Expression unit) => unit.Below(UnitCount, _tiling.Units == 1);

    private void WriteSums()
    {
        (int m, int l) = (_layer.Neurons, _layer.Taken);
        Expression unit = writer.Let("unit", _tiling.Units == 1 ? _first : Expression.Min(UnitOf(_tiles.Tile), UnitCount - 1));
        Expression instance = writer.Let("instance", InstanceOf(unit));
        Expression s = writer.Let("s", ExpertOf(unit));
        Expression first = writer.Let("p", PatchOf(_tiles.Tile));
        Expression row = writer.Let("r", RowOf(_tiles.Tile));
        writer.LetView("x", plan.Layout, plan.Layout.Instance("input", instance));
        var patches = new List<Expression>();
        for (int p = 0; p < _tiling.Patches; p++)
        {
            Expression place = (first + p).Inside(l, ExactPatches);
            Expression patch = _layer.HasRoutes ? $"Math.Max(routes[{(unit.As("long") * l) + place}], 0)" : place;
            patches.Add(writer.Let($"x{p}", plan.Layout.Patch(writer.Let($"j{p}", patch))));
        }

        _tiles.WriteSums(writer, patches, _tiles.LetRows(writer, r => (s * m) + (row + r).Inside(m, ExactRows)));
    }

    private void WriteActivations()
    {
        (int m, int l) = (_layer.Neurons, _layer.Taken);
        _tiles.WriteResults(writer, sum =>
        {
            Expression unit = writer.Let("sumUnit", UnitOf(sum.Tile));
            Expression patch = writer.Let("sumPatch", PatchOf(sum.Tile) + sum.Patch);
            Expression row = writer.Let("sumRow", RowOf(sum.Tile) + sum.Row);
            using (writer.If(UnitExists(unit), patch.Below(l, ExactPatches), row.Below(m, ExactRows)))
            {
                if (_layer.HasBias)
                {
                    writer.Lines($"sum += parameters[{(ExpertOf(unit) * m) + row + _layer.BiasOffset}];");
                }

                Expression valid = _layer.Token is null ? LayerText.Valid(writer, plan, InstanceOf(unit)) : LayerText.TakenBy(writer, plan, unit, InstanceOf(unit));
                string? exists = patch.Below(valid, valid.Value >= l);
                writer.Lines($"float activation = {(exists is null ? string.Empty : $"{exists} && ")}!(sum < 0f) ? sum : 0f;");
                if (_layer.Map is null)
                {
                    writer.Lines($"sums[{sum.Place}] = activation;");
                }

                using (writer.Block("if (keep != 0)"))
                {
                    writer.Lines($"activations[{(((unit.As("long") * l) + patch) * plan.DeltaStride) + row}] = activation;");
                }

                if (_layer.Map is { } map)
                {
                    WriteMap(map, unit, patch, row, plan.ClearsMap ? exists : null);
                }
            }
        });
    }

    /// <summary>Prints how an activation becomes a value of the map; what no expert takes is 0 already.</summary>
    private void WriteMap(MapPlan map, Expression unit, Expression patch, Expression row, string? exists)
    {
        (int m, int l) = (_layer.Neurons, _layer.Taken);
        using (writer.If(exists))
        {
            Expression instance = writer.Let("sumInstance", InstanceOf(unit));
            Expression place = (unit.As("long") * l) + patch;
            Expression j = _layer.HasRoutes ? writer.Let("j", $"routes[{place}]") : patch;
            Expression expert = _layer.Routing == Routing.Dense ? 0 : writer.Let("expert", ExpertOf(unit));
            string gate = _layer.Routing == Routing.Sample ? $"probabilities[{(instance.As("long") * _layer.Experts) + expert}] * " : _layer.HasGate ? $"gates[{LayerText.GateAt(_layer, unit, patch, j)}] * " : string.Empty;
            Expression value = writer.Let("value", MapText.Vector(map, instance, j) + (expert * m) + row, "long");
            writer.Lines($"y[{value}] = {gate}activation;");
        }
    }

    private void WritePool(bool rounds)
    {
        (int m, int l) = (_layer.Neurons, _layer.Taken);
        writer.Share(_tiling.Units * RowsAtOnce, _tiling.Threads, i =>
        {
            bool several = _tiling.Units > 1;
            Expression unit = writer.Let("poolUnit", _first + (several ? i / RowsAtOnce : 0));
            Expression inRows = writer.Let("inRows", several ? i % RowsAtOnce : i);
            Expression neuron = writer.Let("neuron", _firstRow + inRows);
            using (writer.If(UnitExists(unit), neuron.Below(m, ExactRows)))
            {
                Expression taken = LayerText.TakenBy(writer, plan, unit, InstanceOf(unit));
                string scale = LayerText.Scale(writer, _layer, taken);
                bool one = _tiling.RowTilesAtOnce == 1;
                Expression tiles = writer.Let("tiles", (several ? i / RowsAtOnce * _tiling.UnitTilesAtOnce : 0) + (one ? 0 : inRows / _tiling.Rows));
                Expression inTile = writer.Let("inTile", one ? inRows : inRows % _tiling.Rows);
                writer.Lines("float total = 0f;");
                writer.Loop("q", rounds ? Expression.Min(taken - _firstPatch, PatchesAtOnce) : taken, q =>
                {
                    bool oneTile = _tiling.PatchTilesAtOnce == 1;
                    Expression tile = tiles + (oneTile ? 0 : q / _tiling.Patches * _tiling.RowTilesAtOnce);
                    Expression sum = ((oneTile ? q : q % _tiling.Patches) * _tiling.Rows) + inTile;
                    Expression value = $"sums[{((sum * _tiling.TilesAtOnce) + tile) * _tiling.SumStride}]";
                    Expression place = (unit.As("long") * l) + _firstPatch + q;
                    Expression gate = _layer.Token is null ? place : (unit.As("long") * _layer.Patches) + writer.Let("chosen", $"routes[{place}]");
                    writer.Lines(_layer.HasGate ? $"total += gates[{gate}] * {value};" : $"total += {value};");
                });
                WriteOutput(unit, neuron, scale, rounds);
            }
        });
    }

    private void WriteOutput(Expression unit, Expression neuron, string scale, bool rounds)
    {
        (int m, int k) = (_layer.Neurons, _layer.Experts);
        if (_layer.Routing == Routing.Sample)
        {
            writer.Lines($"int best = routes[{unit}];\nlong outputs = {(unit.As("long") * _layer.Outputs) + neuron};");
            writer.Lines($"float result = total * {scale} * probabilities[{(unit.As("long") * k) + "best"}];");
            writer.Loop("e", k, e =>
            {
                string output = $"y[{"outputs" + (e * m)}]";
                writer.Lines($"{output} = {(rounds ? $"(firstPatch == 0 ? 0f : {output}) + " : string.Empty)}({e} == best ? result : 0f);");
            });
            return;
        }

        writer.Lines($"long output = {(unit.As("long") * m) + neuron};");
        writer.Lines(rounds ? $"y[output] = (firstPatch == 0 ? 0f : y[output]) + (total * {scale});" : $"y[output] = total * {scale};");
    }
}
