namespace PatchMoE.Gen.Planning;

/// <summary>
/// A network made ready to print: every size, offset, tile and kernel is decided. It holds no symbols and compares by value.
/// </summary>
/// <param name="Target">The class to emit into.</param>
/// <param name="SpecName">The spec's name.</param>
/// <param name="SpecHash">The first 16 hexadecimal digits of the SHA-256 of name and model as canonical JSON.</param>
/// <param name="Model">The network.</param>
/// <param name="Parameters">The tensors that passes read: all but a table of tokens.</param>
/// <param name="ParameterLength">The length of the parameter buffer up to the end of them, and of a buffer of gradients.</param>
/// <param name="Layers">The layers, lowest first.</param>
/// <param name="Head">The head.</param>
/// <param name="Slots">The scratch of a sample.</param>
internal sealed record ModelPlan(
    TargetClass Target,
    string SpecName,
    string SpecHash,
    ModelSpec Model,
    EquatableArray<ParameterSpec> Parameters,
    int ParameterLength,
    EquatableArray<LayerPlan> Layers,
    HeadPlan Head,
    Slots Slots)
{
    public int InputLength => Model.InputLength();
    public NetworkCost Cost => NetworkCost.Of(Model);

    /// <summary>Routes of one sample in layer 0; 0 where it is dense.</summary>
    public int RouteLength => Bottom.Routing == Routing.Dense ? 0 : Model.RouteShape().Aggregate(1, (product, size) => product * size);

    /// <summary>Samples whose scratch a pass without gradients holds at once; 1 where each worker needs that of one.</summary>
    public int ForwardWindow => Bottom.HasWindow ? Slots.Window : 1;

    /// <summary>The ranges of the gradients that the first window adds to and does not write, so that they must begin at 0.</summary>
    public IEnumerable<(int From, int To)> ClearedGradients()
    {
        int at = 0;
        foreach (ParameterSpec parameter in Parameters.Where(IsStored))
        {
            if (parameter.Offset > at)
            {
                yield return (at, parameter.Offset);
            }

            at = parameter.Offset + parameter.Length;
        }

        if (ParameterLength > at)
        {
            yield return (at, ParameterLength);
        }
    }

    /// <summary>Whether a layer adds auxiliary losses to the loss.</summary>
    public bool HasAuxiliary => Layers.Any(layer => layer.HasAuxiliary);

    /// <summary>Doubles of the totals and factors of all auxiliary losses.</summary>
    public int AuxiliaryLength => Layers.Where(layer => layer.HasAuxiliary).Sum(layer => TokenPlan.AuxiliaryLength(layer.Experts));

    public LayerPlan Bottom => Layers[0];

    /// <summary>Whether a sample can have fewer valid patches than n: not where layers cut the map of an image, all of whose patches are valid.</summary>
    public bool HasLengths => !Model.CutsMapOfImage();

    /// <summary>The widest vectors of im2col, whose rows are pixel rows of patches.</summary>
    public int PatchLanes => Model.Input is ImageInputSpec image ? Lanes.For(image.PatchWidth * image.Channels) : 1;

    /// <summary>Whether any rows hold 16 values, so that the width of the machine's vectors matters.</summary>
    public bool HasWideRows => Layers.Any(layer => layer.Lanes == Lanes.Max) || Head.Lanes == Lanes.Max || (Bottom.Access.Source == PatchSource.Copies && PatchLanes == Lanes.Max);

    /// <summary>The largest batch whose training pass workers share by experts instead of samples; 0 where they cannot.</summary>
    public int SharedBatch => Layers.Count > 1 ? 0 : Bottom.SharedBatch;

    public LayerPlan Top => Layers[Layers.Count - 1];

    private bool IsStored(ParameterSpec parameter) =>
        parameter.Layer >= 0 && Layers[parameter.Layer].Gradient is { Stores: true } gradient
        && (parameter.Role == ParameterRole.Experts || (parameter.Role == ParameterRole.Router && gradient.HasRouter));
}

/// <summary>The head made ready to print.</summary>
/// <param name="Spec">The head as the spec has it.</param>
/// <param name="Inputs">m, the outputs of the top layer; n·m of its map.</param>
/// <param name="RowTiles">Logits per register tile.</param>
/// <param name="WeightOffset">Where the weights lie in the parameter buffer.</param>
/// <param name="BiasOffset">Where the bias lies; −1 without bias.</param>
internal sealed record HeadPlan(HeadSpec Spec, int Inputs, EquatableArray<TileRun> RowTiles, int WeightOffset, int BiasOffset)
{
    public int Outputs => Spec.Outputs;

    /// <summary>The widest vectors of its kernels, whose rows are the layers' outputs.</summary>
    public int Lanes => Planning.Lanes.For(Inputs);

    public GradientPlan Gradient => GradientPlan.ForRows(RowTiles, Inputs, rowsPerSample: 1, access: null);

    public bool Trained => Spec.Kind == HeadKind.Linear;
}
