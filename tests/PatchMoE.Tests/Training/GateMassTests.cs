using PatchMoE.Compiler;

namespace PatchMoE.Tests;

public sealed class GateMassTests
{
    private const int Patches = 5;
    private const int Dimension = 3;

    [TestCase(Gate.None)]
    [TestCase(Gate.SoftmaxSelected)]
    public void Mass_IsThatOfTheLargestSoftmaxValues(Gate gate)
    {
        (IPatchMoEModel model, Dataset data) = Make(gate, Patches, null);
        using Workspace workspace = model.CreateWorkspace();
        Assert.That(GateMass.Measure(model, workspace, data), Is.EqualTo(Expected(model, data)).Within(1e-6));
    }

    [Test]
    public void PatchesThatAreNotValid_HaveNoMass()
    {
        (IPatchMoEModel model, Dataset data) = Make(Gate.SoftmaxSelected, Patches, [.. Enumerable.Range(0, 70).Select(i => i % (Patches + 1))]);
        using Workspace workspace = model.CreateWorkspace();
        double[] mass = GateMass.Measure(model, workspace, data);
        Assert.That(mass, Is.EqualTo(Expected(model, data)).Within(1e-6));
        Assert.That(mass, Is.Ordered);
        Assert.That(mass[^1], Is.EqualTo(1));
    }

    [Test]
    public void ANetworkThatTakesAPart_IsRefused()
    {
        (IPatchMoEModel model, Dataset data) = Make(Gate.SoftmaxSelected, Patches - 1, null);
        using Workspace workspace = model.CreateWorkspace();
        Assert.That(() => GateMass.Measure(model, workspace, data), Throws.ArgumentException.With.Message.Contains("4 of 5 patches"));
    }

    private static (IPatchMoEModel Model, Dataset Data) Make(Gate gate, int taken, int[]? lengths)
    {
        var layer = new LayerSpec(Routing.ExpertChoice, 3, 2, taken, gate);
        var spec = new PatchMoESpec("mass", new ModelSpec(new VectorsInputSpec(Patches, Dimension), EquatableArray.Of(layer), new HeadSpec(HeadKind.Fixed, 1), Loss.Logistic));
        IPatchMoEModel model = PatchMoECompiler.Compile(spec, AssemblyCache.ForUser());
        CounterRandom random = CounterRandom.ForName(1, "mass");
        for (int i = 0; i < model.Parameters.Length; i++)
        {
            model.Parameters[i] = (float)random.Normal((ulong)i);
        }

        float[] inputs = [.. Enumerable.Range(0, 70 * Patches * Dimension).Select(i => (float)random.Normal((ulong)(10_000 + i)))];
        return (model, new Dataset(spec.Model.InputShape(), inputs, [.. Enumerable.Repeat(1, 70)], lengths));
    }

    /// <summary>Sorted softmax values of each sample and expert, summed up and averaged; samples without a valid patch are left out.</summary>
    private static double[] Expected(IPatchMoEModel model, Dataset data)
    {
        float[] router = model.Parameters.Slice(model.ParameterSpecs.Single(parameter => parameter.Role == ParameterRole.Router).Offset, 3 * Dimension).ToArray();
        var sums = new List<double[]>();
        for (int i = 0; i < data.Count; i++)
        {
            float[] sample = data.InputsOf(i, 1).ToArray();
            int valid = data.Lengths.IsEmpty ? Patches : data.Lengths[i];
            for (int s = 0; s < 3 && valid > 0; s++)
            {
                double[] powers =
                [
                    .. Enumerable.Range(0, valid)
                        .Select(j => Math.Exp(Enumerable.Range(0, Dimension).Sum(c => (double)router[(s * Dimension) + c] * sample[(j * Dimension) + c])))
                        .OrderDescending(),
                ];
                sums.Add([.. Enumerable.Range(1, Patches).Select(l => powers.Take(l).Sum() / powers.Sum())]);
            }
        }

        return [.. Enumerable.Range(0, Patches).Select(l => sums.Average(sum => sum[l]))];
    }
}
