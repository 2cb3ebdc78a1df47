using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using static PatchMoE.Gen.Emission.Text.Indices;

namespace PatchMoE.Gen.Emission;

/// <summary>
/// Rows that pass alone, over the patches at which their coefficient is not 0. The order of a sum stays; what is left out are products that add 0.
/// </summary>
internal sealed partial class OuterTiles
{
    private const int SumsPerLine = 8;

    private Method Active => new($"{_sum.Name}Active", "ref nint list, int rows, ref float slots, ref float active");

    private Method ActiveRows => new($"{_sum.Name}Rows", "ref float x, ref float active", _columns, "int tile, int tiles, scoped in WeightTarget target");

    private Method ActiveTile(int vectors) => new($"{_sum.Name}1x{vectors}", "ref float x, ref float entries", "int r", "int i", ("int keep", Keeps(vectors)), "scoped in WeightTarget target");

    private void WriteActive(SourceWriter writer)
    {
        WriteActiveLists(writer);
        WriteActiveRows(writer);
        IEnumerable<int> vectors = from width in Lanes.Max == _lanes ? new[] { true, false } : [false]
                                   let some = Vectors.Of(width)
                                   from count in new[] { some + _plan.RestFor(_sum.Dimension).Of(width), some, 1 }
                                   select count;
        foreach (int count in vectors.Distinct())
        {
            WriteActiveTile(writer, count);
        }
    }

    private void WriteActiveLists(SourceWriter writer) => writer.Kernel(
        Active,
        $"Lists, for each of {_tileCount} rows, the patches of a block whose coefficient is not 0: their number, then of each where it begins in the copy, and the coefficient.",
        () => writer.Loop("r", _tileCount, r =>
        {
            writer.Lines($"""
                ref float deltas = ref {(Place)"slots" + (r * _sum.RowStep)};
                ref float entries = ref {(Place)"active" + (r * GradientPlan.ActiveStep)};
                int count = 0;
                """);
            using (writer.Block("for (int t = 0; t < rows; t++)"))
            {
                writer.Lines($"""
                    float delta = Add(ref deltas, {(Place)"list" + ((T * _plan.EntryLength) + 1)});
                    ref float entry = ref {(Place)"entries" + (((Expression)"count" * 2) + GradientPlan.ActiveCount)};
                    As<float, int>(ref entry) = {T * _plan.Pitch};
                    Add(ref entry, 1) = delta;
                    count += delta == 0f ? 0 : 1;
                    """);
            }

            writer.Lines("As<float, int>(ref entries) = count;");
        }));

    private void WriteActiveRows(SourceWriter writer) => writer.Kernel(
        ActiveRows,
        $"Rows tile…tiles−1 at {(_hasColumnBlocks ? "columns from…to−1" : "all columns")}, each over its active patches.",
        () =>
        {
            using (writer.Block("for (; tile < tiles; tile++)"))
            {
                writer.Lines($"ref float entries = ref {(Place)"active" + ((Expression)"tile" * GradientPlan.ActiveStep)};\nint i = {From};");
                WidthChoice.Write(writer, _lanes, Vectors, vectors =>
                {
                    int rest = _plan.RestFor(_sum.Dimension).Of(vectors == Vectors.Wide && _lanes == Lanes.Max);
                    if (rest > 0)
                    {
                        // The last block of columns.
                        string longest = VectorTypes.Lane(vectors + rest);
                        writer.Block($"if ({To} - i == {longest})", () =>
                        {
                            ActiveCall(writer, vectors + rest, "S.Lanes");
                            writer.Lines($"i += {longest};");
                        });
                        writer.Gap();
                    }

                    ActiveLoop(writer, vectors);
                });
                ActiveLoop(writer, 1);
                if (HasTail)
                {
                    using (writer.Block($"if (i < {To})"))
                    {
                        writer.Lines($"int keep = {To} - i;\ni = {To} - S.Lanes;");
                        ActiveCall(writer, 1, "keep");
                    }
                }
            }
        });

    private void ActiveLoop(SourceWriter writer, int vectors)
    {
        string step = VectorTypes.Lane(vectors);
        writer.Block($"for (; i <= {To} - {(vectors == 1 ? step : $"({step})")}; i += {step})", () => ActiveCall(writer, vectors, "S.Lanes"));
    }

    private void ActiveCall(SourceWriter writer, int vectors, Expression keep) =>
        writer.Call(ActiveTile(vectors).Call(("x", (Place)"x" + (I - From)), ("r", "tile"), ("keep", keep)));

    private void WriteActiveTile(SourceWriter writer, int vectors)
    {
        var doc = new KernelDoc(
            $"gradient[r, i…] += {_sum.Formula}, over the patches listed for row r",
            $"r row, i the first column of {Format.Plural(vectors, "vector")}, b sample, t patch",
            $"gradient [{_sum.Dimension}]{(Keeps(vectors) ? "; the last keep lanes of a vector are written" : string.Empty)}; x packed, [rows, {_plan.Pitch}]",
            $"{Format.Plural(vectors, "sum")} in registers and a broadcast coefficient",
            2L * vectors * 16,
            4L * vectors * 16) { Per = "active patch, at 16 lanes" };
        writer.Kernel(ActiveTile(vectors), doc, () =>
        {
            int[] columns = [.. Enumerable.Range(0, vectors)];
            for (int from = 0; from < vectors; from += SumsPerLine)
            {
                writer.Lines($"V {string.Join(", ", columns.Skip(from).Take(SumsPerLine).Select(c => $"sum{c} = S.Zero"))};");
            }

            writer.Lines("int count = As<float, int>(ref entries);");
            using (writer.Block("for (int e = 0; e < count; e++)"))
            {
                writer.Lines($"""
                    ref float entry = ref {(Place)"entries" + (((Expression)"e" * 2) + GradientPlan.ActiveCount)};
                    ref float row = ref Add(ref x, As<float, int>(ref entry));
                    V delta = S.Create(Add(ref entry, 1));
                    """);
                foreach (int c in columns)
                {
                    writer.Lines($"sum{c} = S.MultiplyAdd(delta, S.Load(ref row, {VectorTypes.Lane(c)}), sum{c});");
                }
            }

            writer.Gap();
            Expression at = _sum.GradientAt + (R * _sum.Dimension) + I;

            // A target takes one, two or four vectors.
            for (int from = 0, some; from < vectors; from += some)
            {
                some = vectors - from >= 4 ? 4 : vectors - from >= 2 ? 2 : 1;
                Expression column = from == 0 ? at : at + Expression.Raw(VectorTypes.Lane(from));
                writer.Lines($"target.Put<S, V>({column}, {string.Join(", ", columns.Skip(from).Take(some).Select(c => $"sum{c}"))}{(Keeps(vectors) ? ", keep" : string.Empty)});");
            }
        });
    }
}
