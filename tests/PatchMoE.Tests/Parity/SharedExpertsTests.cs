using PatchMoE.Kernels;

namespace PatchMoE.Tests.Parity;

/// <summary>Training passes whose workers share experts instead of samples: which ones do, and that their bits are the same.</summary>
public class SharedExpertsTests
{
    [TestCase("experts shared by workers, dot products", 3, int.MaxValue)]
    [TestCase("experts shared by workers, panels, patches copied", 4, int.MaxValue)]
    [TestCase("experts shared by workers, taken patches copied, no gate", 3, int.MaxValue)]
    [TestCase("experts of one sample shared by workers", 2, 1)]
    [TestCase("scores in a panel, parts of whose experts workers compute", 4, 1)]
    [TestCase("threshold", 1, 0)]
    [TestCase("long pixel rows, softmaxAll", 1, 0)]
    [TestCase("window in groups, dense, a layer above", 1, 0)]
    public void APlanSaysWhichBatchesAreSharedByExperts(string name, int parts, int batch)
    {
        NetworkSizes sizes = ((ICompiledModel)Compiled.Of(SizeSpecs.All[name])).Network.Sizes;
        Assert.That((sizes.ExpertParts, sizes.SharedBatch), Is.EqualTo((parts, batch)));
    }

    [TestCase("experts of one sample shared by workers", 2)]
    [TestCase("scores in a panel, parts of whose experts workers compute", 2)]
    [TestCase("experts shared by workers, dot products", 3)]
    [TestCase("experts shared by workers, panels, patches copied", 2)]
    [TestCase("experts shared by workers, panels, patches copied", 4)]
    public void EqualBits_StepAfterStep_OverOneSample(string name, int threads)
    {
        PatchMoESpec spec = SizeSpecs.All[name];
        (RandomBatch batch, _) = RandomBatch.Draw(spec.Model, seed: 7, samples: 1);
        (double[] Losses, float[] Logits, float[] Parameters) run(int workers)
        {
            IPatchMoEModel model = Compiled.Of(spec);
            batch.Parameters.CopyTo(model.Parameters);
            using Workspace workspace = model.CreateSharing(workers);
            var logits = new float[model.Outputs];
            double[] losses = [.. Enumerable.Range(0, 20).Select(_ => model.SgdStep(batch.Input, batch.Labels, logits, 0.02, 0.01, workspace, batch.Lengths))];
            return (losses, logits, model.Parameters.ToArray());
        }

        (double[] losses, float[] logits, float[] parameters) = run(1);
        (double[] Losses, float[] Logits, float[] Parameters) other = run(threads);
        Assert.That(losses[^1], Is.Not.EqualTo(losses[0]));
        Assert.That(other.Losses, Is.EqualTo(losses));
        Assert.That(other.Logits, Is.EqualTo(logits));
        Assert.That(other.Parameters, Is.EqualTo(parameters));
    }
}
