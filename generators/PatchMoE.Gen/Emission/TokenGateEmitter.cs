using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>
/// Prints the gates of a token-choice layer, one for each pair. A dropped pair has one, too, although it multiplies nothing: its score counts in the softmax over a patch's choices.
/// </summary>
internal static class TokenGateEmitter
{
    public static Method Forward { get; } = new("GateForward", "ref float block, ref int integers, int valid");

    public static void Write(SourceWriter writer, LayerPlan layer)
    {
        (string summary, Action body) = layer.Spec.Gate switch
        {
            Gate.SoftmaxSelected => ("exp(g_sj) / Σ_s exp(g_sj) over the experts that patch j chose; the first choice has the largest score", () => WriteSoftmaxSelected(writer, layer)),
            Gate.SoftmaxAll => ("p_sj, not renormalised over the choices", () => WriteEach(writer, layer, "Add(ref block, ProbabilitiesAt + at)")),
            Gate.Sigmoid => ("1 / (1 + exp(−g_sj))", (Action)(() => WriteEach(writer, layer, "1f / (1f + StrictMath.Exp(-Add(ref block, ScoresAt + at)))"))),
            _ => throw new ArgumentOutOfRangeException(nameof(layer), layer.Spec.Gate, "The gate has no kernel."),
        };
        writer.Kernel(Forward, $"The gate of each pair of patch j and expert s: {summary}.", () =>
        {
            writer.Lines("ref float gates = ref Add(ref block, GatesAt);");
            writer.Block("for (int j = 0; j < valid; j++)", body);
        });
    }

    private static void WriteEach(SourceWriter writer, LayerPlan layer, string gate) =>
        TokenText.WriteChoices(writer, layer, () => writer.Lines($"Add(ref gates, pair) = {gate};"));

    private static void WriteSoftmaxSelected(SourceWriter writer, LayerPlan layer)
    {
        string best = TokenText.Expert(layer, "Add(ref integers, ChoicesAt + j)");
        writer.Lines($"float max = Add(ref block, ScoresAt + ({best} * {layer.Patches}) + j);\nfloat sum = 0f;");
        TokenText.WriteChoices(writer, layer, () => writer.Lines("""
            float exponential = StrictMath.Exp(Add(ref block, ScoresAt + at) - max);
            Add(ref gates, pair) = exponential;
            sum += exponential;
            """));
        TokenText.WritePairs(writer, layer, () => writer.Lines("Add(ref gates, pair) /= sum;"));
    }
}
