namespace PatchMoE.Reference;

/// <summary>What a forward pass stores for the backward pass, for one sample.</summary>
/// <param name="Layers">Layers[i][t]: the pass of layer i on its t-th group; the top layer has one.</param>
/// <param name="Logits">f [C].</param>
internal sealed record SamplePass(LayerPass[][] Layers, double[] Logits);

/// <summary>The network on one sample: layer by layer, the output of each group being a patch of the next layer, then the head.</summary>
internal sealed class Network(ModelSpec model)
{
    private readonly EquatableArray<LayerShape> _shapes = model.LayerShapes();

    private readonly ExpertLayer[] _layers = [.. model.LayerShapes().Select((shape, i) => new ExpertLayer(model.Layers[i], shape))];

    /// <summary>Computes the logits.</summary>
    /// <param name="weights">All weights.</param>
    /// <param name="patches">Patches [n, d] of each group of layer 0.</param>
    /// <param name="valid">Valid patches of each group of layer 0; those of the layers above follow.</param>
    public SamplePass Forward(NetworkWeights weights, double[][,] patches, int[] valid)
    {
        var passes = new LayerPass[_layers.Length][];
        double[][,] x = patches;
        for (int i = 0; i < _layers.Length; i++)
        {
            passes[i] = [.. x.Select((group, t) => _layers[i].Forward(weights.Layers[i], group, valid[t]))];
            if (i + 1 < _layers.Length)
            {
                valid = [.. valid.Chunk(_shapes[i + 1].Patches).Select(Filled)];
                x = Stack([.. passes[i].Select(pass => pass.Y)], _shapes[i + 1].Patches);
            }
        }

        return new SamplePass(passes, Head.Forward(weights.Head, passes[^1][0].Y));
    }

    /// <summary>Adds the gradients, given ∂L/∂f.</summary>
    /// <param name="weights">All weights.</param>
    /// <param name="pass">The result of <see cref="Forward"/>.</param>
    /// <param name="logitsGradient">∂L/∂f [C].</param>
    /// <param name="gradients">The weights' gradients, added to.</param>
    /// <returns>∂L/∂x [n, d] of each group of layer 0.</returns>
    public double[][,] Backward(NetworkWeights weights, SamplePass pass, double[] logitsGradient, NetworkWeights gradients)
    {
        double[][] yGradients = [Head.Backward(weights.Head, pass.Layers[^1][0].Y, logitsGradient, gradients.Head)];
        for (int i = _layers.Length - 1; ; i--)
        {
            double[][,] xGradients =
            [
                .. pass.Layers[i].Select((layerPass, t) => _layers[i].Backward(weights.Layers[i], layerPass, yGradients[t], gradients.Layers[i])),
            ];
            if (i == 0)
            {
                return xGradients;
            }

            yGradients = Unstack(xGradients);
        }
    }

    /// <summary>The valid patches of an upper layer's group: all up to the last that itself has a valid patch; what follows is padding.</summary>
    private static int Filled(int[] below) => Array.FindLastIndex(below, count => count > 0) + 1;

    /// <summary>[T][m] outputs to [T / n] groups of [n, m] patches.</summary>
    private static double[][,] Stack(double[][] outputs, int patches)
    {
        var groups = new double[outputs.Length / patches][,];
        for (int t = 0; t < groups.Length; t++)
        {
            groups[t] = new double[patches, outputs[0].Length];
            for (int j = 0; j < patches; j++)
            {
                for (int i = 0; i < outputs[0].Length; i++)
                {
                    groups[t][j, i] = outputs[(t * patches) + j][i];
                }
            }
        }

        return groups;
    }

    /// <summary>The inverse of <see cref="Stack"/>.</summary>
    private static double[][] Unstack(double[][,] groups)
    {
        var rows = new List<double[]>();
        foreach (double[,] group in groups)
        {
            for (int j = 0; j < group.GetLength(0); j++)
            {
                var row = new double[group.GetLength(1)];
                for (int i = 0; i < row.Length; i++)
                {
                    row[i] = group[j, i];
                }

                rows.Add(row);
            }
        }

        return [.. rows];
    }
}
