using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>
/// The type parameters by which an emitted class is generic over the width of vectors: S computes with vectors V. A network whose rows cap the width differently
/// has a pair for each cap, S16 and V16, S4 and V4.
/// </summary>
internal static class VectorTypes
{
    /// <summary>What a class with one width says of its type parameters.</summary>
    public const string Constraint = "where S : ISimd<V> where V : struct";

    /// <summary>The type arguments of a class with a cap, where the network's own are in reach.</summary>
    public static string Of(ModelPlan plan, int lanes) => lanes == 1 ? "SimdScalar, float" : Pair(plan, lanes);

    /// <summary>The network's type parameters in angle brackets; empty where all rows are shorter than vectors.</summary>
    public static string Parameters(ModelPlan plan) => InBrackets(plan.LaneCaps.Select(cap => Pair(plan, cap)));

    public static string Constraints(ModelPlan plan) =>
        string.Concat(plan.LaneCaps.Select(cap => $" where S{Suffix(plan, cap)} : ISimd<V{Suffix(plan, cap)}> where V{Suffix(plan, cap)} : struct"));

    /// <summary>The network's type arguments on a machine.</summary>
    /// <param name="plan">The network.</param>
    /// <param name="machine">Floats of the machine's vectors; 1 if it has none.</param>
    public static string Arguments(ModelPlan plan, int machine) => InBrackets(plan.LaneCaps.Select(cap => Math.Min(cap, machine)).Select(lanes =>
        lanes == 1 ? "SimdScalar, float" : $"Simd{32 * lanes}, Vector{32 * lanes}<float>"));

    /// <summary>Where vector <paramref name="column"/> of a tile begins.</summary>
    public static string Lane(int column) => column switch { 0 => "0", 1 => "S.Lanes", _ => $"{column} * S.Lanes" };

    private static string InBrackets(IEnumerable<string> pairs)
    {
        string list = string.Join(", ", pairs);
        return list.Length == 0 ? string.Empty : $"<{list}>";
    }

    private static string Pair(ModelPlan plan, int cap) => $"S{Suffix(plan, cap)}, V{Suffix(plan, cap)}";

    private static string Suffix(ModelPlan plan, int cap) => plan.LaneCaps.Count == 1 ? string.Empty : $"{cap}";
}
