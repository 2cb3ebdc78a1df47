namespace PatchMoE.Gen.Planning;

/// <summary>The class that a model is emitted into; no symbols, so that equal classes compare equal.</summary>
/// <param name="Namespace">Its namespace; empty for the global one.</param>
/// <param name="ContainingTypes">The declarations around it, outermost first, for example <c>partial class Outer</c>.</param>
/// <param name="Declaration">Its own declaration, for example <c>partial class MnistJoint</c>.</param>
/// <param name="Name">Its name as code writes it, with <c>@</c> before a keyword.</param>
internal sealed record TargetClass(string Namespace, EquatableArray<string> ContainingTypes, string Declaration, string Name)
{
    /// <summary>The stem of the emitted files' names, unique in the compilation.</summary>
    public string FileStem
    {
        get
        {
            IEnumerable<string> containing = ContainingTypes.Select(type => type.Substring(type.LastIndexOf(' ') + 1));
            IEnumerable<string> parts = (Namespace.Length == 0 ? Enumerable.Empty<string>() : [Namespace]).Concat(containing).Concat([Name]);
            return string.Join(".", parts).Replace("@", string.Empty);
        }
    }
}
