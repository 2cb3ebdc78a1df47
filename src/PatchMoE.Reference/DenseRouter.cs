namespace PatchMoE.Reference;

/// <summary>No routing: every expert sees every valid patch, G = 1, and takes their mean.</summary>
internal sealed class DenseRouter(LayerSpec layer) : IRouter
{
    public Assignment Route(double[,]? w, double[,] x, int valid)
    {
        int[] all = [.. Enumerable.Range(0, valid)];
        double[] ones = [.. all.Select(_ => 1.0)];
        int[] experts = [.. Enumerable.Range(0, layer.Experts)];
        return new Assignment([.. experts.Select(_ => all)], [.. experts.Select(_ => ones)], [.. experts.Select(_ => (double)valid)], []);
    }

    public void Backward(double[,]? w, double[,] x, Assignment assignment, double[][] gateGradient, double[,]? wGradient, double[,] xGradient)
    {
        // G = 1 is constant.
    }
}
