using PatchMoE.Kernels;

namespace PatchMoE.Tests.Parity;

/// <summary>A pass allocates nothing in the steady state. Alone, since allocations are counted for the whole process.</summary>
[Category("Long")]
[NonParallelizable]
public class AllocationTests
{
    [TestCaseSource(typeof(PassTests), nameof(PassTests.Specs))]
    public void NothingIsAllocated_InTheSteadyState(string name)
    {
        (IPatchMoEModel model, float[] input, int[] labels) = PassTests.Setup(name);
        using Workspace workspace = model.CreateSharing(threads: 2);
        var logits = new float[labels.Length * model.Outputs];
        var gradients = new float[model.Parameters.Length];
        var inputGradient = new float[input.Length];
        var classes = new int[labels.Length];
        var routes = new int[labels.Length * model.RouteShape.Aggregate(1, (product, size) => product * size)];
        CompiledNetwork network = ((ICompiledModel)model).Network;
        int[] samples = [.. Enumerable.Range(0, labels.Length)];
        AssertNothingIsAllocated(() =>
        {
            model.Forward(input, logits, workspace);
            model.LossAndGradients(input, labels, logits, gradients, workspace, inputGradient);
            model.SgdStep(input, labels, logits, learningRate: 0, weightDecay: 0, workspace);
            network.LossAndGradients(new InputValues(input), samples, labels, logits, gradients, workspace);
            network.SgdStep(new InputValues(input), samples, labels, logits, learningRate: 0, weightDecay: 0, workspace);
            model.Backward(input, logits, gradients, workspace, inputGradient);
            model.Predict(input, classes, workspace);
            if (model.RouteShape.Count > 0)
            {
                model.Route(input, routes, default, default, workspace);
            }
        });
    }

    [Test]
    public void NothingIsAllocated_InAStack()
    {
        IPatchMoEModel model = Compiled.Of(StackTests.Sizes);
        RandomBatch batch = RandomBatch.DrawWithTies(StackTests.Sizes.Model, seed: 1, samples: 9);
        batch.Parameters.CopyTo(model.Parameters);
        using Workspace workspace = model.CreateSharing(threads: 2);
        var logits = new float[9 * model.Outputs];
        var gradients = new float[model.Parameters.Length];
        var inputGradient = new float[batch.Input.Length];
        AssertNothingIsAllocated(() =>
        {
            model.Forward(batch.Input, logits, workspace);
            model.LossAndGradients(batch.Input, batch.Labels, logits, gradients, workspace, inputGradient);
            model.SgdStep(batch.Input, batch.Labels, logits, learningRate: 0, weightDecay: 0, workspace);
        });
    }

    private static void AssertNothingIsAllocated(Action passes)
    {
        for (int i = 0; i < 50; i++)
        {
            passes();
        }

        // Other threads of the test host allocate, too; a pass that allocates would do so every time.
        long least = long.MaxValue;
        for (int i = 0; i < 20; i++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            passes();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        Assert.That(least, Is.Zero);
    }
}
