namespace PatchMoE.Gen.Planning;

/// <summary>The class that a model is emitted into; no symbols, so that equal classes compare equal.</summary>
/// <param name="Namespace">Its namespace; empty for the global one.</param>
/// <param name="ContainingTypes">The declarations around it, outermost first, for example <c>partial class Outer</c>.</param>
/// <param name="Declaration">Its own declaration, for example <c>partial class MnistJoint</c>.</param>
/// <param name="Name">Its name as code writes it, with <c>@</c> before a keyword.</param>
internal sealed record TargetClass(string Namespace, EquatableArray<string> ContainingTypes, string Declaration, string Name)
{
    /// <summary>The stem of the emitted files' names, unique in the compilation.</summary>
    public string FileStem => string.Join(".", Path).Replace("@", string.Empty);

    /// <summary>
    /// The namespace of all that a user does not see. Its last part is the class's full name, with _ for a dot and _0 for an underscore: no two
    /// classes share one, since no name begins with a digit.
    /// </summary>
    public string EmittedNamespace
    {
        get
        {
            string[] path = Path.ToArray();
            return "PatchMoE.Emitted." + (path.Length == 1 ? Name : string.Join(".", path).Replace("@", string.Empty)).Replace("_", "_0").Replace('.', '_');
        }
    }

    /// <summary>The class as code names it wherever it is: a base class can have a nested type of its short name.</summary>
    public string FullName => $"global::{string.Join(".", Path)}";

    private IEnumerable<string> Path =>
        (Namespace.Length == 0 ? Enumerable.Empty<string>() : [Namespace]).Concat(ContainingTypes.Select(type => type.Substring(type.LastIndexOf(' ') + 1))).Concat([Name]);
}
