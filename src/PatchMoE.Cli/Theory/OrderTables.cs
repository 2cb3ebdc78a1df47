using PatchMoE.Cli.Outputs;

namespace PatchMoE.Cli.Theory;

/// <summary>The paper's orders, what they compare to, and what departs from the theory, as text.</summary>
internal static class OrderTables
{
    /// <summary>What the numbers are, and what they are not.</summary>
    public const string Meaning =
        "Orders have no constants: a ratio says how a need grows with n, l and k, not how many samples this network needs. ε, the generalization error, has the same power in a row and cancels in its ratios. They hold for l ≥ l*, where the routers find the discriminative patches.";

    public const string DeparturesHeading = "Where the spec is not the pMoE of the theory:";

    public static string Heading(string name, TheorySizes sizes) =>
        $"{name}: the orders of Chowdhury et al. (ICML 2023) with n = {sizes.Patches}, d = {sizes.Dimension}, k = {sizes.Experts}, l = {sizes.PatchesPerExpert}, m = {sizes.Neurons}, B = {sizes.Batch}";

    /// <summary>The titles of <see cref="Rows"/>.</summary>
    public static string[] Titles(bool choosesPatches) => choosesPatches ? ["order of", "CNN", "separate (k = 2)", "joint", "separate / CNN", "joint / CNN"] : ["order of", "CNN"];

    public static IEnumerable<string[]> Rows(TheorySizes sizes, bool choosesPatches) => PaperOrders.Of(sizes).Select(row => choosesPatches
        ? [row.Quantity, Text(row.Cnn), Text(row.Separate), Text(row.Joint), Number.Short(row.SeparateRatio), Number.Short(row.JointRatio)]
        : (string[])[row.Quantity, Text(row.Cnn)]);

    public static void Write(CommandContext context, PatchMoESpec spec, TheoryScope scope)
    {
        if (scope.HasOrders)
        {
            TheorySizes sizes = TheorySizes.Of(spec);
            context.Error.WriteLine(Heading(spec.Name, sizes));
            var table = new TextTable(Titles(scope.ChoosesPatches));
            foreach (string[] row in Rows(sizes, scope.ChoosesPatches))
            {
                table.Add(row);
            }

            table.Write(context);
            context.Error.WriteLine(Meaning);
            foreach (string sentence in scope.ChoosesPatches ? new Regimes(sizes).Sentences() : [])
            {
                context.Error.WriteLine($"* {sentence}");
            }
        }

        if (scope.Departures.Count > 0)
        {
            context.Error.WriteLine(DeparturesHeading);
            foreach (string departure in scope.Departures)
            {
                context.Error.WriteLine($"* {departure}");
            }
        }
    }

    /// <summary><c>n⁸/ε¹⁶ = 4.29e9/ε¹⁶</c></summary>
    private static string Text(Order order) => $"{order.Formula} = {Number.Short(order.Value)}{order.Formula[order.Formula.IndexOf('/')..]}";
}
