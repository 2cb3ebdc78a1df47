namespace PatchMoE.Cli.Theory;

/// <summary>An order of magnitude, without its constant and its power of ε.</summary>
/// <param name="Formula">The formula, with ε.</param>
/// <param name="Value">Its value without ε.</param>
internal sealed record Order(string Formula, double Value);

/// <summary>What a method of training needs beside another: all three have the same power of ε, which cancels in their ratios.</summary>
/// <param name="Quantity">What is counted.</param>
/// <param name="Key">Its name in the JSON result.</param>
/// <param name="Epsilon">The power of 1/ε.</param>
/// <param name="Cnn">The CNN.</param>
/// <param name="Separate">The pMoE with two experts, whose routers are trained first.</param>
/// <param name="Joint">The pMoE with routers and experts trained together.</param>
internal sealed record OrderRow(string Quantity, string Key, int Epsilon, Order Cnn, Order Separate, Order Joint)
{
    public double SeparateRatio => Separate.Value / Cnn.Value;

    public double JointRatio => Joint.Value / Cnn.Value;
}

/// <summary>The table of orders of Chowdhury et al., ICML 2023, with the sizes of a network.</summary>
internal static class PaperOrders
{
    public static IReadOnlyList<OrderRow> Of(TheorySizes sizes)
    {
        (double n, double l, double k, double d) = (sizes.Patches, sizes.PatchesPerExpert, sizes.Experts, sizes.Dimension);
        double work = (double)sizes.Batch * sizes.Neurons * d;
        return
        [
            new("samples N", "samples", 16, new("n⁸/ε¹⁶", Math.Pow(n, 8)), new("l⁸/ε¹⁶", Math.Pow(l, 8)), new("k⁴l⁶/ε¹⁶", Math.Pow(k, 4) * Math.Pow(l, 6))),
            new("iterations", "iterations", 8, new("n⁴/ε⁸", Math.Pow(n, 4)), new("l⁴/ε⁸", Math.Pow(l, 4)), new("k²l²/ε⁸", k * k * l * l)),
            new("neurons m", "neurons", 16, new("n¹⁰/ε¹⁶", Math.Pow(n, 10)), new("l¹⁰/ε¹⁶", Math.Pow(l, 10)), new("k³n²l⁶/ε¹⁶", k * k * k * n * n * Math.Pow(l, 6))),
            new("computation, same B and m", "computation", 8, new("B·m·n⁵·d/ε⁸", work * Math.Pow(n, 5)), new("B·m·l⁵·d/ε⁸", work * Math.Pow(l, 5)), new("B·m·k²·l³·d/ε⁸", work * k * k * l * l * l)),
        ];
    }
}
