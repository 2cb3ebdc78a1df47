using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Parsing;

/// <summary>A spec and the class it is compiled into: all that planning needs, and nothing that moves when lines move.</summary>
internal sealed record ModelSource(PatchMoESpec Spec, TargetClass Target);

/// <summary>A class with its spec read.</summary>
/// <param name="Source">What to compile; null if anything is wrong.</param>
/// <param name="SpecName">The spec's name; null if there is no valid spec.</param>
/// <param name="ClassName">The class's name.</param>
/// <param name="NameSpan">Its position.</param>
/// <param name="Diagnostics">All that there is to say.</param>
internal sealed record ModelResult(
    ModelSource? Source, string? SpecName, string ClassName, SourceSpan NameSpan, EquatableArray<SpecDiagnostic> Diagnostics)
{
    public static ModelResult Resolve(ModelClass model, IEnumerable<SpecFile> files, string projectFolder)
    {
        SpecResult read = WithoutBackbone(Read(model, files, projectFolder), model);
        SpecDiagnostic[] diagnostics = [.. model.Diagnostics, .. read.Diagnostics, .. read.Spec is null ? [] : Clashes(model, read.Spec.Model)];
        bool usable = read.Spec is not null && diagnostics.All(diagnostic => diagnostic.Rule.Level != DiagnosticLevel.Error);
        return new ModelResult(
            usable ? new ModelSource(new PatchMoESpec(read.Spec!.Name, read.Spec.Model), model.Target) : null,
            read.Spec?.Name,
            model.Target.Name,
            model.NameSpan,
            diagnostics.ToEquatableArray());
    }

    /// <summary>C# forbids a member with the name of its class, and two members of one name unless they are overloads.</summary>
    private static IEnumerable<SpecDiagnostic> Clashes(ModelClass model, ModelSpec network)
    {
        ClassMember[] generated = EmittedMembers.Of(network, model.TorchSharp).ToArray();
        if (generated.Any(member => member.Name == model.Target.Name))
        {
            yield return ClassParser.Report(DiagnosticRules.EmittedName, model.NameSpan, model.Target.Name);
        }

        foreach (UserMember user in model.Members)
        {
            if (generated.FirstOrDefault(user.Member.Excludes) is { } member)
            {
                yield return ClassParser.Report(DiagnosticRules.EmittedMember, user.Span, user.Display, member.DisplayName, model.Target.Name);
            }
        }
    }

    /// <summary>Convolutions belong to a library: of a network with a backbone only the layer on its map can be compiled, from a spec of its own.</summary>
    private static SpecResult WithoutBackbone(SpecResult read, ModelClass model)
    {
        if (read.Spec is not { Model.Backbone: { } backbone } spec)
        {
            return read;
        }

        SpecDiagnostic diagnostic = ClassParser.Report(DiagnosticRules.BackboneNotCompiled, model.SpecFileSpan, spec.Name, backbone.MapText());
        return new SpecResult(null, read.Diagnostics.Append(diagnostic).ToEquatableArray());
    }

    private static SpecResult Read(ModelClass model, IEnumerable<SpecFile> files, string projectFolder)
    {
        if (model.SpecFile is null)
        {
            return model.Attributes is null ? new SpecResult(null, default) : SpecReader.Read(model.Attributes, model.Target.Name);
        }

        if (SpecFile.WhyNoSpec(model.SpecFile) is { } reason)
        {
            return Failure(DiagnosticRules.NotASpecFile, model.SpecFile, reason);
        }

        IReadOnlyList<SpecFile> found = SpecFile.Find(files, model.SpecFile, projectFolder);
        return found.Count switch
        {
            1 => found[0].Result,
            0 => Failure(DiagnosticRules.SpecFileNotFound, model.SpecFile, SpecFile.List(files, projectFolder)),
            _ => Failure(DiagnosticRules.SpecFileAmbiguous, model.SpecFile, string.Join(", ", found.Select(file => file.Path))),
        };

        SpecResult Failure(DiagnosticRule rule, params string[] arguments) =>
            new(null, EquatableArray.Of(ClassParser.Report(rule, model.SpecFileSpan, arguments)));
    }
}
