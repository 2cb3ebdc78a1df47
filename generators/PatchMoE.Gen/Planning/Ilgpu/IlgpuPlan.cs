namespace PatchMoE.Gen.Planning.Ilgpu;

/// <summary>A network's kernels on a GPU: every tile, group size, byte of shared memory and offset of scratch is decided.</summary>
/// <param name="Model">The network's plan.</param>
/// <param name="Layers">Its layers, lowest first.</param>
/// <param name="Logits">The tiles of the head.</param>
/// <param name="HeadGradient">The tiles of the head's gradient; null for a fixed head.</param>
/// <param name="Arrays">Scratch.</param>
/// <param name="Floats">Floats of scratch per sample.</param>
/// <param name="Integers">Integers of scratch per sample.</param>
/// <param name="Chunks">
/// Parts of the batch whose gradients are added up side by side, then summed in order: many for few weights, which alone would not fill a GPU.
/// </param>
internal sealed record IlgpuPlan(
    ModelPlan Model,
    EquatableArray<IlgpuLayerPlan> Layers,
    DotTiling Logits,
    OuterTiling? HeadGradient,
    EquatableArray<DeviceArray> Arrays,
    int Floats,
    int Integers,
    int Chunks)
{
    /// <summary>32 MiB of partial gradients.</summary>
    private const long MostPartials = 8L << 20;
    private const int MostChunks = 64;
    private const int MostLanes = 16;

    /// <summary>Floats of partial gradients; none where there is one chunk, which writes the gradients themselves.</summary>
    public long PartialFloats => Chunks == 1 ? 0 : (long)Chunks * Model.ParameterLength;

    /// <summary>Floats from one chunk's partial gradients to the next; 0 where there is one chunk.</summary>
    public long PartialStep => Chunks == 1 ? 0 : Model.ParameterLength;

    /// <summary>The outputs of the top layer, the head's rows.</summary>
    public DeviceRows HeadRows => DeviceRows.Dense(1, Model.Head.Inputs);

    /// <summary>Plans a network.</summary>
    public static IlgpuPlan Of(ModelPlan model)
    {
        IlgpuLayerPlan[] layers = [.. model.Layers.Select(layer => IlgpuLayerPlan.Of(layer, model.Model.Input))];
        var arrays = new DeviceArrays();
        foreach (IlgpuLayerPlan layer in layers)
        {
            AddLayer(arrays, layer);
        }

        arrays.AddFloats("LogitsGradient", model.Head.Outputs);
        DeviceRows head = DeviceRows.Dense(1, model.Head.Inputs);
        int chunks = 1;
        while (chunks < MostChunks && 2L * chunks * model.ParameterLength <= MostPartials)
        {
            chunks *= 2;
        }

        return new IlgpuPlan(
            model,
            layers.ToEquatableArray(),
            DotTiling.Of(1, model.Head.Outputs, head.Columns, MostLanes),
            model.Head.Trained ? OuterTiling.Of(model.Head.Outputs, head) : null,
            arrays.All,
            arrays.Floats,
            arrays.Integers,
            chunks);
    }

    private static void AddLayer(DeviceArrays arrays, IlgpuLayerPlan plan)
    {
        LayerPlan layer = plan.Layer;
        (int t, int k, int n, int l) = (layer.Instances, layer.Experts, layer.Patches, layer.Taken);
        bool all = layer.Spec.Gate == Gate.SoftmaxAll;
        string name = $"Layer{layer.Index}";
        switch (layer.Routing)
        {
            case Routing.ExpertChoice:
                arrays.AddFloats($"{name}Scores", t, k, n);
                arrays.AddIntegers($"{name}Routes", t, k, l);
                if (layer.HasGate)
                {
                    arrays.AddFloats($"{name}Gates", t, k, l);
                    arrays.AddFloats($"{name}GateGradients", t, k, l);
                }

                if (all)
                {
                    arrays.AddFloats($"{name}Probabilities", t, k, n);
                    arrays.AddFloats($"{name}ScoreGradients", t, k, n);
                }

                break;
            case Routing.Sample:
                arrays.AddFloats($"{name}PatchSums", t, layer.Dimension);
                arrays.AddFloats($"{name}Probabilities", t, k);
                arrays.AddFloats($"{name}GateGradients", t, n);
                arrays.AddFloats($"{name}ScoreGradients", t, k);
                arrays.AddIntegers($"{name}Routes", t);
                break;
        }

        arrays.AddFloats($"{name}Activations", t, plan.Units, l, plan.DeltaStep);
        arrays.AddFloats($"{name}Outputs", t, layer.Outputs);
        arrays.AddFloats($"{name}OutputGradients", t, layer.Outputs);
        if (plan.Folds)
        {
            arrays.AddFloats($"{name}PatchGradients", n, layer.Dimension);
        }
    }
}
