namespace PatchMoE.Gen.Planning.Ilgpu;

/// <summary>A network's kernels on a GPU: every tile, group size, byte of shared memory and offset of scratch is decided.</summary>
/// <param name="Model">The network's plan.</param>
/// <param name="Layers">Its layers, lowest first.</param>
/// <param name="Logits">The tiles of the head.</param>
/// <param name="HeadGradient">The tiles of the head's gradient; null for a fixed head.</param>
/// <param name="Arrays">Scratch.</param>
/// <param name="Chunks">
/// Parts of the batch whose gradients are added up side by side, then summed in order: many for few weights, which alone would not fill a GPU.
/// </param>
internal sealed record IlgpuPlan(
    ModelPlan Model,
    EquatableArray<IlgpuLayerPlan> Layers,
    ProductTiling Logits,
    GradientTiling? HeadGradient,
    EquatableArray<DeviceArray> Arrays,
    int Chunks)
{
    /// <summary>32 MiB of partial gradients.</summary>
    private const long MaxPartials = 8L << 20;
    private const int MaxChunks = 64;
    private const int MaxLanes = 16;
    private const int BiasThreads = 64;

    /// <summary>Threads of a group of a kernel that touches each value once.</summary>
    public const int ElementThreads = 128;

    /// <summary>The loss: a thread per sample, then a thread per output of the top layer.</summary>
    public const int LossThreads = 64;
    public const int LossSamples = 8;

    /// <summary>Floats of scratch per sample.</summary>
    public int Floats => DeviceArrays.Length(Arrays, integers: false);

    /// <summary>Integers of scratch per sample.</summary>
    public int Integers => DeviceArrays.Length(Arrays, integers: true);

    /// <summary>The top layer.</summary>
    public IlgpuLayerPlan Top => Layers[Layers.Count - 1];

    /// <summary>Floats of partial gradients; none where there is one chunk, which writes the gradients themselves.</summary>
    public long PartialFloats => Chunks == 1 ? 0 : (long)Chunks * Model.ParameterLength;

    /// <summary>Floats from one chunk's partial gradients to the next; 0 where there is one chunk.</summary>
    public long PartialStep => Chunks == 1 ? 0 : Model.ParameterLength;

    /// <summary>The outputs of the top layer, which the head reads.</summary>
    public PatchLayout HeadLayout => PatchLayout.Dense(1, Model.Head.Inputs);

    /// <summary>The head's biases, a thread each.</summary>
    public ElementTiling HeadBiasGradient => new(Model.Head.Outputs, BiasThreads);

    /// <summary>The sum over chunks, a thread per value of the parameter buffer.</summary>
    public ElementTiling Sum => new(Model.ParameterLength, ElementThreads);

    public static IlgpuPlan Of(ModelPlan model)
    {
        IlgpuLayerPlan[] layers = [.. model.Layers.Select(layer => IlgpuLayerPlan.Of(layer, model))];
        var arrays = new DeviceArrays();
        foreach (IlgpuLayerPlan layer in layers)
        {
            AddLayer(arrays, layer);
        }

        arrays.AddFloats("LogitsGradient", model.Head.Outputs);
        PatchLayout head = PatchLayout.Dense(1, model.Head.Inputs);
        int chunks = 1;
        while (chunks < MaxChunks && 2L * chunks * model.ParameterLength <= MaxPartials)
        {
            chunks *= 2;
        }

        return new IlgpuPlan(
            model,
            layers.ToEquatableArray(),
            ProductTiling.Of(1, model.Head.Outputs, head.Vectors, MaxLanes),
            model.Head.Trained ? GradientTiling.Of(model.Head.Outputs, head) : null,
            arrays.All,
            chunks);
    }

    /// <summary>Gates and their gradients are [k, n] as scores are: a patch's lie in one column, wherever its pairs stand in the lists of the experts.</summary>
    private static void AddTokenChoice(DeviceArrays arrays, LayerPlan layer, string name)
    {
        TokenPlan token = layer.Token!;
        (int t, int k, int n) = (layer.Instances, layer.Experts, layer.Patches);
        arrays.AddFloats($"{name}Scores", t, k, n);
        arrays.AddIntegers($"{name}Choices", t, n, token.PerPatch);
        arrays.AddIntegers($"{name}Counts", t, k);
        arrays.AddIntegers($"{name}Routes", t, k, layer.Taken);
        AddIntegersIf(token.HasCapacity, "Kept", t, n, token.PerPatch);
        AddIf(token.HasSoftmax, "Probabilities", t, k, n);
        AddIf(layer.HasGate && layer.Spec.Gate != Gate.SoftmaxAll, "Gates", t, k, n);
        AddIf(layer.HasGate, "GateGradients", t, k, n);
        AddIf(layer.HasDenseScores, "ScoreGradients", t, k, n);
        AddIf(token.ByScore, "Priorities", t, n);
        AddIf(token.HasZLoss, "LogSums", t, n);
        if (AuxiliarySums.Of(layer) is { } sums)
        {
            arrays.AddFloats($"{name}Sums", t, sums.Length);

            // The batch has one row; arrays are dense over its samples.
            arrays.AddFloats($"{name}Factors", k + 1);
        }

        void AddIf(bool isUsed, string array, params int[] shape)
        {
            if (isUsed)
            {
                arrays.AddFloats(name + array, shape);
            }
        }

        void AddIntegersIf(bool isUsed, string array, params int[] shape)
        {
            if (isUsed)
            {
                arrays.AddIntegers(name + array, shape);
            }
        }
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
            case Routing.TokenChoice:
                AddTokenChoice(arrays, layer, name);
                break;
            case Routing.Sample:
                arrays.AddFloats($"{name}PatchSums", t, layer.Dimension);
                arrays.AddFloats($"{name}Probabilities", t, k);
                arrays.AddFloats($"{name}GateGradients", t, n);
                arrays.AddFloats($"{name}ScoreGradients", t, k);
                arrays.AddIntegers($"{name}Routes", t);
                break;
        }

        arrays.AddFloats($"{name}Activations", t, plan.Units, l, plan.DeltaStride);
        int[] outputs = layer.Map is { } map ? [map.AllRows, map.AllColumns, map.Channels] : [t, layer.Outputs];
        arrays.AddFloats($"{name}Outputs", outputs);
        arrays.AddFloats($"{name}OutputGradients", outputs);
        if (plan.Folds)
        {
            arrays.AddFloats($"{name}PatchGradients", n, layer.Dimension);
        }
    }
}
