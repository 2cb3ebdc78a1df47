namespace PatchMoE;

/// <summary>
/// What a network's passes must compute and move, predicted from its spec alone: the only place that counts FLOPs and bytes. Times follow from it and
/// from a machine's limits: no pass is faster than its FLOPs at the full multiply-add rate, or its bytes at the full bandwidth.
/// </summary>
/// <param name="Layers">Each pMoE layer for one sample, lowest first; none if there is only a backbone.</param>
/// <param name="HeadForward">FLOPs of one sample's logits, 2·C·m.</param>
/// <param name="HeadBackward">FLOPs of one sample's gradients with respect to the top layer's outputs and, for a linear head, the head's weights: 2·C·m each.</param>
/// <param name="InputLength">The number of values in one sample.</param>
/// <param name="Outputs">C, the number of logits of a sample.</param>
/// <param name="RouteLength">The number of routes of one sample in layer 0: T·k·l; tokenChoice: T·n·t; sample: T; dense: 0.</param>
/// <param name="Parameters">The number of weights, including a batch norm's statistics, without a table of tokens: a pass reads none of it.</param>
/// <param name="TrainedParameters">The number of these weights that have a gradient.</param>
/// <param name="BottomRouterParameters">The number of router weights in layer 0.</param>
/// <param name="Backbone">The convolutions before the layers; null if there are none.</param>
/// <param name="LearnsInput">Whether training needs the gradient with respect to the input, from which a table of tokens learns.</param>
internal sealed record NetworkCost(
    EquatableArray<LayerCost> Layers,
    long HeadForward,
    long HeadBackward,
    long InputLength,
    long Outputs,
    long RouteLength,
    long Parameters,
    long TrainedParameters,
    long BottomRouterParameters,
    BackboneCost? Backbone = null,
    bool LearnsInput = false)
{
    private const long ValueBytes = 4;

    /// <summary>FLOPs of one sample's forward pass.</summary>
    public long ForwardFlops => (Backbone?.Forward ?? 0) + Layers.Sum(layer => layer.Forward) + HeadForward;

    /// <summary>FLOPs of one sample's backward pass: the gradients with respect to all weights and, between layers, to the patches; to the input only if it is learnt.</summary>
    public long BackwardFlops =>
        (Backbone is null ? 0 : Backbone.WeightGradients + Backbone.MapGradients)
        + Layers.Sum(layer => layer.WeightGradients)
        + Layers.Skip(Backbone is null && !LearnsInput ? 1 : 0).Sum(layer => layer.InputGradient)
        + HeadBackward;

    /// <summary>FLOPs of one sample's gradient with respect to the input, if requested.</summary>
    public long InputGradientFlops => Backbone?.InputGradient ?? Layers[0].InputGradient;

    /// <summary>FLOPs of one update by plain SGD, w ← w − η·g, for any batch.</summary>
    public long UpdateFlops => 2 * TrainedParameters;

    /// <summary>Counts the cost of a valid network.</summary>
    public static NetworkCost Of(ModelSpec model)
    {
        EquatableArray<LayerShape> shapes = model.LayerShapes();
        EquatableArray<ParameterSpec> parameters = model.NetworkParameters();
        LayerShape? bottom = shapes.FirstOrDefault();
        long head = 2L * model.Head.Outputs * model.HeadInputs();
        return new NetworkCost(
            model.Layers.Zip(shapes, LayerCost.Of).ToEquatableArray(),
            head,
            model.Head.Kind == HeadKind.Linear ? 2 * head : head,
            model.InputLength(),
            model.Head.Outputs,
            model.RouteShape() is { Count: > 0 } routes ? routes.Aggregate(1L, (product, size) => product * size) : 0,
            parameters.Sum(parameter => (long)parameter.Length),
            parameters.Where(parameter => parameter.HasGradient).Sum(parameter => (long)parameter.Length),
            parameters.Where(parameter => parameter is { Role: ParameterRole.Router, Layer: 0 }).Sum(parameter => (long)parameter.Length),
            model.BackboneShape() is { } backbone ? BackboneCost.Of(backbone) : null,
            model.EmbeddingTable() is not null);
    }

    /// <summary>Routing alone: the scores of layer 0. Reads the input and the routers, writes the routes.</summary>
    /// <param name="batch">B, the number of samples.</param>
    public PassCost Route(long batch) => new(
        batch * (Layers.FirstOrDefault()?.Router ?? 0),
        ValueBytes * ((batch * (InputLength + RouteLength)) + BottomRouterParameters));

    /// <summary>The forward pass. Reads the input and the weights, writes the logits.</summary>
    /// <param name="batch">B, the number of samples.</param>
    public PassCost Forward(long batch) => new(
        batch * ForwardFlops,
        ValueBytes * ((batch * (InputLength + Outputs)) + Parameters));

    /// <summary>Forward, loss and backward. Reads input, labels and weights, writes logits and gradients.</summary>
    /// <param name="batch">B, the number of samples.</param>
    public PassCost LossAndGradients(long batch) => new(
        batch * (ForwardFlops + BackwardFlops),
        ValueBytes * ((batch * (((LearnsInput ? 2 : 1) * InputLength) + 1 + Outputs)) + Parameters + TrainedParameters));

    /// <summary>A training step: forward, loss, backward and the SGD update, which reads and writes the weights; complete gradients can be applied directly.</summary>
    /// <param name="batch">B, the number of samples.</param>
    public PassCost Step(long batch)
    {
        PassCost gradients = LossAndGradients(batch);
        return new PassCost(gradients.Flops + UpdateFlops, gradients.Bytes + (ValueBytes * TrainedParameters));
    }
}
