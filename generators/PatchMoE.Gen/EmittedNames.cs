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
        "Backward", "BackwardFeatures", "CreateWorkspace", "Experts", "FeatureLength", "Features", "Forward", "HeadBias", "HeadWeight", "ImageChannels",
        "ImageHeight", "ImageWidth", "Initialize", "InputLength", "Load", "LossAndGradients", "Module", "NeuronsPerExpert", "Outputs", "ParameterLength",
        "Parameters", "ParameterSpecs", "PatchDimension", "Patches", "PatchesPerExpert", "Predict", "Route", "RouteShape", "Save", "SgdStep", "Spec",
        "_network", "s_parameterSpecs", "s_routeShape",
    ];

    /// <summary>Members of the class that each layer has, behind <c>Layer</c> and its number.</summary>
    private static readonly string[] s_layerMembers =
    [
        "Experts", "ExpertsBias", "ExpertsWeight", "Groups", "NeuronsPerExpert", "PatchDimension", "Patches", "PatchesPerExpert", "RouterWeight",
    ];

    private static readonly HashSet<string> s_all = new(
        [.. s_members, .. Enumerable.Range(0, SpecReader.MaximumLevels).SelectMany(layer => s_layerMembers.Select(member => $"Layer{layer}{member}"))],
        StringComparer.Ordinal);

    /// <summary>All of them.</summary>
    public static IReadOnlyCollection<string> All => s_all;

    /// <summary>Whether a class cannot have the name.</summary>
    public static bool Contains(string name) => s_all.Contains(name);
}
