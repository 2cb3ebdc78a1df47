namespace PatchMoE;

/// <summary>
/// Turns a partial class into a compiled network, described by a spec file or by the input, layer and head attributes next to this one.
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
