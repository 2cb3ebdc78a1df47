// Needed by the compiler for records, init accessors and collection expressions; netstandard2.0 lacks it.
namespace System.Runtime.CompilerServices
{
    [Microsoft.CodeAnalysis.Embedded]
    internal static class IsExternalInit;

    [Microsoft.CodeAnalysis.Embedded]
    [AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Interface, Inherited = false)]
    internal sealed class CollectionBuilderAttribute(Type builderType, string methodName) : Attribute
    {
        public Type BuilderType => builderType;

        public string MethodName => methodName;
    }
}

namespace Microsoft.CodeAnalysis
{
    /// <summary>Hides a type from the compilers of assemblies that see this one's internal types: they have their own.</summary>
    [Embedded]
    internal sealed class EmbeddedAttribute : System.Attribute;
}
