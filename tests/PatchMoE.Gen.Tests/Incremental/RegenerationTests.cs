using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace PatchMoE.Gen.Tests;

/// <summary>What an edit regenerates; each test is named after the edit.</summary>
[TestFixture]
public sealed class RegenerationTests
{
    private static readonly UserProject s_project = new()
    {
        Sources =
        [
            new UserFile("/user/Joint.cs", "using PatchMoE;\n\n[PatchMoE(\"specs/mnist-joint.json\")]\ninternal sealed partial class Joint\n{\n}\n"),
            new UserFile("/user/Inline.cs", """
                using PatchMoE;

                [PatchMoE]
                [VectorsInput(16, 24)]
                [ExpertLayer(Experts = 2, PatchesPerExpert = 3, NeuronsPerExpert = 5)]
                [FixedHead]
                internal sealed partial class Inline;
                """),
            new UserFile("/user/Other.cs", "internal static class Other\n{\n    public static int Answer => 42;\n}\n"),
        ],
        Files = [UserProject.Spec("specs/mnist-joint.json"), UserProject.Spec("appsettings.json", "{ \"a\": 1 }")],
    };

    /// <summary>The run before the edit; a run is never changed by the next.</summary>
    private static readonly Lazy<GeneratorRun> s_before = new(s_project.Run);

    [Test]
    public void FirstRun_GeneratesBothModels()
    {
        GeneratorRun run = s_before.Value;
        Assert.Multiple(() =>
        {
            Assert.That(run.Diagnostics, Is.Empty);
            Assert.That(Plans(run), Is.EqualTo(new[] { "Inline New", "Joint New" }));
            Assert.That(run.Sources, Has.Count.EqualTo(6));
        });
    }

    [Test]
    public void AddedComment_RegeneratesNothing() => RegeneratesNothing(s_project.Replace("Joint.cs", "{\n}", "{\n    // A comment.\n}"));

    [Test]
    public void AddedCommentAtAttribute_RegeneratesNothing() => RegeneratesNothing(s_project.Replace("Inline.cs", "[FixedHead]", "[FixedHead] // Never trained."));

    [Test]
    public void MovedLines_RegeneratesNothing()
    {
        UserProject moved = s_project.Replace("Joint.cs", "using PatchMoE;\n", "using PatchMoE;\n\n\n").Replace("Inline.cs", "using PatchMoE;\n", "\n\nusing PatchMoE;\n");
        RegeneratesNothing(moved);
    }

    [Test]
    public void EditedOtherClass_RegeneratesNothing() => RegeneratesNothing(s_project.Replace("Other.cs", "42", "43"));

    [Test]
    public void AddedOtherFile_RegeneratesNothing() => RegeneratesNothing(s_project with { Sources = s_project.Sources.Add(new UserFile("/user/More.cs", "internal class More;")) });

    [Test]
    public void AddedMember_RegeneratesNothing() => RegeneratesNothing(s_project.Replace("Joint.cs", "{\n}", "{\n    public int Twice => 2 * Outputs;\n}"));

    [Test]
    public void EditedUnrelatedJson_RegeneratesNothing() => RegeneratesNothing(s_project.Replace("appsettings.json", "1", "2"));

    [Test]
    public void EditedTrainingSection_RegeneratesNothing() => RegeneratesNothing(s_project.Replace("specs/mnist-joint.json", "\"epochs\": 150", "\"epochs\": 151"));

    [Test]
    public void ReformattedSpec_RegeneratesNothing() => RegeneratesNothing(s_project.Replace("specs/mnist-joint.json", "  ", "\t"));

    [Test]
    public void EditedSpec_RegeneratesThatModelAlone() => RegeneratesAlone("Joint", s_project.Replace("specs/mnist-joint.json", "\"patchesPerExpert\": 6", "\"patchesPerExpert\": 7"));

    [Test]
    public void EditedAttribute_RegeneratesThatModelAlone() => RegeneratesAlone("Inline", s_project.Replace("Inline.cs", "PatchesPerExpert = 3", "PatchesPerExpert = 4"));

    [Test]
    public void RenamedClass_RegeneratesThatModelAlone()
    {
        GeneratorRun before = s_before.Value;
        GeneratorRun after = before.After(s_project.Replace("Joint.cs", "class Joint", "class Renamed"));
        Assert.Multiple(() =>
        {
            Assert.That(Plans(after), Is.EqualTo(new[] { "Inline Cached", "Renamed Modified" }));
            Assert.That(after.Texts.Keys.Order(StringComparer.Ordinal), Is.EqualTo(before.Texts.Keys.Select(name => name.Replace("Joint", "Renamed", StringComparison.Ordinal)).Order(StringComparer.Ordinal)));
            Assert.That(TakenOver(before, after), Is.EquivalentTo(before.Texts.Keys.Where(name => name.StartsWith("Inline", StringComparison.Ordinal))));
        });
    }

