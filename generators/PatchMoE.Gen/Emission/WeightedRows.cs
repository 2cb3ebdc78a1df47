using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>A weighted sum of weight rows, added to a row: what the gradient of a patch is made of.</summary>
internal static class WeightedRows
{
    /// <summary>Sums that hide the latency of multiply-adds; without tiles of rows they are few enough for any machine.</summary>
    private const int MostVectors = 4;

    public static void Write(SourceWriter writer, int dimension, ImagePatches? image)
    {
        var doc = new KernelDoc(
            "row[i] += Σ_q coefficients[q · step] · w[q, i]",
            $"q weight row 0…count−1, i value 0…{dimension - 1}",
            $"row [{dimension}], w [count, {dimension}]",
            $"{MostVectors} vectors of the row in registers while the weight rows pass",
            2L * dimension,
            4L * dimension) { Per = "weight row" };
        writer.Kernel(LayerMethods.AddWeightedRows, doc, () =>
            PatchPlaces.WriteEach(writer, image, ["row"], ["w"], () => WriteRun(writer, dimension, image?.Length ?? dimension)));
    }

    /// <summary>The values that follow each other.</summary>
    private static void WriteRun(SourceWriter writer, int dimension, int length)
    {
        int lanes = Lanes.For(length);
        writer.Lines("int i = 0;");
        int[] widths = length >= MostVectors * lanes ? [MostVectors, 1] : [1];
        foreach (int vectors in widths)
        {
            string step = VectorTypes.Lane(vectors);
            writer.Block($"for (; i <= {length} - {(vectors == 1 ? step : $"({step})")}; i += {step})", () => WriteTile(writer, dimension, vectors, null));
        }

        if (length % lanes != 0)
        {
            using (writer.Block($"if ({length} % S.Lanes != 0)"))
            {
                writer.Lines($"i = {length} - S.Lanes;");
                WriteTile(writer, dimension, 1, $"{length} % S.Lanes");
            }
        }
    }

    private static void WriteTile(SourceWriter writer, int dimension, int vectors, string? tail)
    {
        IEnumerable<int> columns = Enumerable.Range(0, vectors);
        writer.Lines($"V {string.Join(", ", columns.Select(c => $"sum{c} = S.Zero"))};");
        using (writer.Block("for (int q = 0; q < count; q++)"))
        {
            writer.Lines($"V coefficient = S.Create(Add(ref coefficients, q * step));\nref float wq = ref Add(ref w, {(dimension == 1 ? "q" : $"(q * {dimension})")} + i);");
            foreach (int c in columns)
            {
                writer.Lines($"sum{c} = S.MultiplyAdd(coefficient, S.Load(ref wq, {VectorTypes.Lane(c)}), sum{c});");
            }
        }

        writer.Lines("ref float ri = ref Add(ref row, i);");
        foreach (int c in columns)
        {
            string sum = tail is null ? $"sum{c}" : $"S.KeepLast(sum{c}, {tail})";
            writer.Lines($"S.Store(S.Add(S.Load(ref ri, {VectorTypes.Lane(c)}), {sum}), ref ri, {VectorTypes.Lane(c)});");
        }
    }
}
