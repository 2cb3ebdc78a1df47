using System.Globalization;
using Microsoft.CodeAnalysis;

namespace PatchMoE.Gen.Tests;

/// <summary>What C# projects do with a diagnostic works with ours: they are located in syntax trees, and their descriptors are complete.</summary>
[TestFixture]
public sealed class SuppressionTests
{
    /// <summary>115 rows leave 3 that no patch covers: PMOE013.</summary>
    private const string Attributes = """
        using PatchMoE;

        [PatchMoE]
        [ImageInput(115, 112, Patch = 28)]
        [ExpertLayer(Experts = 2, PatchesPerExpert = 2, NeuronsPerExpert = 20)]
        [FixedHead]
        internal sealed partial class Net
        {
        }

        """;

    private static readonly UserProject s_project = UserProject.Of(Attributes);

    private static IEnumerable<TestCaseData> Rules => DiagnosticRules.All.Select(rule => new TestCaseData(rule).SetArgDisplayNames(rule.Id));

    [Test]
    public void Warning_StandsInTheTreeOfItsAttribute()
    {
        GeneratorRun run = s_project.Run();
        Diagnostic diagnostic = run.Diagnostics.Single();
        Assert.Multiple(() =>
        {
            Assert.That((diagnostic.Id, diagnostic.Severity, diagnostic.IsSuppressed), Is.EqualTo(("PMOE013", DiagnosticSeverity.Warning, false)));
            Assert.That(run.Output.SyntaxTrees, Does.Contain(diagnostic.Location.SourceTree));
            Assert.That(diagnostic.Location.SourceTree!.GetText().ToString(diagnostic.Location.SourceSpan), Is.EqualTo("28"));
        });
    }

    [TestCase("#pragma warning disable PMOE013\n[ImageInput(115, 112, Patch = 28)]\n#pragma warning restore PMOE013")]
    [TestCase("#pragma warning disable\n[ImageInput(115, 112, Patch = 28)]\n#pragma warning restore")]
    public void Pragma_Suppresses(string text) => Assert.That(Reported(s_project.Replace("Net.cs", "[ImageInput(115, 112, Patch = 28)]", text)), Is.Empty);

    [Test]
    public void PragmaElsewhere_DoesNotSuppress() => Assert.That(
        Reported(s_project.Replace("Net.cs", "[FixedHead]", "#pragma warning disable PMOE013\n[FixedHead]\n#pragma warning restore PMOE013")),
        Is.EqualTo(new[] { ("PMOE013", DiagnosticSeverity.Warning) }));

    [Test]
    public void SuppressMessage_OnTheClass_Suppresses() => Assert.That(
        Reported(s_project.Replace("Net.cs", "[PatchMoE]", "[PatchMoE]\n[System.Diagnostics.CodeAnalysis.SuppressMessage(\"PatchMoE\", \"PMOE013\")]")),
        Is.Empty);

    [TestCase("none", null)]
    [TestCase("silent", DiagnosticSeverity.Hidden)]
    [TestCase("suggestion", DiagnosticSeverity.Info)]
    [TestCase("warning", DiagnosticSeverity.Warning)]
    [TestCase("error", DiagnosticSeverity.Error)]
    public void EditorConfig_SetsTheSeverity(string severity, DiagnosticSeverity? expected) => Assert.That(
        Reported(s_project with { EditorConfig = $"root = true\n\n[*.cs]\ndotnet_diagnostic.PMOE013.severity = {severity}\n" }),
        Is.EqualTo(expected is { } level ? new[] { ("PMOE013", level) } : []));

    [Test]
    public void EditorConfig_OfOtherFiles_DoesNothing() => Assert.That(
        Reported(s_project with { EditorConfig = "root = true\n\n[Other.cs]\ndotnet_diagnostic.PMOE013.severity = none\n" }),
        Is.EqualTo(new[] { ("PMOE013", DiagnosticSeverity.Warning) }));

    [TestCase(ReportDiagnostic.Suppress, null)]
    [TestCase(ReportDiagnostic.Error, DiagnosticSeverity.Error)]
    public void ProjectOptions_SetTheSeverity(ReportDiagnostic option, DiagnosticSeverity? expected) => Assert.That(
        Reported(s_project with { Options = s_project.Options.WithSpecificDiagnosticOptions([KeyValuePair.Create("PMOE013", option)]) }),
        Is.EqualTo(expected is { } level ? new[] { ("PMOE013", level) } : []));

    /// <summary>The pragma moves with the code: nothing is regenerated, and the diagnostic is found in the new tree.</summary>
    [Test]
    public void EditedPragma_IsSeenInTheNextRun()
    {
        UserProject suppressed = s_project.Replace("Net.cs", "[ImageInput", "#pragma warning disable PMOE013\n[ImageInput");
        GeneratorRun first = s_project.Run();
        GeneratorRun second = first.After(suppressed);
        Assert.Multiple(() =>
        {
            Assert.That(second.Diagnostics.Where(diagnostic => !diagnostic.IsSuppressed), Is.Empty);
            Assert.That(second.After(s_project).Diagnostics.Count(diagnostic => !diagnostic.IsSuppressed), Is.EqualTo(1));
            Assert.That(second.Texts.Values, Is.EquivalentTo(first.Texts.Values).Using<object>(ReferenceEquals));
        });
    }

    [Test]
    public void SpecUsedByTwoClasses_IsReportedOnce()
    {
        GeneratorRun run = UserProject.Of(
            "[PatchMoE.PatchMoE(\"net.json\")]\npartial class A;\n[PatchMoE.PatchMoE(\"net.json\")]\npartial class B;", UserProject.Spec("net.json", "{ \"name\": 3 }")).Run();
        Assert.That(run.Diagnostics.Select(diagnostic => diagnostic.Id), Is.EquivalentTo(new[] { "PMOE003", "PMOE004" }));
    }

    [TestCaseSource(nameof(Rules))]
    public void Descriptor_SaysWhatTheRuleSays(DiagnosticRule rule)
    {
        DiagnosticDescriptor descriptor = RuleDescriptors.Of(rule);
        SpecDiagnostic diagnostic = SpecDiagnostic.Of(rule, "a.path", default, "first", 2, 3.5, "fourth", "fifth");
        Assert.Multiple(() =>
        {
            Assert.That((descriptor.Id, descriptor.Title.ToString(CultureInfo.InvariantCulture)), Is.EqualTo((rule.Id, rule.Title)));
            Assert.That(descriptor.MessageFormat.ToString(CultureInfo.InvariantCulture), Does.EndWith(rule.MessageFormat));
            Assert.That(descriptor.HelpLinkUri, Is.EqualTo(rule.HelpLink));
            Assert.That(RuleDescriptors.ToDiagnostic(diagnostic, Location.None).GetMessage(CultureInfo.InvariantCulture), Is.EqualTo(diagnostic.Message));
            Assert.That(diagnostic.Message, Does.StartWith("a.path: "));
        });
    }

    private static IEnumerable<(string Id, DiagnosticSeverity Severity)> Reported(UserProject project) =>
        project.Run().Diagnostics.Where(diagnostic => !diagnostic.IsSuppressed).Select(diagnostic => (diagnostic.Id, diagnostic.Severity));
}