    [Test]
    public void AddedSecondModel_GeneratesThatModelAlone()
    {
        GeneratorRun before = s_before.Value;
        GeneratorRun after = before.After(s_project with
        {
            Sources = s_project.Sources.Add(new UserFile("/user/Wide.cs", "[PatchMoE.PatchMoE(\"specs/wide.json\")]\ninternal sealed partial class Wide;\n")),
            Files = s_project.Files.Add(UserProject.Spec("specs/wide.json")),
        });
        Assert.Multiple(() =>
        {
            Assert.That(Plans(after), Is.EqualTo(new[] { "Inline Cached", "Joint Cached", "Wide New" }));
            Assert.That(TakenOver(before, after), Is.EquivalentTo(before.Texts.Keys));
            Assert.That(after.Texts, Has.Count.EqualTo(9));
        });
    }

    [Test]
    public void BrokenSpec_RemovesThatModelAlone()
    {
        GeneratorRun before = s_before.Value;
        GeneratorRun after = before.After(s_project.Replace("specs/mnist-joint.json", "\"patchesPerExpert\": 6", "\"patchesPerExpert\": 60"));
        Assert.Multiple(() =>
        {
            Assert.That(after.Diagnostics.Select(diagnostic => diagnostic.Id), Is.EqualTo(new[] { "PMOE011" }));
            Assert.That(after.Texts.Keys, Is.EquivalentTo(before.Texts.Keys.Where(name => name.StartsWith("Inline", StringComparison.Ordinal))));
            Assert.That(TakenOver(before, after), Is.EquivalentTo(after.Texts.Keys));
        });
    }

    /// <summary>The code stays, but its diagnostics must move with the lines.</summary>
    [Test]
    public void MovedLines_MovesTheDiagnostics()
    {
        UserProject project = s_project.Replace("Inline.cs", "PatchesPerExpert = 3", "PatchesPerExpert = 16");
        GeneratorRun before = project.Run();
        GeneratorRun after = before.After(project.Replace("Inline.cs", "using PatchMoE;\n", "using PatchMoE;\n\n"));
        int Line(GeneratorRun run) => run.Diagnostics.Single(diagnostic => diagnostic.Id == "PMOE015").Location.GetLineSpan().StartLinePosition.Line;
        Assert.Multiple(() =>
        {
            Assert.That(Line(after), Is.EqualTo(Line(before) + 1));
            Assert.That(TakenOver(before, after), Is.EquivalentTo(before.Texts.Keys));
        });
    }

    private static void RegeneratesNothing(UserProject edited)
    {
        GeneratorRun before = s_before.Value;
        GeneratorRun after = before.After(edited);
        Assert.Multiple(() =>
        {
            Assert.That(after.Diagnostics, Is.Empty);
            Assert.That(Plans(after), Is.EqualTo(new[] { "Inline Cached", "Joint Cached" }));
            Assert.That(Emissions(after), Is.EqualTo(new[] { IncrementalStepRunReason.Cached, IncrementalStepRunReason.Cached }));
            Assert.That(TakenOver(before, after), Is.EquivalentTo(before.Texts.Keys));
        });
    }

    private static void RegeneratesAlone(string model, UserProject edited)
    {
        GeneratorRun before = s_before.Value;
        GeneratorRun after = before.After(edited);
        string other = model == "Joint" ? "Inline" : "Joint";
        Assert.Multiple(() =>
        {
            Assert.That(after.Diagnostics, Is.Empty);
            Assert.That(Plans(after), Is.EquivalentTo(new[] { $"{model} Modified", $"{other} Cached" }));
            Assert.That(Emissions(after), Is.EquivalentTo(new[] { IncrementalStepRunReason.Modified, IncrementalStepRunReason.Cached }));
            Assert.That(TakenOver(before, after), Is.EquivalentTo(before.Texts.Keys.Where(name => name.StartsWith(other, StringComparison.Ordinal))));
            Assert.That(after.Texts.Keys, Is.EquivalentTo(before.Texts.Keys));
        });
    }

    /// <summary>Each model's plan and the reason for its output; both Cached and Unchanged mean that nothing after it runs.</summary>
    private static IEnumerable<string> Plans(GeneratorRun run) => run.Result.TrackedSteps[PatchMoEGenerator.PlanStep]
        .SelectMany(step => step.Outputs)
        .Where(output => output.Reason != IncrementalStepRunReason.Removed)
        .Select(output => $"{((Planning.ModelPlan)output.Value).Target.Name} {(output.Reason == IncrementalStepRunReason.Unchanged ? IncrementalStepRunReason.Cached : output.Reason)}")
        .Order(StringComparer.Ordinal);

    /// <summary>The reasons for the outputs made from plans.</summary>
    private static IEnumerable<IncrementalStepRunReason> Emissions(GeneratorRun run) => run.Result.TrackedOutputSteps
        .SelectMany(pair => pair.Value)
        .Where(step => step.Inputs.Any(input => input.Source.Name == PatchMoEGenerator.NameStep))
        .SelectMany(step => step.Outputs)
        .Select(output => output.Reason);

    /// <summary>The files whose texts the second run reused.</summary>
    private static IEnumerable<string> TakenOver(GeneratorRun before, GeneratorRun after) =>
        after.Texts.Where(text => before.Texts.TryGetValue(text.Key, out SourceText? old) && ReferenceEquals(old, text.Value)).Select(text => text.Key);
}
