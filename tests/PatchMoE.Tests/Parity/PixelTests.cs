using PatchMoE.Kernels;

namespace PatchMoE.Tests.Parity;

/// <summary>A pass over pixels of a byte gives the bits of one over the floats that they stand for.</summary>
[Parallelizable(ParallelScope.Children)]
public class PixelTests
{
    [TestCase("taken patches copied, dot products", 2)]
    [TestCase("taken patches copied, panels, overlapping patches", 3)]
    [TestCase("few patches of many samples together, copied when taken", 2)]
    [TestCase("dense, a row at a time over active patches, panels", 3)]
    [TestCase("experts shared by workers, panels, patches copied", 2)]
    [TestCase("experts shared by workers, taken patches copied, no gate", 2)]
    [TestCase("token choice, panels, patches copied, the router's row with the neurons'", 3)]
    public void EqualBits_OverSeveralWindows(string name, int threads)
    {
        Assert.That(Takes(SizeSpecs.All[name]), "a network that copies patches can read pixels");
        Check(SizeSpecs.All[name], seed: 3, samples: 70, threads);
    }

    [Test]
    public void EqualBits_RandomNetworks([Range(1, 40)] int seed)
    {
        PatchMoESpec spec = new RandomSpecs(seed).Draw();
        if (spec.Model.Input is ImageInputSpec && Takes(spec))
        {
            Check(spec, seed, samples: 5, threads: 1 + (seed % 3));
        }
    }

    /// <summary>Kernels that read patches where they lie, again and again, read floats.</summary>
    [TestCase("long pixel rows, dot products")]
    [TestCase("threshold")]
    public void PixelsAreRefused_WherePatchesAreReadInPlace(string name)
    {
        PatchMoESpec spec = SizeSpecs.All[name];
        IPatchMoEModel model = Compiled.Of(spec);
        model.Parameters.Fill(1);
        CompiledNetwork network = ((ICompiledModel)model).Network;
        using Workspace workspace = model.CreateWorkspace();
        Assert.That(Takes(spec), Is.False);
        Assert.That(
            () => network.Forward(new InputValues(new byte[model.InputLength]), new float[model.Outputs], [], workspace, []),
            Throws.TypeOf<NotSupportedException>().With.Message.Contains("must be floats"));
    }

    private static bool Takes(PatchMoESpec spec) => ((ICompiledModel)Compiled.Of(spec)).Network.Sizes.TakesPixels;

    private static void Check(PatchMoESpec spec, int seed, int samples, int threads)
    {
        IPatchMoEModel model = Compiled.Of(spec);
        CompiledNetwork network = ((ICompiledModel)model).Network;
        RandomBatch batch = RandomBatch.DrawWithTies(spec.Model, seed, samples);
        var random = new Random(seed);
        var pixels = new byte[batch.Input.Length];
        random.NextBytes(pixels);
        float[] floats = Array.ConvertAll(pixels, pixel => pixel / 255f);
        int[] order = [.. Enumerable.Range(0, samples).Select(_ => random.Next(samples))];
        int[] labels = [.. order.Select(sample => batch.Labels[sample])];

        float[][] Run(bool bytes)
        {
            InputValues Values() => bytes ? new InputValues(pixels) : new InputValues(floats);
            using Workspace workspace = model.CreateSharing(threads);
            batch.Parameters.CopyTo(model.Parameters);
            var logits = new float[samples * model.Outputs];
            var alone = new float[logits.Length];
            var routes = new int[samples * network.Sizes.Routes];
            var gradients = new float[model.Parameters.Length];
            var inputGradient = new float[floats.Length];
            network.Forward(Values(), alone, [], workspace, []);
            network.Forward(Values(), logits, routes, workspace, []);
            double loss = network.LossAndGradients(Values(), order, labels, logits, gradients, workspace, inputGradient: inputGradient);
            double step = network.SgdStep(Values(), order, labels, logits, 0.05, 0.01, workspace);
            return [alone, logits, [.. routes.Select(route => (float)route)], gradients, inputGradient, [(float)loss, (float)step], model.Parameters.ToArray()];
        }

        float[][] expected = Run(bytes: false);
        float[][] actual = Run(bytes: true);
        Assert.That(expected[3], Has.Some.Not.Zero);
        Assert.That(actual, Is.EqualTo(expected));
    }
}
