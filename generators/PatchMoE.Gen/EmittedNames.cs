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
        "AddWeightGradients", "Backward", "BackwardExperts", "BackwardFeatures", "BackwardLayers", "BackwardSample", "ClearGradients", "CreateWorkspace",
        "Experts", "FeatureLength", "Features", "FeaturesShare", "Forward", "ForwardExperts", "ForwardLayers", "ForwardSample", "ForwardShare", "ForwardWindow",
        "GradientsByExperts", "GradientsSample", "GradientsShare", "Head", "HeadBias", "HeadWeight", "ImageChannels", "ImageHeight", "ImageWidth", "Initialize",
        "InputLength", "Load", "LossAndGradients", "LossOf", "LossOfSample", "Module", "NeuronsPerExpert", "Outputs", "ParameterLength", "Parameters",
        "ParameterSpecs", "PatchDimension", "Patches", "PatchesPerExpert", "PatchRows", "Predict", "PredictShare", "Route", "RouteSample",
        "RouteShape", "RouteShare", "Save", "SgdStep", "Slot", "Spec", "TakeOutputs", "_parameters", "s_parameterSpecs", "s_routeShape",
    ];

    /// <summary>Members of the class that each layer has, behind <c>Layer</c> and its number.</summary>
    private static readonly string[] s_layerMembers =
    [
        "", "Experts", "ExpertsBias", "ExpertsWeight", "Groups", "NeuronsPerExpert", "PatchDimension", "Patches", "PatchesPerExpert", "RouterWeight",
    ];

    /// <summary>What the code calls by its bare name, which something of that name in reach of the class would hide.</summary>
    private static readonly UsedName[] s_used =
    [
        .. Names(NameUse.Type, 0,
            "ArgumentException", "GeneratedCodeAttribute", "IPassKernels", "IPatchMoEModel", "MethodImplAttribute", "ParameterSpec", "Pass",
            "PassArrays", "PatchMoESpec", "Simd128", "Simd256", "Simd512", "Workspace"),
        .. Names(NameUse.Type, 1, "AlignedBuffer", "IReadOnlyList", "ISimd", "ReadOnlySpan", "Span", "Vector128", "Vector256", "Vector512"),
        .. Names(NameUse.Attribute, 0, "GeneratedCode", "MethodImpl"),
        .. Names(NameUse.Expression, 0,
            "Guard", "InitSpec", "Loss", "Math", "MathF", "MethodImplOptions", "Panels", "PassKind", "SimdScalar",
            "SpecReader", "TopScores", "TrainingSpec", "Values", "Vector128", "Vector256", "Vector512", "WeightTarget"),
        .. Names(NameUse.Method, 0, "Add"),
        .. Names(NameUse.Method, 2, "As"),
    ];

    private static readonly HashSet<string> s_all = new(
        [.. s_members, .. s_used.Where(used => used.Arity == 0).Select(used => used.Name), .. Enumerable.Range(0, SpecReader.MaximumLevels).SelectMany(layer => s_layerMembers.Select(member => $"Layer{layer}{member}"))],
        StringComparer.Ordinal);

    /// <summary>All of them.</summary>
    public static IReadOnlyCollection<string> All => s_all;

    /// <summary>Whether a class cannot have the name.</summary>
    public static bool Contains(string name) => s_all.Contains(name);

    /// <summary>The names that the code uses without saying where they come from.</summary>
    public static IReadOnlyList<UsedName> Used => s_used;

    /// <summary>The namespaces that the code's files import.</summary>
    public static IReadOnlyList<string> Namespaces { get; } =
    [
        "System", "System.CodeDom.Compiler", "System.Collections.Generic", "System.Runtime.CompilerServices",
        "System.Runtime.Intrinsics", "PatchMoE", "PatchMoE.Kernels",
    ];

    private static IEnumerable<UsedName> Names(NameUse use, int arity, params string[] names) => names.Select(name => new UsedName(name, arity, use));
}
