using System.Diagnostics;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace PatchMoE.Gen.Tests;

/// <summary>Code emitted for random networks compiles without any warning in each combination of a project's settings, and is the same in every culture.</summary>
[TestFixture]
public sealed class DrawnNetworkTests
{
    /// <summary>How many networks each combination of settings compiles; a variable asks for more.</summary>
    private static readonly int s_networks = int.TryParse(Environment.GetEnvironmentVariable("PATCHMOE_SETTINGS_NETWORKS"), CultureInfo.InvariantCulture, out int networks) ? networks : 2;

    // All that the generator takes; what it does with an older one is ClassRuleTests' affair.
    private static readonly LanguageVersion[] s_languages =
        [LanguageVersion.CSharp11, LanguageVersion.CSharp12, LanguageVersion.CSharp13, LanguageVersion.Latest, LanguageVersion.Preview];

    private static IEnumerable<TestCaseData> Settings() =>
        from optimization in new[] { OptimizationLevel.Debug, OptimizationLevel.Release }
        from isChecked in new[] { false, true }
        from nullable in new[] { NullableContextOptions.Enable, NullableContextOptions.Disable }
        select new TestCaseData(optimization, isChecked, nullable).SetArgDisplayNames($"{optimization}", isChecked ? "checked" : "unchecked", $"nullable {nullable}");

    [TestCaseSource(nameof(Settings))]
    public void AnySettings_CompileClean(OptimizationLevel optimization, bool isChecked, NullableContextOptions nullable)
    {
        int part = ((optimization == OptimizationLevel.Release ? 1 : 0) * 4) + ((isChecked ? 1 : 0) * 2) + (nullable == NullableContextOptions.Enable ? 1 : 0);
        for (int i = 0; i < s_languages.Length; i++)
        {
            // Other networks in each combination.
            int first = ((part * s_languages.Length) + i) * s_networks;
            PatchMoESpec[] specs = [.. DrawnNetworks.Of(first, s_networks)];
            UserProject project = DrawnNetworks.Project(specs);
            GeneratorRun run = (project with
            {
                Language = s_languages[i],
                Options = project.Options.WithOptimizationLevel(optimization).WithOverflowChecks(isChecked).WithNullableContextOptions(nullable),
            }).Run();
            Assert.Multiple(() =>
            {
                Assert.That(run.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error), Is.Empty);
                Assert.That(run.CompilerDiagnostics.Take(10).Select(diagnostic => diagnostic.ToString()), Is.Empty, $"networks from {first}, C# {s_languages[i]}");
                Assert.That(run.Sources, Has.Count.GreaterThanOrEqualTo(3 * specs.Length));
            });
        }
    }

    [Test]
    public void AnyCulture_EmitsTheSameText()
    {
        ProcessStartInfo start = SecondProcess.Start(SecondProcess.EmitInCultures, "de-DE", "tr-TR");
        start.Environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "0";
        using Process process = Process.Start(start)!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, errors);
    }
}
