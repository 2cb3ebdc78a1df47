using PatchMoE.Gen.Planning;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints where values of patches lie.</summary>
internal static class RowText
{
    /// <summary>The type of a load.</summary>
    public static string Type(DeviceRows rows) => rows.Vector == 4 ? "Float4" : "float";

    /// <summary>A view of floats, read in vectors.</summary>
    public static string View(DeviceRows rows, string floats) => rows.Vector == 4 ? $"{floats}.Cast<Float4>()" : floats;

    /// <summary>A part of a view, read in vectors. The cast comes first: ILGPU loads 128 bits at once only where it can see the alignment.</summary>
    public static string Part(DeviceRows rows, string floats, int start, int length) =>
        $"{View(rows, floats)}.SubView({start / rows.Vector}, {length / rows.Vector})";

    /// <summary>The vectors of one instance.</summary>
    public static string Instance(DeviceRows rows, string floats, string instance) =>
        $"{View(rows, floats)}.SubView((long){instance} * {rows.InstanceStep}, {rows.InstanceStep})";

    /// <summary>Where patch <paramref name="patch"/> begins in its instance.</summary>
    public static string Row(DeviceRows rows, string patch) => rows.Across == 1
        ? Index.Times(patch, rows.DownStep)
        : Index.Plus(Index.Times(Index.Over(patch, rows.Across), rows.DownStep), Index.Times(Index.Modulo(patch, rows.Across), rows.AcrossStep));

    /// <summary>Where vector <paramref name="vector"/> lies in its patch.</summary>
    public static string Column(DeviceRows rows, string vector) => rows.Run == rows.Columns
        ? vector
        : Index.Plus(Index.Times(Index.Over(vector, rows.Run), rows.RunStep), Index.Modulo(vector, rows.Run));

    /// <summary>The components in which a vector is computed with: itself where it is a float.</summary>
    public static IEnumerable<string> Parts(DeviceRows rows) => rows.Vector == 4 ? [".X", ".Y", ".Z", ".W"] : [string.Empty];

    /// <summary>The valid patches of an instance; only layer 0 is ragged.</summary>
    public static string Valid(LayerPlan layer, string instance) => layer.Index == 0 ? $"lengths.Length > 0 ? lengths[{instance}] : {layer.Patches}" : $"{layer.Patches}";
}
