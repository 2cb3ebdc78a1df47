// Needed by the compiler for records and init accessors; netstandard2.0 lacks it.
namespace System.Runtime.CompilerServices
{
    [Microsoft.CodeAnalysis.Embedded]
    internal static class IsExternalInit;
}

namespace Microsoft.CodeAnalysis
{
    /// <summary>Hides a type from the compilers of assemblies that see this one's internal types: they have their own.</summary>
    [Embedded]
    internal sealed class EmbeddedAttribute : System.Attribute;
}
