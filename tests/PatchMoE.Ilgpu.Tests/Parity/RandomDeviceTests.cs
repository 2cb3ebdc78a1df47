using System.Globalization;
using PatchMoE.Ilgpu.Tests.Engine;
using PatchMoE.Reference;
using PatchMoE.Tests.Parity;

namespace PatchMoE.Ilgpu.Tests.Parity;

/// <summary>The emitted kernels against the reference on random networks; the test's number is the seed that makes its network and batch.</summary>
public class RandomDeviceTests
{
    /// <summary>Networks of one layer, or of one a level; compiling one takes longer than running it.</summary>
    private const int NetworksDrawn = 25;

    /// <summary>More of all of them where the variable says so, by this factor.</summary>
    private static readonly int s_times = int.Parse(Environment.GetEnvironmentVariable("PATCHMOE_DEVICE_NETWORKS") ?? "1", CultureInfo.InvariantCulture);

    /// <summary>
    /// Networks on OpenCL, beside all golden cases: a driver for CPUs takes seconds to compile each one's kernels, so only some of them are run unless the variable asks for more.
    /// </summary>
    private static readonly int s_onOpenCl = int.Parse(Environment.GetEnvironmentVariable("PATCHMOE_OPENCL_NETWORKS") ?? "2", CultureInfo.InvariantCulture);

    /// <summary>Multiplications of one sample; ILGPU's CPU accelerator is slow, and its groups' threads are real ones.</summary>
    private const int MostWork = 20_000;

    /// <summary>Networks of each kind: ILGPU's CPU accelerator takes long for the many kernels of a stack.</summary>
    private static readonly (RandomSpecs.Parts Parts, int Networks)[] s_parts =
        [(RandomSpecs.Parts.Stacks, 6), (RandomSpecs.Parts.TokenChoice, 6), (RandomSpecs.Parts.Stacks | RandomSpecs.Parts.TokenChoice, 4)];

    // And one of three levels, which are rare.
    private static readonly int[] s_seeds = [.. Small().Take(s_times * NetworksDrawn).Union(Small().Where(seed => new RandomSpecs(seed).Draw().Model.Layers.Count == 3).Take(1))];

    private static IEnumerable<int> Seeds => s_seeds;

    private static IEnumerable<int> OpenClSeeds => Small().Take(s_onOpenCl);

    [TestCaseSource(nameof(Seeds))]
    public void CpuAccelerator_AgreesWithReference(int seed) => Check(seed, TestDevices.Cpu());

    private static IEnumerable<TestCaseData> Parts() =>
        from kind in s_parts
        from seed in SeedsOf(kind.Parts, s_times * kind.Networks)
        select new TestCaseData(seed, (int)kind.Parts).SetArgDisplayNames($"{seed}", kind.Parts.ToString());

    /// <summary>The first networks that are small enough, and of token choice some with a loss that is rarely drawn.</summary>
    private static IEnumerable<int> SeedsOf(RandomSpecs.Parts parts, int networks)
    {
        (int Seed, ModelSpec Model)[] small =
            [.. Enumerable.Range(1, 300).Select(seed => (Seed: seed, new RandomSpecs(seed, parts).Draw().Model)).Where(drawn => Work(drawn.Model) <= MostWork)];
        IEnumerable<int> With(Func<TokenChoiceSpec, bool> rare) =>
            small.Where(drawn => drawn.Model.Layers.Any(layer => layer.Choice is { } choice && rare(choice))).Select(drawn => drawn.Seed).Take(parts == RandomSpecs.Parts.TokenChoice ? 2 : 0);
        return small.Select(drawn => drawn.Seed).Take(networks)
            .Union(With(choice => choice.Balance?.Kind == BalanceKind.Switch))
            .Union(With(choice => choice is { ZLoss: > 0, Balance: null }));
    }

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

    /// <summary>The stacks and the networks with token choice cover paddings, overlaps, capacities with both priorities, and every auxiliary loss.</summary>
    [Test]
    public void StacksAndTokenChoice_HaveEveryChoice()
    {
        LayerSpec[] layers = [.. Parts().SelectMany(test => new RandomSpecs((int)test.Arguments[0]!, (RandomSpecs.Parts)test.Arguments[1]!).Draw().Model.Layers)];
        LayerSpec[] choosing = [.. layers.Where(layer => layer.Choice is not null)];
        TokenChoiceSpec[] choices = [.. choosing.Select(layer => layer.Choice!)];
        Assert.Multiple(() =>
        {
            Assert.That(layers.Where(layer => layer.Map).Select(layer => layer.Routing).Distinct(), Is.EquivalentTo(Enum.GetValues<Routing>()));
            Assert.That(layers.Where(layer => layer.Window is { } window && window.Height > window.StrideHeight).Select(layer => layer.Window!.Padding).Distinct(), Is.EquivalentTo(Enum.GetValues<Padding>()));
            Assert.That(choosing.Select(layer => layer.Gate).Distinct(), Is.EquivalentTo(Enum.GetValues<Gate>()));
            Assert.That(choosing.Where(layer => !layer.Map).Select(layer => layer.Pooling).Distinct(), Is.EquivalentTo(Enum.GetValues<Pooling>()));
            Assert.That(choices.Where(choice => choice.CapacityFactor < 1).Select(choice => choice.Priority).Distinct(), Is.EquivalentTo(Enum.GetValues<Priority>()));
            Assert.That(choices.Select(choice => choice.Balance?.Kind).Distinct(), Is.EquivalentTo(new BalanceKind?[] { null, BalanceKind.Switch, BalanceKind.Importance }));
            Assert.That(choices.Any(choice => choice is { ZLoss: > 0, Balance: null }), "a z-loss alone");
        });
    }

    private static IEnumerable<int> Small() => Enumerable.Range(1, 1000).Where(seed => Work(new RandomSpecs(seed).Draw().Model) <= MostWork);

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
