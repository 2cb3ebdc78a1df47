using PatchMoE.Kernels;

namespace PatchMoE.Tests.Parity;

/// <summary>The pass that gives logits and routes gives the bits of the two passes that give one of them each.</summary>
[Parallelizable(ParallelScope.Children)]
public class ForwardRoutesTests
{
    private static IEnumerable<string> Sizes => SizeSpecs.All.Where(spec => spec.Value.Model.RouteShape().Count > 0).Select(spec => spec.Key);

    [TestCaseSource(nameof(Sizes))]
    public void EqualBits_WhereSizesChooseOtherKernels(string name) => Check(SizeSpecs.All[name], seed: 4, samples: 5, threads: 2);

    [Test]
    public void EqualBits_RandomNetworks([Range(1, 20)] int seed)
    {
        PatchMoESpec spec = new RandomSpecs(seed).Draw();
        if (spec.Model.RouteShape().Count > 0)
        {
            Check(spec, seed, samples: null, threads: 1 + (seed % 3));
        }
    }

    [Test]
    public void ArraysThatDoNotFit_AreNamed()
    {
        IPatchMoEModel model = Compiled.Of(SizeSpecs.All["threshold"]);
        RandomBatch batch = RandomBatch.DrawWithTies(SizeSpecs.All["threshold"].Model, seed: 1, samples: 2);
        batch.Parameters.CopyTo(model.Parameters);
        CompiledNetwork network = ((ICompiledModel)model).Network;
        using Workspace workspace = model.CreateWorkspace();
        Assert.That(
            () => network.Forward(new InputValues(batch.Input), new float[2 * model.Outputs], new int[network.Sizes.Routes], workspace, batch.Lengths),
            Throws.ArgumentException.With.Message.Contains("routes has"));
    }

    private static void Check(PatchMoESpec spec, int seed, int? samples, int threads)
    {
        IPatchMoEModel model = Compiled.Of(spec);
        CompiledNetwork network = ((ICompiledModel)model).Network;
        RandomBatch batch = RandomBatch.DrawWithTies(spec.Model, seed, samples);
        batch.Parameters.CopyTo(model.Parameters);
        int count = batch.Labels.Length;
        using Workspace workspace = model.CreateSharing(threads);
        var logits = new float[count * model.Outputs];
        var routes = new int[count * network.Sizes.Routes];
        network.Forward(batch.Input, logits, workspace, batch.Lengths);
        network.Route(batch.Input, routes, [], [], workspace, batch.Lengths);

        var logitsToo = new float[logits.Length];
        var routesToo = new int[routes.Length];
        network.Forward(new InputValues(batch.Input), logitsToo, routesToo, workspace, batch.Lengths);

        Assert.That(logitsToo, Is.EqualTo(logits));
        Assert.That(routesToo, Is.EqualTo(routes));
    }
}
