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
            $"q row {(rows == 1 ? "0" : $"0…{rows - 1}")}, i the first column of {Format.Plural(vectors, "vector")}, b sample, t patch",
            $"gradient [{rows}, {_sum.Dimension}]{(Keeps(vectors) ? "; the last keep lanes of a vector are written" : string.Empty)}{(_plan.Packs ? $"; x packed, [rows, {_plan.Pitch}]" : string.Empty)}",
            $"{all} × {vectors} sums in registers over all patches listed",
            2L * all * vectors * 16,
            4L * vectors * 16) { Per = "patch, at 16 lanes" };
        Expression At(int q) => q == rows && router ? _sum.Router!.GradientAt : _sum.GradientAt + (((_tileCount > 1 ? R : 0) + q) * _sum.Dimension);
        writer.Kernel(Tile(rows, router, vectors), doc, () =>
        {
            int[] columns = [.. Enumerable.Range(0, vectors)];
            for (int q = 0; q < all; q++)
            {
                writer.Lines($"V {string.Join(", ", columns.Select(c => $"sum{q}{c} = S.Zero"))};");
            }

            if (_tileCount > 1)
            {
                writer.Lines($"ref float deltas = ref {(Place)"slots" + (R * _sum.RowStep)};");
            }

            if (_plan.Packs)
            {
                writer.Lines("ref float row = ref x;");
            }

            if (_plan.Prefetches)
            {
                for (int q = 0; q < all; q++)
                {
                    writer.Lines($"target.Prefetch({At(q) + I}, {VectorTypes.Lane(vectors)});");
                }

                writer.Gap();
            }

            writer.Lines("ref nint entry = ref list;");
            writer.Block("for (int t = 0; t < rows; t++)", () => WriteRow(writer, rows, router, columns));
            writer.Gap();
            for (int q = 0; q < all; q++)
            {
                Expression at = At(q);
                void Put(int from, int count)
                {
                    string sums = string.Join(", ", columns.Skip(from).Take(count).Select(c => $"sum{q}{c}"));
                    Expression column = from == 0 ? at + I : at + I + Expression.Raw(VectorTypes.Lane(from));
                    writer.Lines($"target.Put<S, V>({column}, {sums}{(Keeps(vectors) ? ", keep" : string.Empty)});");
                }

                // A target takes one, two or four vectors.
                Put(0, vectors == 3 ? 2 : vectors);
                if (vectors == 3)
                {
                    Put(2, 1);
                }
            }
        });
    }

    private void WriteRow(SourceWriter writer, int rows, bool router, int[] columns)
    {
        Place Listed(int place) => (Place)"entry" + place;
        if (!_plan.Packs)
        {
            writer.Lines($"ref float row = ref Add(ref x, {Listed(0)});");
        }

        foreach (int c in columns)
        {
            writer.Lines($"V v{c} = S.Load(ref row, {VectorTypes.Lane(c)});");
        }

        writer.Lines(_plan.ListsCoefficients
            ? $"ref float coefficients = ref As<nint, float>(ref {Listed(1)});"
            : $"ref float coefficients = ref Add(ref deltas, {Listed(1)});");
        for (int q = 0; q < rows + (router ? 1 : 0); q++)
        {
            string coefficient = q == rows && !_plan.ListsCoefficients ? $"Add(ref slots, {Listed(2)})" : $"{(Place)"coefficients" + (_plan.ListsCoefficients ? q : q * _sum.RowStep)}";
            writer.Lines($"V delta{q} = S.Create({coefficient});");
            foreach (int c in columns)
            {
                writer.Lines($"sum{q}{c} = S.MultiplyAdd(delta{q}, v{c}, sum{q}{c});");
            }
        }

        if (_plan.Packs)
        {
            writer.Lines($"row = ref Add(ref row, {_plan.Pitch});");
        }

        writer.Lines($"entry = ref Add(ref entry, {_plan.EntryLength});");
    }
}
