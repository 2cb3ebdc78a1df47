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

    /// <summary>The vectors of one instance.</summary>
    public static string Instance(DeviceRows rows, string floats, string instance) =>
        $"{View(rows, floats)}.SubView((long){instance} * {rows.InstanceStep}, {rows.InstanceStep})";

    /// <summary>Where patch <paramref name="patch"/> begins in its instance.</summary>
    public static string Row(DeviceRows rows, string patch) => rows.Across == 1
        ? Times(patch, rows.DownStep)
        : $"({patch} / {rows.Across} * {rows.DownStep}) + ({patch} % {rows.Across} * {rows.AcrossStep})";

    /// <summary>Where vector <paramref name="vector"/> lies in its patch.</summary>
    public static string Column(DeviceRows rows, string vector) => rows.Run == rows.Columns
        ? vector
        : $"({vector} / {rows.Run} * {rows.RunStep}) + ({vector} % {rows.Run})";

    /// <summary>The product of an index and a size.</summary>
    public static string Times(string index, int size) => size == 1 ? index : $"{index} * {size}";

    /// <summary>An index that a tile's rest would leave, kept inside: its result is computed twice and written once.</summary>
    public static string Inside(string index, int count, bool exact) => exact ? index : $"Math.Min({index}, {count - 1})";

    /// <summary>The sum of a name and a number.</summary>
    public static string Plus(string name, int number) => number == 0 ? name : $"{name} + {number}";

    /// <summary>The components in which a vector is computed with: itself where it is a float.</summary>
    public static IEnumerable<string> Parts(DeviceRows rows) => rows.Vector == 4 ? [".X", ".Y", ".Z", ".W"] : [string.Empty];

    /// <summary>The valid patches of an instance; only layer 0 is ragged.</summary>
    public static string Valid(LayerPlan layer, string instance) => layer.Index == 0 ? $"lengths.Length > 0 ? lengths[{instance}] : {layer.Patches}" : $"{layer.Patches}";

    /// <summary>Divides work, with a length known when emitting or not.</summary>
    public static string Blocks(string count, int size) => size == 1 ? count : $"(({count}) + {size - 1}) / {size}";
}
