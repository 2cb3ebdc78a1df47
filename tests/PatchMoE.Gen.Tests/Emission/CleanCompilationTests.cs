using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace PatchMoE.Gen.Tests;

/// <summary>Emitted code compiles without any warning, whatever the network and the settings of the user's project.</summary>
[TestFixture]
public sealed class CleanCompilationTests
{
    private static readonly CSharpCompilationOptions s_options = new UserProject().Options;

    [Test]
    public void AllNetworks_CompileClean() => CompileClean(AllNetworks.Run, AllNetworks.Specs.Count);

    /// <summary>Every setting by itself is the affair of <see cref="DrawnNetworkTests"/>.</summary>
    [Test]
    public void GoldenNetworks_CompileClean_InAnUnusualProject()
    {
        PatchMoESpec[] specs = [.. TestSpecs.GoldenFiles.Select(TestSpecs.Read)];
        UserProject project = DrawnNetworks.Project(specs) with
        {
            Language = LanguageVersion.Preview,
            Options = s_options.WithOptimizationLevel(OptimizationLevel.Release)
                .WithOverflowChecks(true)
                .WithNullableContextOptions(NullableContextOptions.Disable)
                .WithGeneralDiagnosticOption(ReportDiagnostic.Error),
        };
        CompileClean(project.Run(), specs.Length);
    }

    /// <summary>A project with checked arithmetic computes the same: nothing in emitted code relies on silent overflow. With l = 49 the selection sorts.</summary>
    [Test]
    public void CheckedArithmetic_ComputesTheSame()
    {
        var model = new ModelSpec(
            new VectorsInputSpec(53, 7),
            EquatableArray.Of(new LayerSpec(Routing.ExpertChoice, 3, 5, PatchesPerExpert: 49, Gate: Gate.SoftmaxAll, Bias: true)),
            new HeadSpec(HeadKind.Linear, 3, Bias: true),
            Loss.SoftmaxCrossEntropy);
        var spec = new PatchMoESpec("sorted", model);
        (double loss, float[] gradients, int[] routes) = Pass(spec, s_options);
        (double checkedLoss, float[] checkedGradients, int[] checkedRoutes) = Pass(spec, s_options.WithOverflowChecks(true));
        Assert.Multiple(() =>
        {
            Assert.That(checkedLoss, Is.EqualTo(loss));
            Assert.That(checkedGradients, Is.EqualTo(gradients));
            Assert.That(checkedRoutes, Is.EqualTo(routes));
            Assert.That(gradients, Has.Some.Not.Zero);
        });
    }

    private static (double Loss, float[] Gradients, int[] Routes) Pass(PatchMoESpec spec, CSharpCompilationOptions options)
    {
        using var assembly = new MemoryStream();
        (DrawnNetworks.Project([spec]) with { Options = options }).Run().Output.Emit(assembly);
        assembly.Position = 0;
        var context = new AssemblyLoadContext(spec.Name);
        context.Resolving += (_, name) => AppDomain.CurrentDomain.GetAssemblies().FirstOrDefault(loaded => loaded.GetName().Name == name.Name);
        var model = (IPatchMoEModel)Activator.CreateInstance(context.LoadFromStream(assembly).GetType("User.Net0", throwOnError: true)!, nonPublic: true)!;

        const int batch = 3;
        WeightInitializer.Initialize(spec, seed: 1, model.Parameters);
        var random = new Random(1);
        float[] input = [.. Enumerable.Range(0, batch * model.InputLength).Select(_ => (random.NextSingle() * 2) - 1)];
        float[] gradients = new float[model.Parameters.Length];
        int[] routes = new int[batch * 3 * 49];
        using Workspace workspace = model.CreateWorkspace(threads: 2);
        double loss = model.LossAndGradients(input, [0, 1, 2], new float[batch * model.Outputs], gradients, workspace);
        model.Route(input, routes, [], [], workspace);
        return (loss, gradients, routes);
    }

    private static void CompileClean(GeneratorRun run, int networks) => Assert.Multiple(() =>
    {
        Assert.That(run.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error), Is.Empty);
        Assert.That(run.CompilerDiagnostics.Take(10).Select(diagnostic => diagnostic.ToString()), Is.Empty);
        Assert.That(run.Sources, Has.Count.GreaterThanOrEqualTo(3 * networks));
    });
}
