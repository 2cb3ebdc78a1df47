using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the selection of the l best patches of an expert.</summary>
internal static class SelectEmitter
{
    public static void Write(SourceWriter writer, LayerPlan layer)
    {
        writer.Gap();
        int n = layer.Patches;
        int l = layer.Taken;
        writer.Lines($"""
            /// <summary>routes = the indices of the {l} largest of {n} scores, best first; of equal scores the lower index first.</summary>
            /// <remarks>
            /// Kernel: {layer.Selection!.Reason}.
            /// Shapes: scores [{n}], of which valid count; routes [{l}], filled with −1 behind the patches taken.
            /// </remarks>
            """);
        string scratch = LayerEmitter.SelectsWith(layer, ", ref int scratch");
        string argument = LayerEmitter.SelectsWith(layer, ", ref scratch");
        writer.Lines($"""
            private static void Select(ref float scores, int valid, ref int routes{scratch}) =>
                TopScores.By{layer.Selection.Kernel}(ref scores, valid, {l}, ref routes{argument});
            """);
    }
}
