using System.Globalization;
using ILGPU;
using PatchMoE.Ilgpu.Tests.Engine;
using PatchMoE.Reference;
using PatchMoE.Tests.Parity;

namespace PatchMoE.Ilgpu.Tests.Parity;

/// <summary>The emitted kernels against the reference on random networks; the test's number is the seed that makes its network and batch.</summary>
public class RandomDeviceTests
{
    private const int NetworksDrawn = 50;

    /// <summary>
    /// Networks on OpenCL: a driver for CPUs takes seconds to compile each one's kernels, so only some of them are run unless the variable asks for more.
    /// </summary>
    private static readonly int s_onOpenCl = int.Parse(Environment.GetEnvironmentVariable("PATCHMOE_OPENCL_NETWORKS") ?? "8", CultureInfo.InvariantCulture);

    /// <summary>Multiplications of one sample; ILGPU's CPU accelerator is slow, and its groups' threads are real ones.</summary>
    private const int MostWork = 20_000;

    /// <summary>Stacks and token choice, alone and together: their kernels have the same threads at each level of optimisation, so they run at one.</summary>
    private const int NetworksOfParts = 12;

    private static readonly int[] s_seeds = [.. Enumerable.Range(1, 1000).Where(seed => Work(new RandomSpecs(seed).Draw().Model) <= MostWork).Take(NetworksDrawn)];

    private static IEnumerable<int> Seeds => s_seeds;

    private static IEnumerable<int> OpenClSeeds => s_seeds.Take(s_onOpenCl);

    [Test]
    public void CpuAccelerator_AgreesWithReference(
        [ValueSource(nameof(Seeds))] int seed, [Values(OptimizationLevel.O0, OptimizationLevel.O2)] OptimizationLevel level) => Check(seed, TestDevices.Cpu(level));

    private static IEnumerable<TestCaseData> Parts() =>
        from parts in new[] { RandomSpecs.Parts.Stacks, RandomSpecs.Parts.TokenChoice, RandomSpecs.Parts.Stacks | RandomSpecs.Parts.TokenChoice }
        from seed in Enumerable.Range(1, 1000).Where(seed => Work(new RandomSpecs(seed, parts).Draw().Model) <= MostWork).Take(NetworksOfParts)
        select new TestCaseData(seed, (int)parts).SetArgDisplayNames($"{seed}", parts.ToString());

    [TestCaseSource(nameof(Parts))]
    public void StacksAndTokenChoice_AgreeWithReference(int seed, int parts) => Check(seed, TestDevices.Cpu(), (RandomSpecs.Parts)parts);

    [TestCaseSource(nameof(OpenClSeeds))]
    public void OpenCl_AgreesWithReference(int seed) => Check(seed, TestDevices.OpenCl());

    /// <summary>The random networks cover every routing that has kernels, every gate, pooling, head and loss, and up to three levels.</summary>
    [Test]
    public void Networks_HaveEveryChoice()
    {
        ModelSpec[] models = [.. s_seeds.Select(seed => new RandomSpecs(seed).Draw().Model)];
        LayerSpec[] choosing = [.. models.SelectMany(model => model.Layers).Where(layer => layer.Routing == Routing.ExpertChoice)];
        Assert.Multiple(() =>
        {
            Assert.That(models.SelectMany(model => model.Layers).Select(layer => layer.Routing).Distinct(), Is.EquivalentTo(Enum.GetValues<Routing>().Except([Routing.TokenChoice])));
            Assert.That(choosing.Select(layer => layer.Gate).Distinct(), Is.EquivalentTo(Enum.GetValues<Gate>()));
            Assert.That(choosing.Select(layer => layer.Pooling).Distinct(), Is.EquivalentTo(Enum.GetValues<Pooling>()));
            Assert.That(models.Select(model => model.Head.Kind).Distinct(), Is.EquivalentTo(Enum.GetValues<HeadKind>()));
            Assert.That(models.Select(model => model.Loss).Distinct(), Is.EquivalentTo(Enum.GetValues<Loss>()));
            Assert.That(models.Select(model => model.Layers.Count).Distinct(), Is.EquivalentTo(new[] { 1, 2, 3 }));
        });
    }

    private static long Work(ModelSpec model) => model.LayerShapes().Sum(
        layer => (long)layer.Instances * layer.Experts * layer.Dimension * (layer.Patches + (layer.PatchesPerExpert * layer.Neurons)));

    private static void Check(int seed, IlgpuDevice device, RandomSpecs.Parts parts = RandomSpecs.Parts.None)
    {
        PatchMoESpec spec = new RandomSpecs(seed, parts).Draw();
        TestContext.Out.WriteLine(SpecWriter.ModelToJson(spec));
        (RandomBatch batch, ReferenceResult expected) = RandomBatch.Draw(spec.Model, seed);
        using var engine = new IlgpuEngine(Networks.Compile(spec), device);
        EngineParity.Check(
            engine, new Answers(batch.Parameters, batch.Input, batch.Labels, batch.Lengths, expected.Loss!.Value, expected.Logits, expected.Gradients, expected.Routes));
    }
}
