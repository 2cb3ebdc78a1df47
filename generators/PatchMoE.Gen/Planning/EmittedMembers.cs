namespace PatchMoE.Gen.Planning;

/// <summary>The members that a model's class gets; a test compares them with what is emitted.</summary>
internal static class EmittedMembers
{
    private const string Getter = "get_";
    private const string Interface = "PatchMoE.IPatchMoEModel.";
    private const string Floats = "global::System.Span<float>";
    private const string Integers = "global::System.Span<int>";
    private const string Input = "global::System.ReadOnlySpan<float>";
    private const string Labels = "global::System.ReadOnlySpan<int>";
    private const string Workspace = "global::PatchMoE.Workspace";

    private static readonly ClassMember[] s_common =
    [
        new("_network"),
        .. Values("InputLength", "Outputs", "FeatureLength", "ParameterLength"),
        .. Properties("Spec", "ParameterSpecs", "Parameters", "RouteShape", "Metadata"),
        Method("set_Metadata", "global::PatchMoE.ModelMetadata"),
        .. Values(Interface + "Spec", Interface + "InputLength", Interface + "Outputs", Interface + "FeatureLength", "PatchMoE.ICompiledModel.Network"),
        Method("CreateWorkspace", "int"),
        Method("Forward", Input, Floats, Workspace, Labels),
        Method("Predict", Input, Integers, Workspace, Labels),
        Method("Features", Input, Floats, Workspace, Labels),
        Method("LossAndGradients", Input, Labels, Floats, Floats, Workspace, Floats, Labels),
        Method("SgdStep", Input, Labels, Floats, "double", "double", Workspace, Labels),
        Method("Backward", Input, Input, Floats, Workspace, Floats, Labels),
        Method("BackwardFeatures", Input, Input, Floats, Workspace, Floats, Labels),
        Method("Route", Input, Integers, Floats, Floats, Workspace, Labels),
        Method("Initialize", "ulong", "global::PatchMoE.InitSpec"),
        Method("Save", "string"),
        Method("Load", "string"),
        Method("Dispose"),
    ];

    private static readonly ClassMember s_module = new("Module", MemberKind.Type);
    private static readonly string[] s_imageSizes = ["ImageHeight", "ImageWidth", "ImageChannels"];
    private static readonly string[] s_layerSizes = ["Groups", "Patches", "PatchDimension", "Experts", "PatchesPerExpert", "NeuronsPerExpert"];
    private static readonly string[] s_tensors = ["RouterWeight", "ExpertsWeight", "ExpertsBias"];

    private static readonly HashSet<string> s_names = new(
        [
            .. s_common.Select(member => member.Name),
            s_module.Name,
            .. s_imageSizes,
            .. s_layerSizes,
            .. Enumerable.Range(0, SpecReader.MaximumLevels).SelectMany(layer => s_layerSizes.Concat(s_tensors).Select(name => $"Layer{layer}{name}")),
            "HeadWeight",
            "HeadBias",
            "EmbeddingWeight",
        ],
        StringComparer.Ordinal);

    /// <summary>Whether some network's class has a member of a name, or a property that the method of that name reads.</summary>
    public static bool IsName(string name) => s_names.Contains(name.StartsWith(Getter, StringComparison.Ordinal) ? name.Substring(Getter.Length) : name);

    /// <summary>The members of a network's class.</summary>
    /// <param name="model">The network.</param>
    /// <param name="torchSharp">Whether it gets a TorchSharp module.</param>
    public static IEnumerable<ClassMember> Of(ModelSpec model, bool torchSharp) =>
    [
        .. s_common,
        .. torchSharp ? [s_module] : Enumerable.Empty<ClassMember>(),
        .. model.Input is ImageInputSpec ? Values(s_imageSizes) : [],
        .. model.LayerShapes().SelectMany((shape, i) => Values([.. LayerSizes(shape, model.Layers[i]).Select(name => model.Layers.Count == 1 ? name : $"Layer{i}{name}")])),
        .. Properties([.. model.Parameters().Select(Name)]),
    ];

    /// <summary>A tensor's name as a member: <c>layers.0.router.weight</c> is <c>Layer0RouterWeight</c>.</summary>
    public static string Name(ParameterSpec parameter) =>
        string.Concat(parameter.Name.Split('.').Select(part => char.ToUpperInvariant(part[0]) + part.Substring(1))).Replace("Layers", "Layer");

    private static IEnumerable<string> LayerSizes(LayerShape shape, LayerSpec layer) => s_layerSizes.Where(size => size switch
    {
        "Groups" => shape.Instances > 1,
        "PatchesPerExpert" => layer.Routing == Routing.ExpertChoice,
        _ => true,
    });

    private static IEnumerable<ClassMember> Values(params string[] names) => names.Select(name => new ClassMember(name));

    /// <summary>Properties, and the methods that read them in the metadata.</summary>
    private static IEnumerable<ClassMember> Properties(params string[] names) => names.SelectMany(name => new[] { new ClassMember(name), Method(Getter + name) });

    private static ClassMember Method(string name, params string[] parameters) => new(name, MemberKind.Method, string.Join(", ", parameters));
}
