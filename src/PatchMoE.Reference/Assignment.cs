namespace PatchMoE.Reference;

/// <summary>Which patches each expert sees and with what weight: a router's result for one sample or group.</summary>
/// <param name="Chosen">Chosen[s] = J_s, the patches of expert s, best first; for token choice in the order of their indices.</param>
/// <param name="Gates">Gates[s][p] = G of patch Chosen[s][p].</param>
/// <param name="Divisor">Divisor[s] = Z, by which expert s divides its sum.</param>
/// <param name="Scores">The router's scores: [s][j] of expert s and valid patch j; for sample routing [s][0]; empty for dense.</param>
internal sealed record Assignment(int[][] Chosen, double[][] Gates, double[] Divisor, double[][] Scores)
{
    /// <summary>For token choice, what each patch chose; null for other routings.</summary>
    public TokenChoices? Choices { get; init; }
}

/// <summary>A kind of routing. Axes: j of n patches, of which the first <c>valid</c> are valid; s of k experts; i of d values of a patch.</summary>
internal interface IRouter
{
    /// <summary>Assigns patches to experts.</summary>
    /// <param name="w">Router vectors [k, d]; null for dense routing.</param>
    /// <param name="x">Patches [n, d].</param>
    /// <param name="valid">The number of valid patches, 0…n.</param>
    Assignment Route(double[,]? w, double[,] x, int valid);

    /// <summary>Adds the gradients that pass through the gates. The choice itself has none.</summary>
    /// <param name="w">Router vectors [k, d].</param>
    /// <param name="x">Patches [n, d].</param>
    /// <param name="assignment">The result of <see cref="Route"/>.</param>
    /// <param name="gateGradient">∂L/∂G, shaped like <see cref="Assignment.Gates"/>.</param>
    /// <param name="wGradient">∂L/∂w [k, d], added to.</param>
    /// <param name="xGradient">∂L/∂x [n, d], added to.</param>
    void Backward(double[,]? w, double[,] x, Assignment assignment, double[][] gateGradient, double[,]? wGradient, double[,] xGradient);
}
