namespace PatchMoE.Reference;

/// <summary>What a forward pass stores for the backward pass, for one sample.</summary>
/// <param name="Layers">Layers[i][t]: the pass of layer i on its t-th group; the top layer has one.</param>
/// <param name="Logits">f [C].</param>
internal sealed record SamplePass(LayerPass[][] Layers, double[] Logits);

/// <summary>
/// The network on one sample: layer by layer, then the head. The patches of a layer are the windows of the map below it or, between levels, the outputs of the
/// groups below it.
/// </summary>
internal sealed class Network(ModelSpec model)
{
    private readonly EquatableArray<LayerShape> _shapes = model.LayerShapes();

    private readonly ExpertLayer[] _layers = [.. model.LayerShapes().Select((shape, i) => new ExpertLayer(model.Layers[i], shape))];

    private readonly MapWindows?[] _windows =
        [.. model.LayerShapes().Select((shape, i) => model.Layers[i].Window is { } window ? new MapWindows(window, shape) : null)];

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
            if (i > 0)
            {
                double[][,] below = [.. passes[i - 1].Select(pass => pass.Output)];
                x = _windows[i] is { } windows ? [windows.Cut(below[0])] : Stack(below, _shapes[i].Patches);
                valid = _windows[i] is { } cut ? [cut.Valid(valid[0])] : [.. valid.Chunk(_shapes[i].Patches).Select(Filled)];
            }

            passes[i] = [.. x.Select((group, t) => _layers[i].Forward(weights.Layers[i], group, valid[t]))];
        }

        return new SamplePass(passes, Head.Forward(weights.Head, Flat(passes[^1][0].Output)));
    }

    /// <summary>Adds the gradients, given ∂L/∂f.</summary>
    /// <param name="weights">All weights.</param>
    /// <param name="pass">The result of <see cref="Forward"/>.</param>
    /// <param name="logitsGradient">∂L/∂f [C].</param>
    /// <param name="scoreGradient">The gradient of the auxiliary losses with respect to the scores of a layer: [group][expert][valid patch], or null for none.</param>
    /// <param name="gradients">The weights' gradients, added to.</param>
    /// <returns>∂L/∂x [n, d] of each group of layer 0.</returns>
    public double[][,] Backward(
        NetworkWeights weights, SamplePass pass, double[] logitsGradient, Func<int, double[][][]?> scoreGradient, NetworkWeights gradients)
    {
        double[,] top = pass.Layers[^1][0].Output;
        double[] headGradient = Head.Backward(weights.Head, Flat(top), logitsGradient, gradients.Head);
        double[][,] outputGradients = [InRows(headGradient, top.GetLength(1))];
        for (int i = _layers.Length - 1; ; i--)
        {
            double[][][]? ofScores = scoreGradient(i);
            double[][,] xGradients =
            [
                .. pass.Layers[i].Select((layerPass, t) =>
                    _layers[i].Backward(weights.Layers[i], layerPass, outputGradients[t], ofScores?[t], gradients.Layers[i])),
            ];
            if (i == 0)
            {
                return xGradients;
            }

            outputGradients = _windows[i] is { } windows ? [windows.Add(xGradients[0])] : Unstack(xGradients);
        }
    }

    /// <summary>The valid patches of an upper layer's group: all up to the last that itself has a valid patch; what follows is padding.</summary>
    private static int Filled(int[] below) => Array.FindLastIndex(below, count => count > 0) + 1;

    /// <summary>[T] outputs [1, m] to [T / n] groups of [n, m] patches.</summary>
    private static double[][,] Stack(double[][,] outputs, int patches) =>
        [.. outputs.Chunk(patches).Select(group => InRows([.. group.SelectMany(Flat)], group[0].GetLength(1)))];

    /// <summary>The inverse of <see cref="Stack"/>.</summary>
    private static double[][,] Unstack(double[][,] groups) =>
        [.. groups.SelectMany(group => Flat(group).Chunk(group.GetLength(1))).Select(row => InRows(row, row.Length))];

    /// <summary>All values, row by row.</summary>
    private static double[] Flat(double[,] rows) => [.. rows.Cast<double>()];

    /// <summary>The inverse of <see cref="Flat"/>.</summary>
    private static double[,] InRows(double[] values, int width)
    {
        var rows = new double[values.Length / width, width];
        Buffer.BlockCopy(values, 0, rows, 0, values.Length * sizeof(double));
        return rows;
    }
}
