using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>
/// The type parameters by which an emitted class is generic over the width of vectors: S computes with vectors V, of 16 floats or of 8. Rows shorter than 16 values have
/// vectors that are the same on every machine.
/// </summary>
internal static class VectorTypes
{
    /// <summary>What a class says of its type parameters.</summary>
    public const string Constraint = "where S : ISimd<V> where V : struct";

    /// <summary>The type arguments of a class whose sums have so many lanes, where the network's own are in reach.</summary>
    public static string Of(int lanes) => lanes switch
    {
        Lanes.Max => "S, V",
        1 => "SimdScalar, float",
        _ => $"Simd{32 * lanes}, Vector{32 * lanes}<float>",
    };

    /// <summary>The network's type parameters in angle brackets; empty where all rows are shorter than 16 values.</summary>
    public static string Parameters(ModelPlan plan) => plan.HasWideRows ? "<S, V>" : string.Empty;

    /// <summary>Their constraints.</summary>
    public static string Constraints(ModelPlan plan) => plan.HasWideRows ? $" {Constraint}" : string.Empty;

    /// <summary>Where vector <paramref name="column"/> of a tile begins.</summary>
    public static string Lane(int column) => column switch { 0 => "0", 1 => "S.Lanes", _ => $"{column} * S.Lanes" };
}
