using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using PatchMoE.Gen.Emission;
using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Parsing;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen;

/// <summary>
/// Emits a model for every class with [PatchMoE]: parse → validate → plan → emit. Positions in files end at the diagnostics; the plan
/// sees the spec alone, so an edit that moves lines regenerates nothing.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class PatchMoEGenerator : IIncrementalGenerator
{
    /// <summary>The name of the step whose result is a plan, for tests of what an edit regenerates.</summary>
    public const string PlanStep = "Plan";

    /// <summary>The name of the step behind it, whose result is a plan with the names of its files.</summary>
    public const string NameStep = "Name";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValueProvider<ImmutableArray<SpecFile>> files = context.AdditionalTextsProvider
            .Where(file => SpecFile.MayBe(file.Path))
            .Select((file, cancellation) => (Text: file, Spec: new SpecFile(file.Path, SpecReader.Read(file.GetText(cancellation)?.ToString() ?? string.Empty, file.Path))))
            .Combine(context.AnalyzerConfigOptionsProvider)
            .Select((input, _) => input.Right.GetOptions(input.Left.Text).TryGetValue(SpecFile.LinkOption, out string? link) ? input.Left.Spec with { Link = link } : input.Left.Spec)
            .Collect();
        IncrementalValueProvider<string> projectFolder = context.AnalyzerConfigOptionsProvider.Select((options, _) =>
            options.GlobalOptions.TryGetValue("build_property.projectdir", out string? folder) ? folder : string.Empty);
        IncrementalValuesProvider<ModelResult> models = context.SyntaxProvider
            .ForAttributeWithMetadataName(ClassParser.AttributeName, (node, _) => node is TypeDeclarationSyntax, ClassParser.Parse)
            .Where(model => model is not null)
            .Combine(files)
            .Combine(projectFolder)
            .Select((input, _) => ModelResult.Resolve(input.Left.Left!, input.Left.Right, input.Right));

        IncrementalValueProvider<EquatableArray<SpecDiagnostic>> diagnostics = models.Collect().Select((all, _) => Diagnostics(all));
        context.RegisterSourceOutput(diagnostics.Combine(context.CompilationProvider), (output, input) => Report(output, input.Left, input.Right));
        IncrementalValuesProvider<ModelPlan> plans = models
            .Where(model => model.Source is not null)
            .Select((model, _) => model.Source!)
            .Select((source, _) => Planner.Plan(source.Spec, source.Target))
            .WithTrackingName(PlanStep);
        IncrementalValueProvider<EquatableArray<RenamedFiles>> renamed = plans.Collect().Select((all, _) => FileNames.Renamed(all));
        IncrementalValueProvider<Backends> backends = context.CompilationProvider.Select((compilation, _) => Backends.Of(compilation));
        context.RegisterSourceOutput(
            plans.Combine(renamed).Combine(backends).Select((input, _) => FileNames.Name(input.Left.Left, input.Left.Right, input.Right)).WithTrackingName(NameStep),
            Emit);
    }

    private static void Emit(SourceProductionContext output, NamedPlan plan)
    {
        foreach (EmittedSource source in ModelEmitter.Emit(plan))
        {
            output.CancellationToken.ThrowIfCancellationRequested();
            output.AddSource(source.Name, SourceText.From(source.Text, Encoding.UTF8));
        }
    }

    /// <summary>Reports with the trees of the compilation as it is now; what the pipeline compares holds none.</summary>
    private static void Report(SourceProductionContext output, EquatableArray<SpecDiagnostic> diagnostics, Compilation compilation)
    {
        foreach (SpecDiagnostic diagnostic in diagnostics)
        {
            output.ReportDiagnostic(RuleDescriptors.ToDiagnostic(diagnostic, diagnostic.Span.ToLocation(compilation)));
        }
    }

    /// <summary>What is wrong with the classes, each mistake once: several classes can be compiled from one file.</summary>
    private static EquatableArray<SpecDiagnostic> Diagnostics(ImmutableArray<ModelResult> models) =>
        models.SelectMany(model => model.Diagnostics).Concat(SameNames(models)).Distinct().ToEquatableArray();

    private static IEnumerable<SpecDiagnostic> SameNames(ImmutableArray<ModelResult> models) => models
        .Where(model => model.SpecName is not null)
        .GroupBy(model => model.SpecName!, StringComparer.Ordinal)
        .SelectMany(group => group.Skip(1).Select(later => ClassParser.Report(DiagnosticRules.DuplicateSpecName, later.NameSpan, group.Key, group.First().ClassName)));
}
