using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>What several emitters of a token-choice layer print.</summary>
internal static class TokenText
{
    /// <summary>A choice's expert: a dropped one is stored as its complement.</summary>
    public static string Expert(LayerPlan layer, string choice) => layer.Token!.HasCapacity ? $"TokenChoice.Expert({choice})" : choice;

    /// <summary>A loop over the choices of patch j: the index of each one's pair, and where its score is in [k, n].</summary>
    public static void WriteChoices(SourceWriter writer, LayerPlan layer, Action body) => Each(writer, layer, place =>
    {
        writer.Lines($"""
            int pair = {(Place)"integers" + ((Expression)"PlacesAt" + place)};
            int at = ({Expert(layer, $"{(Place)"integers" + ((Expression)"ChoicesAt" + place)}")} * {layer.Patches}) + j;
            """);
        body();
    });

    /// <summary>A loop over the pairs of patch j.</summary>
    public static void WritePairs(SourceWriter writer, LayerPlan layer, Action body) => Each(writer, layer, place =>
    {
        writer.Lines($"int pair = {(Place)"integers" + ((Expression)"PlacesAt" + place)};");
        body();
    });

    /// <summary>Whether a loop over the choices of a patch is at its first; the only one needs no question.</summary>
    public static string IfFirst(LayerPlan layer, string value, string otherwise) => layer.Token!.PerPatch == 1 ? value : $"r == 0 ? {value} : {otherwise}";

    private static void Each(SourceWriter writer, LayerPlan layer, Action<Expression> body)
    {
        int t = layer.Token!.PerPatch;
        using (t == 1 ? writer.Block() : writer.Block($"for (int r = 0; r < {t}; r++)"))
        {
            body(((t == 1 ? 0 : Expression.Name("r")) * layer.Patches) + Expression.Name("j"));
        }
    }
}
