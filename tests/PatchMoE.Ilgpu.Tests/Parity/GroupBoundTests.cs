using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Runtime;
using PatchMoE.Compiler;
using PatchMoE.Ilgpu.Tests.Engine;

namespace PatchMoE.Ilgpu.Tests.Parity;

/// <summary>A group writes its own results only: otherwise two groups race for a value, which no comparison of whole passes finds for certain.</summary>
[TestFixture]
public sealed class GroupBoundTests
{
    private const int Untouched = -7;

    /// <summary>
    /// The keys of two experts fit in shared memory at once, and a group has 25, five of each of its instances: the last round has one expert left. Behind it
    /// are the next group's. Only the first group runs, so that whatever changes there is its doing.
    /// </summary>
    [Test]
    public void LastRoundOfRouting_LeavesTheNextGroupsRoutes()
    {
        const int patches = 300;
        const int experts = 5;
        const int taken = 7;
        const int perGroup = 5;
        const int instances = perGroup + 2;
        var spec = new PatchMoESpec("rounds", new ModelSpec(
            new VectorsInputSpec(patches, 2),
            EquatableArray.Of(new LayerSpec(Routing.ExpertChoice, experts, 1, taken)),
            new HeadSpec(HeadKind.Linear, 1),
            Loss.Logistic));
        string text = string.Concat(PatchMoECompiler.Emit(spec, backends: [.. IlgpuEngine.Libraries]).Select(file => file.Text));
        Assert.That(text, Does.Contain($"for (int start = 0; start < {perGroup * experts}; start += 2)"), "the case that this test is about");
        int threads = int.Parse(Regex.Match(text, @"_layer0Route\(\s*stream,\s*new KernelConfig\([^;]*?, (\d+)\),").Groups[1].Value, CultureInfo.InvariantCulture);

        IPatchMoEModel model = Networks.Compile(spec);
        Accelerator accelerator = TestDevices.Cpu().Accelerator;
        IIlgpuPasses passes = ((IIlgpuModel)model).Load(accelerator);
        using MemoryBuffer1D<int, Stride1D.Dense> routes = accelerator.Allocate1D(Enumerable.Repeat(Untouched, instances * experts * taken).ToArray());
        using MemoryBuffer1D<int, Stride1D.Dense> lengths = accelerator.Allocate1D(Enumerable.Repeat(patches, instances).ToArray());
        using MemoryBuffer1D<float, Stride1D.Dense> input = accelerator.Allocate1D(Networks.Data(spec, instances).Inputs.ToArray());
        using MemoryBuffer1D<float, Stride1D.Dense> parameters = accelerator.Allocate1D(Networks.Weights(spec));
        using MemoryBuffer1D<float, Stride1D.Dense> scores = accelerator.Allocate1D<float>(instances * experts * patches);
        using MemoryBuffer1D<float, Stride1D.Dense> gates = accelerator.Allocate1D<float>(instances * experts * taken);
        var arguments = new Dictionary<string, object>
        {
            ["instances"] = instances,
            ["input"] = input.View.BaseView,
            ["lengths"] = lengths.View.BaseView,
            ["parameters"] = parameters.View.BaseView,
            ["scores"] = scores.View.BaseView,
            ["routes"] = routes.View.BaseView,
            ["gates"] = gates.View.BaseView,
        };
        MethodInfo kernel = model.GetType().Assembly.GetTypes().Single(type => type.Name == "Layer0" && type.Namespace!.EndsWith(".Gpu", StringComparison.Ordinal))
            .GetMethod("Route", BindingFlags.Static | BindingFlags.NonPublic)!;
        var launch = (Delegate)passes.GetType().GetField("_layer0Route", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(passes)!;
        launch.DynamicInvoke([accelerator.DefaultStream, new KernelConfig(1, threads), .. kernel.GetParameters().Select(parameter => arguments[parameter.Name!])]);
        accelerator.Synchronize();

        int[] after = routes.GetAsArray1D();
        Assert.Multiple(() =>
        {
            Assert.That(after[..(perGroup * experts * taken)], Is.All.InRange(0, patches - 1), "the group's own");
            Assert.That(after[(perGroup * experts * taken)..], Is.All.EqualTo(Untouched), "the next groups'");
        });
    }
}
