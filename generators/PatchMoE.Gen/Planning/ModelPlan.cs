namespace PatchMoE.Gen.Planning;

/// <summary>
/// A network made ready to print: every size, offset, tile and kernel is decided. It holds no symbols and compares by value.
/// </summary>
/// <param name="Target">The class to emit into.</param>
/// <param name="SpecName">The spec's name.</param>
/// <param name="SpecHash">The first 16 hexadecimal digits of the SHA-256 of name and model as canonical JSON.</param>
/// <param name="Model">The network.</param>
/// <param name="Parameters">The tensors.</param>
/// <param name="ParameterLength">The length of the parameter buffer.</param>
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

    /// <summary>FLOPs and bytes of the passes.</summary>
    public NetworkCost Cost => NetworkCost.Of(Model);

    public LayerPlan Bottom => Layers[0];

    /// <summary>
    /// The largest batch whose training pass workers share by experts instead of samples; 0 where they cannot. By experts each worker reads all patches; by samples
    /// it reads, for its weights' gradients, the patches that other workers' samples chose. So a batch is shared by experts where they choose twice the patches.
    /// </summary>
    public int SharedBatch => Layers.Count > 1 || Bottom.ExpertParts == 1 ? 0 : Bottom.Experts * Bottom.Taken >= 2 * Bottom.Patches ? int.MaxValue : 1;

    public LayerPlan Top => Layers[Layers.Count - 1];
}

/// <summary>The head made ready to print.</summary>
/// <param name="Spec">The head as the spec has it.</param>
/// <param name="Inputs">m, the outputs of the top layer.</param>
/// <param name="RowTiles">Logits per register tile.</param>
/// <param name="WeightOffset">Where the weights lie in the parameter buffer.</param>
/// <param name="BiasOffset">Where the bias lies; −1 without bias.</param>
internal sealed record HeadPlan(HeadSpec Spec, int Inputs, EquatableArray<TileRun> RowTiles, int WeightOffset, int BiasOffset)
{
    public int Outputs => Spec.Outputs;

    public bool Trained => Spec.Kind == HeadKind.Linear;
}
