using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Parsing;

/// <summary>A class with [PatchMoE], read from its syntax and symbol. It holds neither, and compares by value.</summary>
/// <param name="Target">What to emit into.</param>
/// <param name="SpecFile">The spec's path in the attribute; null where attributes describe the network.</param>
/// <param name="SpecFileSpan">The position of that path.</param>
/// <param name="Attributes">The network as attributes describe it; null where a file does, or where the attributes are incomplete.</param>
/// <param name="NameSpan">The position of the class's name.</param>
/// <param name="Members">The members of the class that a generated one may clash with.</param>
/// <param name="TorchSharp">Whether it gets a TorchSharp module.</param>
/// <param name="Diagnostics">What is wrong with the class itself.</param>
internal sealed record ModelClass(
    TargetClass Target,
    string? SpecFile,
    SourceSpan SpecFileSpan,
    SpecNode? Attributes,
    SourceSpan NameSpan,
    EquatableArray<UserMember> Members,
    bool TorchSharp,
    EquatableArray<SpecDiagnostic> Diagnostics);
