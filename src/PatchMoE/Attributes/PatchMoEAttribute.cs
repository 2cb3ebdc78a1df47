namespace PatchMoE;

/// <summary>
/// Makes a partial class a compiled network: from a spec file, or from the input, layer and head attributes beside this one.
/// </summary>
/// <param name="specFile">
/// The spec's path among the project's additional files, for example <c>specs/mnist-joint.json</c>; null to describe the network by attributes.
/// </param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class PatchMoEAttribute(string? specFile = null) : Attribute
{
    /// <summary>The spec's path, or null.</summary>
    public string? SpecFile { get; } = specFile;

    /// <summary>The spec's name when attributes describe the network; the class's name if not given.</summary>
    public string? Name { get; set; }

    /// <summary>The loss when attributes describe the network.</summary>
    public Loss Loss { get; set; }
}
