namespace PatchMoE.Tests;

public sealed class OptimizerTests
{
    private const int Length = 37;
    private static readonly ParameterSpec Trained = new("a", ParameterRole.Experts, 0, EquatableArray.Of(Length), 16, true);

    [Test]
    public void EachRule_FollowsItsFormula([Values] OptimizerKind kind, [Values(0, 0.1)] double decay)
    {
        OptimizerSpec spec = new(kind, 0.05, 0.8, 0.7, 0.95, 1e-6, decay);
        float[] weights = Values("weights");
        double[] expected = [.. weights.Select(w => (double)w)];
        (double[] first, double[] second) = (new double[weights.Length], new double[weights.Length]);
        Optimizer optimizer = Optimizer.Create(spec, [Trained], weights.Length);

        for (int t = 1; t <= 5; t++)
        {
            float[] gradients = Values($"gradients.{t}");
            optimizer.Step(weights, gradients, spec.LearningRate);
            for (int i = 16; i < 16 + Length; i++)
            {
                expected[i] = Scalar(spec, expected[i], gradients[i], t, ref first[i], ref second[i]);
            }
        }

        Assert.That(weights.Select(w => (double)w), Is.EqualTo(expected).Within(1e-5));
        Assert.That(optimizer.Steps, Is.EqualTo(5));
    }

    [Test]
    public void UntrainedTensorsAndGaps_StayAsTheyAre([Values] OptimizerKind kind)
    {
        float[] weights = Values("weights");
        float[] before = [.. weights];
        Optimizer.Create(OptimizerSpec.Default with { Kind = kind, WeightDecay = 0.5 }, [Trained], weights.Length).Step(weights, Values("gradients"), 0.1);

        Assert.That(weights[..16], Is.EqualTo(before[..16]));
        Assert.That(weights[(16 + Length)..], Is.EqualTo(before[(16 + Length)..]));
        Assert.That(weights[16..(16 + Length)], Is.Not.EqualTo(before[16..(16 + Length)]));
    }

    [Test]
    public void TheTailHasTheBitsOfTheVectorLoop([Values] OptimizerKind kind)
    {
        // Every value has the same weight and gradient, so every result must be the same, wherever it stands.
        float[] weights = [.. Enumerable.Repeat(0.3f, 64)];
        Optimizer optimizer = Optimizer.Create(OptimizerSpec.Default with { Kind = kind, WeightDecay = 0.01 }, [Trained], weights.Length);
        for (int t = 0; t < 10; t++)
        {
            optimizer.Step(weights, [.. Enumerable.Repeat(0.1f / (t + 1), 64)], 0.03);
        }

        Assert.That(weights[16..(16 + Length)].Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public void StateIsNamed([Values] OptimizerKind kind) => Assert.That(
        Optimizer.Create(OptimizerSpec.Default with { Kind = kind }, [Trained], 64).State.Select(state => state.Name),
        Is.EqualTo(Optimizer.StateNames(kind)));

    [Test]
    public void Steps_AllocateNothing([Values] OptimizerKind kind)
    {
        float[] weights = Values("weights");
        float[] gradients = Values("gradients");
        Optimizer optimizer = Optimizer.Create(OptimizerSpec.Default with { Kind = kind }, [Trained], weights.Length);
        optimizer.Step(weights, gradients, 0.01);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int t = 0; t < 100; t++)
        {
            optimizer.Step(weights, gradients, 0.01);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    /// <summary>One weight, in double, straight from the papers.</summary>
    private static double Scalar(OptimizerSpec spec, double w, double gradient, int t, ref double first, ref double second)
    {
        double g = spec.Kind == OptimizerKind.AdamW ? gradient : gradient + (spec.WeightDecay * w);
        switch (spec.Kind)
        {
            case OptimizerKind.Sgd:
                return w - (spec.LearningRate * g);
            case OptimizerKind.Momentum:
                first = (spec.Momentum * first) + g;
                return w - (spec.LearningRate * first);
            default:
                first = (spec.Beta1 * first) + ((1 - spec.Beta1) * g);
                second = (spec.Beta2 * second) + ((1 - spec.Beta2) * g * g);
                double m = first / (1 - Math.Pow(spec.Beta1, t));
                double s = second / (1 - Math.Pow(spec.Beta2, t));
                double decayed = spec.Kind == OptimizerKind.AdamW ? w - (spec.LearningRate * spec.WeightDecay * w) : w;
                return decayed - (spec.LearningRate * m / (Math.Sqrt(s) + spec.Epsilon));
        }
    }

    private static float[] Values(string name)
    {
        CounterRandom random = CounterRandom.ForName(3, name);
        return [.. Enumerable.Range(0, 64).Select(i => (float)random.Normal((ulong)i))];
    }
}
