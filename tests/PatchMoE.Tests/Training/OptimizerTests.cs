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
        Optimizer.Create(OptimizerSpec.Of(OptimizerKind.Sgd) with { Kind = kind, WeightDecay = 0.5 }, [Trained], weights.Length).Step(weights, Values("gradients"), 0.1);

        Assert.That(weights[..16], Is.EqualTo(before[..16]));
        Assert.That(weights[(16 + Length)..], Is.EqualTo(before[(16 + Length)..]));
        Assert.That(weights[16..(16 + Length)], Is.Not.EqualTo(before[16..(16 + Length)]));
    }

    [Test]
    public void TheTailHasTheBitsOfTheVectorLoop([Values] OptimizerKind kind)
    {
        // Every value has the same weight and gradient, so every result must be the same, whatever its position.
        float[] weights = [.. Enumerable.Repeat(0.3f, 64)];
        Optimizer optimizer = Optimizer.Create(OptimizerSpec.Of(OptimizerKind.Sgd) with { Kind = kind, WeightDecay = 0.01 }, [Trained], weights.Length);
        for (int t = 0; t < 10; t++)
        {
            optimizer.Step(weights, [.. Enumerable.Repeat(0.1f / (t + 1), 64)], 0.03);
        }

        Assert.That(weights[16..(16 + Length)].Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public void StateIsNamed([Values] OptimizerKind kind) => Assert.That(
        Optimizer.Create(OptimizerSpec.Of(OptimizerKind.Sgd) with { Kind = kind }, [Trained], 64).State.Select(state => state.Name),
        Is.EqualTo(Optimizer.StateNames(kind)));

    [Test]
    public void Steps_AllocateNothing([Values] OptimizerKind kind)
    {
        float[] weights = Values("weights");
        float[] gradients = Values("gradients");
        Optimizer optimizer = Optimizer.Create(OptimizerSpec.Of(OptimizerKind.Sgd) with { Kind = kind }, [Trained], weights.Length);
        optimizer.Step(weights, gradients, 0.01);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int t = 0; t < 100; t++)
        {
            optimizer.Step(weights, gradients, 0.01);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void AnyNumberOfThreads_GivesTheBitsOfPlainFloat32([Values] OptimizerKind kind, [Values(0, 0.1)] double decay, [Values(1, 2, 3)] int threads)
    {
        // Odd lengths, gaps between them, and enough in total that the threads really share it.
        ParameterSpec[] trained =
        [
            new("a", ParameterRole.Experts, 0, EquatableArray.Of(1), 0, true),
            new("b", ParameterRole.Experts, 0, EquatableArray.Of(131, 151), 16, true),
            new("c", ParameterRole.Experts, 0, EquatableArray.Of(37), 19_840, true),
            new("d", ParameterRole.Head, -1, EquatableArray.Of(10_007), 19_888, true),
        ];
        OptimizerSpec spec = new(kind, 0.05, 0.8, 0.7, 0.95, 1e-6, decay);
        float[] weights = Values("weights", 29_920);
        float[] expected = [.. weights];
        (float[] first, float[] second) = (new float[weights.Length], new float[weights.Length]);
        Optimizer optimizer = Optimizer.Create(spec, trained, weights.Length);
        using var workspace = new Workspace(threads);

        for (int t = 1; t <= 3; t++)
        {
            float[] gradients = Values($"gradients.{t}", weights.Length);
            optimizer.Step(weights, gradients, spec.LearningRate, workspace);
            foreach (ParameterSpec tensor in trained)
            {
                for (int i = tensor.Offset; i < tensor.Offset + tensor.Length; i++)
                {
                    expected[i] = Float32(spec, expected[i], gradients[i], t, ref first[i], ref second[i]);
                }
            }
        }

        Assert.That(weights, Is.EqualTo(expected));
        float[][] state = kind switch { OptimizerKind.Sgd => [], OptimizerKind.Momentum => [first], _ => [first, second] };
        Assert.That(optimizer.State.Select(buffer => buffer.Values), Is.EqualTo(state));
        Assert.That(optimizer.Steps, Is.EqualTo(3));
    }

    [Test]
    public void StepsOfSeveralThreads_AllocateNothing([Values] OptimizerKind kind)
    {
        ParameterSpec tensor = new("a", ParameterRole.Experts, 0, EquatableArray.Of(20_000), 0, true);
        float[] weights = Values("weights", 20_000);
        float[] gradients = Values("gradients", 20_000);
        Optimizer optimizer = Optimizer.Create(OptimizerSpec.Of(OptimizerKind.Sgd) with { Kind = kind }, [tensor], weights.Length);
        using var workspace = new Workspace(threads: 2);
        optimizer.Step(weights, gradients, 0.01, workspace);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int t = 0; t < 100; t++)
        {
            optimizer.Step(weights, gradients, 0.01, workspace);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void ShortBuffers_AreRefused_AndNotCounted()
    {
        Optimizer optimizer = Optimizer.Create(OptimizerSpec.Of(OptimizerKind.Sgd), [Trained], 64);
        using var workspace = new Workspace(threads: 2);
        Assert.That(() => optimizer.Step(new float[53], new float[52], 0.1, workspace), Throws.ArgumentException.With.Message.Contains("52 gradients, but the tensors to update end at 53"));
        Assert.That(() => optimizer.Step(new float[52], new float[53], 0.1), Throws.ArgumentException);
        workspace.Dispose();
        Assert.That(() => optimizer.Step(new float[53], new float[53], 0.1, workspace), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(optimizer.Steps, Is.Zero);
    }

    /// <summary>One weight in float32, one rounding for each operation in the order of the formulas.</summary>
    private static float Float32(OptimizerSpec spec, float w, float gradient, int t, ref float first, ref float second)
    {
        (float rate, float decay) = ((float)spec.LearningRate, (float)spec.WeightDecay);
        float g = gradient + (w * (spec.Kind == OptimizerKind.AdamW ? 0f : decay));
        switch (spec.Kind)
        {
            case OptimizerKind.Sgd:
                return w - (g * rate);
            case OptimizerKind.Momentum:
                first = (first * (float)spec.Momentum) + g;
                return w - (first * rate);
            default:
                first = (first * (float)spec.Beta1) + (g * (float)(1 - spec.Beta1));
                second = (second * (float)spec.Beta2) + (g * g * (float)(1 - spec.Beta2));
                (float size, float root) = AdamMoments.Scales(spec, t, rate);
                float shrink = spec.Kind == OptimizerKind.AdamW ? (float)(1 - (rate * spec.WeightDecay)) : 1f;
                return (w * shrink) - (first * size / ((MathF.Sqrt(second) / root) + (float)spec.Epsilon));
        }
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

    private static float[] Values(string name, int count = 64)
    {
        CounterRandom random = CounterRandom.ForName(3, name);
        return [.. Enumerable.Range(0, count).Select(i => (float)random.Normal((ulong)i))];
    }
}
