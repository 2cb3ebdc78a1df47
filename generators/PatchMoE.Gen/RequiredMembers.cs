// What the compiler needs for required members and netstandard2.0 lacks.
namespace System.Runtime.CompilerServices
{
    internal sealed class RequiredMemberAttribute : Attribute;

    internal sealed class CompilerFeatureRequiredAttribute(string featureName) : Attribute
    {
        public string FeatureName { get; } = featureName;
    }
}

namespace System.Diagnostics.CodeAnalysis
{
    internal sealed class SetsRequiredMembersAttribute : Attribute;
}
