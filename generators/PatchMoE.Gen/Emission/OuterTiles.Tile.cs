using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using static PatchMoE.Gen.Emission.Text.Indices;

namespace PatchMoE.Gen.Emission;

/// <summary>The register tile: rows × vectors of sums, and where they go.</summary>
internal sealed partial class OuterTiles
{
    private void WriteTile(SourceWriter writer, int rows, bool router, int vectors)
    {
        int all = rows + (router ? 1 : 0);
        var doc = new KernelDoc(
            $"gradient[q, i…] += {_sum.Formula}" + (router ? $"; with it {_sum.Router!.Formula}" : string.Empty),
            $"q row {(rows == 1 ? "0" : $"0…{rows - 1}")}, i the first column of {Format.Plural(vectors, "vector")}, b sample, t row of the sample",
            $"gradient [{rows}, {_sum.Dimension}]{(Keeps(vectors) ? "; the last keep lanes of a vector are written" : string.Empty)}{(_plan.Packs ? "; x packed" : string.Empty)}",
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
            for (int q = 0; q < all; q++)
            {
                Expression row = (_tileCount > 1 ? R : 0) + q;
                Expression at = q == rows && router ? _sum.Router!.GradientAt : _sum.GradientAt + (row * _sum.Dimension);
                string sums = string.Join(", ", columns.Select(c => $"sum{q}{c}"));
                writer.Lines($"target.Put<S, V>({at + I}, {sums}{(Keeps(vectors) ? ", keep" : string.Empty)});");
            }
        });
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
}
