using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>What several emitters of a token-choice layer print.</summary>
internal static class TokenText
{
    /// <summary>A choice's expert: a dropped one is stored as its complement.</summary>
    public static string Expert(LayerPlan layer, string choice) => layer.Token!.HasCapacity ? $"TokenChoice.Expert({choice})" : choice;

    /// <summary>A loop over the choices of patch j: the index of each one's pair, and where its score is in [k, n].</summary>
    public static void WriteChoices(SourceWriter writer, LayerPlan layer, Action body)
    {
        int n = layer.Patches;
        using (writer.Block($"for (int r = 0; r < {layer.Token!.PerPatch}; r++)"))
        {
            writer.Lines($"""
                int pair = Add(ref integers, PlacesAt + (r * {n}) + j);
                int at = ({Expert(layer, $"Add(ref integers, ChoicesAt + (r * {n}) + j)")} * {n}) + j;
                """);
            body();
        }
    }

    /// <summary>A loop over the pairs of patch j.</summary>
    public static void WritePairs(SourceWriter writer, LayerPlan layer, Action body)
    {
        using (writer.Block($"for (int r = 0; r < {layer.Token!.PerPatch}; r++)"))
        {
            writer.Lines($"int pair = Add(ref integers, PlacesAt + (r * {layer.Patches}) + j);");
            body();
        }
    }
}
