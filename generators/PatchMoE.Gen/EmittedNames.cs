namespace PatchMoE.Gen;

/// <summary>
/// The names that a model's class cannot have. One list for every network, so that an edit of a spec never makes a good name bad; a test
/// compares it with what is really emitted.
/// </summary>
public static class EmittedNames
{
    /// <summary>Members of the class; C# forbids a member of its class's name.</summary>
    private static readonly string[] s_members =
    [
        "AddWeightGradients", "Backward", "BackwardSample", "CreateWorkspace", "Experts", "Forward", "ForwardSample", "ForwardShare",
        "GradientsSample", "GradientsShare", "Head", "HeadBias", "HeadWeight", "ImageChannels", "ImageHeight", "ImageWidth", "Initialize",
        "InputLength", "Load", "LossAndGradients", "LossOf", "NeuronsPerExpert", "Outputs", "ParameterLength", "Parameters",
        "ParameterSpecs", "PatchDimension", "Patches", "PatchesPerExpert", "PatchRows", "Predict", "PredictShare", "Route", "RouteShape",
        "RouteShare", "Save", "Slot", "Spec", "_parameters", "s_parameterSpecs", "s_routeShape",
    ];

    /// <summary>Members of the class that each layer has, behind <c>Layer</c> and its number.</summary>
    private static readonly string[] s_layerMembers =
    [
        "", "Experts", "ExpertsBias", "ExpertsWeight", "Groups", "NeuronsPerExpert", "PatchDimension", "Patches", "PatchesPerExpert", "RouterWeight",
    ];

    /// <summary>What the code calls by its bare name, which a class of that name would hide.</summary>
    private static readonly string[] s_used =
    [
        "Add", "ArgumentException", "As", "BitConverter", "GeneratedCode", "Guard", "InitSpec", "IPassKernels", "IPatchMoEModel", "Loss", "Math",
        "MathF", "MemoryMarshal", "MethodImpl", "MethodImplOptions", "Panels", "ParameterSpec", "Pass", "PassArrays", "PassKind", "PatchMoESpec",
        "Simd128", "Simd256", "Simd512", "SimdScalar", "SpecReader", "TrainingSpec", "Values", "Vector128", "Vector256", "Vector512", "WeightInitializer",
        "WeightsFile", "Workspace",
    ];

    private static readonly HashSet<string> s_all = new(
        [.. s_members, .. s_used, .. Enumerable.Range(0, SpecReader.MaximumLevels).SelectMany(layer => s_layerMembers.Select(member => $"Layer{layer}{member}"))],
        StringComparer.Ordinal);

    /// <summary>All of them.</summary>
    public static IReadOnlyCollection<string> All => s_all;

    /// <summary>Whether a class cannot have the name.</summary>
    public static bool Contains(string name) => s_all.Contains(name);
}
