namespace PatchMoE.Gen.Emission;

/// <summary>Prints the entry of a kernel: the widest vectors that the machine has and a row fills. The JIT keeps one branch.</summary>
internal static class WidthDispatch
{
    private const string Constraint = "where S : ISimd<V> where V : struct";

    /// <summary>Prints the head of a kernel that is generic over the width. It is compiled optimised at once: it has no use for slow first runs.</summary>
    public static SourceWriter.Scope Kernel(SourceWriter writer, string head)
    {
        writer.Lines("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        return writer.Block($"{head} {Constraint}");
    }

    /// <param name="writer">Where to print.</param>
    /// <param name="name">The kernel's name.</param>
    /// <param name="parameters">Its parameter list.</param>
    /// <param name="arguments">The arguments to hand on.</param>
    /// <param name="row">The length of its rows.</param>
    /// <param name="access">public or private.</param>
    public static void Write(SourceWriter writer, string name, string parameters, string arguments, int row, string access = "public")
    {
        (int Bits, int Lanes)[] widths = new[] { (512, 16), (256, 8), (128, 4) }.Where(width => width.Item2 <= row).ToArray();
        if (widths.Length == 0)
        {
            writer.Lines($"{access} static void {name}({parameters}) => {name}<SimdScalar, float>({arguments});");
            return;
        }

        using (writer.Block($"{access} static void {name}({parameters})"))
        {
            string keyword = "if";
            foreach ((int bits, _) in widths)
            {
                writer.Lines($"{keyword} (Vector{bits}.IsHardwareAccelerated) {name}<Simd{bits}, Vector{bits}<float>>({arguments});");
                keyword = "else if";
            }

            writer.Lines($"else {name}<SimdScalar, float>({arguments});");
        }
    }
}
