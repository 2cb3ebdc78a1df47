using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PatchMoE.Compiler;
using PatchMoE.Ilgpu;

namespace PatchMoE.Gen.Tests.Gpu;

/// <summary>No plan asks a device for more than every device has, whatever the sizes: a network that compiles can also be launched.</summary>
[TestFixture]
public sealed class DevicePlanTests
{
    private const int SharedBytes = 48 << 10;
    private const int GroupThreads = 256;
    private const int LauncherParameters = 14;

    private static IEnumerable<TestCaseData> Specs()
    {
        foreach (string file in TestSpecs.GoldenFiles.Concat(TestSpecs.RepositoryFiles))
        {
            yield return new TestCaseData(TestSpecs.Read(file)).SetArgDisplayNames(file);
        }

        foreach (LayerSpec layer in new[]
        {
            new LayerSpec(Routing.ExpertChoice, 1, 1, PatchesPerExpert: 1),
            new LayerSpec(Routing.ExpertChoice, 100, 300, PatchesPerExpert: 3000, Gate: Gate.SoftmaxAll, Bias: true),
            new LayerSpec(Routing.Sample, 1000, 7),
            new LayerSpec(Routing.Dense, 3, 500),
            new LayerSpec(Routing.TokenChoice, 300, 7, Gate: Gate.SoftmaxSelected)
            {
                Choice = new TokenChoiceSpec(5) { CapacityFactor = 1.1, Priority = Priority.Score, Balance = new BalanceSpec(BalanceKind.Switch, 0.1), ZLoss = 0.01 },
            },
        })
        {
            foreach (int d in new[] { 1, 2, 3, 5, 8, 13, 20, 36, 1001, 4096 })
            {
                var model = new ModelSpec(new VectorsInputSpec(3000, d), EquatableArray.Of(layer), new HeadSpec(HeadKind.Linear, 3000, Bias: true), Loss.SoftmaxCrossEntropy);
                yield return new TestCaseData(new PatchMoESpec("large", model)).SetArgDisplayNames($"{layer.Routing}, k = {layer.Experts}, d = {d}");
            }
        }
    }

    [TestCaseSource(nameof(Specs))]
    public void Kernels_KeepTheLimitsOfEveryDevice(PatchMoESpec spec)
    {
        EmittedFile[] files = [.. PatchMoECompiler.Emit(spec, PatchMoECompiler.Namespace, typeof(IIlgpuModel).Assembly).Where(file => file.Name.Contains(".Ilgpu", StringComparison.Ordinal))];
        MethodDeclarationSyntax[] kernels = [.. files
            .SelectMany(file => CSharpSyntaxTree.ParseText(file.Text).GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>())
            .Where(method => method.Modifiers.Any(SyntaxKind.StaticKeyword) && method.Modifiers.Any(SyntaxKind.InternalKeyword))];
        Assert.That(kernels, Has.Length.GreaterThanOrEqualTo(6));
        Assert.Multiple(() =>
        {
            foreach (MethodDeclarationSyntax kernel in kernels)
            {
                Assert.That(SharedBytesOf(kernel), Is.LessThanOrEqualTo(SharedBytes), kernel.Identifier.Text);
                Assert.That(kernel.ParameterList.Parameters, Has.Count.LessThanOrEqualTo(LauncherParameters), kernel.Identifier.Text);
            }

            string passes = files.Single(file => file.Name.EndsWith(".Passes.g.cs", StringComparison.Ordinal)).Text;
            Assert.That(ThreadsOf(passes), Is.Not.Empty.And.All.InRange(1, GroupThreads));
        });
    }

    private static long SharedBytesOf(MethodDeclarationSyntax kernel) => kernel.DescendantNodes().OfType<InvocationExpressionSyntax>()
        .Where(call => call.Expression.ToString().StartsWith("SharedMemory.Allocate", StringComparison.Ordinal))
        .Sum(call => long.Parse(call.ArgumentList.Arguments[0].ToString(), System.Globalization.CultureInfo.InvariantCulture) * (call.Expression.ToString().Contains("long", StringComparison.Ordinal) ? 8 : 4));

    private static IEnumerable<int> ThreadsOf(string passes) => CSharpSyntaxTree.ParseText(passes).GetRoot().DescendantNodes().OfType<ObjectCreationExpressionSyntax>()
        .Where(creation => creation.Type.ToString() == "KernelConfig")
        .Select(creation => int.Parse(creation.ArgumentList!.Arguments[1].ToString(), System.Globalization.CultureInfo.InvariantCulture));
}
