using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using static PatchMoE.Gen.Emission.Text.Indices;

namespace PatchMoE.Gen.Emission;

/// <summary>
/// Prints how the activations <c>at</c> of one patch become the gradient of its pre-activations: [a &gt; 0] · <c>yGradient</c> · factor. Where the gate is trained, the products with the
/// activations are summed to <c>gateGradient</c>.
/// </summary>
internal static class BackwardRows
{
    /// <summary>Prints the rows of one patch.</summary>
    /// <param name="writer">Prints.</param>
    /// <param name="neurons">M.</param>
    /// <param name="lanes">The lanes along which the layer sums.</param>
    /// <param name="factor">A variable; null where the gradient has no factor.</param>
    /// <param name="sums">Whether the gate's gradient is wanted.</param>
    public static void Write(SourceWriter writer, int neurons, int lanes, string? factor, bool sums)
    {
        int full = neurons / lanes * lanes;
        if (sums)
        {
            writer.Lines("float gateGradient = 0f;");
            WriteSums(writer, lanes, full, factor);
            if (full < neurons)
            {
                writer.Loop("r", full, neurons, r => WriteValue(writer, r, factor, sums: true));
            }

            return;
        }

        writer.Lines("int r = 0;");
        writer.Block($"for (; r <= {neurons} - S.Lanes; r += S.Lanes)", () => WriteVector(writer, R, factor, sums: false));
        if (full < neurons)
        {
            writer.Block($"for (; r < {neurons}; r++)", () => WriteValue(writer, R, factor, sums: false));
        }
    }

    /// <summary>The full vectors of a row whose products are summed in as many lanes on every machine.</summary>
    private static void WriteSums(SourceWriter writer, int lanes, int full, string? factor)
    {
        if (full == 0)
        {
            return;
        }

        bool halves = lanes == Lanes.Max;
        using (halves ? writer.Block($"for (int half = 0; half < {lanes}; half += S.Lanes)") : (SourceWriter.Scope?)null)
        {
            writer.Lines("V sum = S.Zero;");
            Expression first = halves ? "half" : 0;
            if (full == lanes)
            {
                WriteVector(writer, first, factor, sums: true);
            }
            else
            {
                writer.Block($"for (int r = {first}; r < {full}; r += {lanes})", () => WriteVector(writer, R, factor, sums: true));
            }

            writer.Gap();
            writer.Lines("gateGradient = S.AddLanes(gateGradient, sum);");
        }
    }

    private static void WriteVector(SourceWriter writer, Expression r, string? factor, bool sums)
    {
        writer.Lines($"V activation = S.Load(ref at, {r});\nV upstream = S.Load(ref yGradient, {r});");
        if (sums)
        {
            writer.Lines("sum = S.MultiplyAdd(activation, upstream, sum);");
        }

        string value = factor is null ? "upstream" : $"S.Multiply(upstream, S.Create({factor}))";
        writer.Lines($"S.Store(S.WherePositive({value}, activation), ref at, {r});");
    }

    private static void WriteValue(SourceWriter writer, Expression r, string? factor, bool sums)
    {
        Place activation = (Place)"at" + r;
        Place upstream = (Place)"yGradient" + r;
        string value = factor is null ? $"{upstream}" : $"{upstream} * {factor}";
        writer.Lines((sums ? $"gateGradient += {activation} * {upstream};\n" : string.Empty) + $"{activation} = SimdScalar.WherePositive({value}, {activation});");
    }
}
