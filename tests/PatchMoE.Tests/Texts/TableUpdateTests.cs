using PatchMoE.Compiler;
using PatchMoE.Reference;

namespace PatchMoE.Tests.Texts;

/// <summary>The gradient of a table of tokens and its sparse update.</summary>
[TestFixture]
public sealed class TableUpdateTests
{
    private static readonly int[] s_first = [0, 3, 8, 3];
    private static readonly int[] s_second = [5, 12];

    /// <summary>The gradient is what finite differences of the loss say, with vectors and network in double precision.</summary>
    [Test]
    public void Gradient_IsThatOfFiniteDifferences()
    {
        PatchMoESpec spec = TrainedTexts.Spec;
        Dataset data = TrainedTexts.Data(spec);
        ParameterSpec table = spec.Model.EmbeddingTable()!;
        using IPatchMoEModel model = PatchMoECompiler.Compile(spec);
        TrainedTexts.Draw(model);
        float[] before = model.Parameters.ToArray();
        Step(model, Optimizer(spec), data, s_first, learningRate: 1);

        double[] weights = [.. before.Select(value => (double)value)];
        var tokens = new HashSet<int>(s_first.SelectMany(sample => data.TokensOf(sample).Rows.ToArray()));
        for (int i = 0; i < table.Length; i++)
        {
            double found = before[table.Offset + i] - model.Parameters[table.Offset + i];
            double expected = (Loss(i, 1e-4) - Loss(i, -1e-4)) / 2e-4;
            Assert.That(found, Is.EqualTo(expected).Within(1e-5), $"row {i / table.Shape[1]}, value {i % table.Shape[1]}");
        }

        Assert.That(tokens, Has.Count.InRange(10, 39), "some rows are no token's");
        Assert.That(Enumerable.Range(0, table.Length).Count(i => before[table.Offset + i] != model.Parameters[table.Offset + i]), Is.GreaterThan(tokens.Count * 4));

        double Loss(int value, double change)
        {
            double[] changed = [.. weights];
            changed[table.Offset + value] += change;
            double[] input = [.. s_first.SelectMany(sample => Values(data.TokensOf(sample), changed.AsSpan(table.Offset, table.Length), spec.Model))];
            return Reference(spec.Model, before, input, [.. s_first.Select(sample => data.Labels[sample])], [.. s_first.SelectMany(sample => data.LengthsOf(sample, 1).ToArray())]);
        }
    }

    /// <summary>Plain SGD: the bits of an update of the whole table from its dense gradient.</summary>
    [Test]
    public void SparseUpdate_IsTheDenseOne()
    {
        PatchMoESpec spec = TrainedTexts.Spec;
        Dataset data = TrainedTexts.Data(spec);
        ParameterSpec table = spec.Model.EmbeddingTable()!;
        float[] inputGradient = Gradients(spec, s_first.Length);
        (WeightBuffer sparse, WeightBuffer dense) = (Drawn(spec), Drawn(spec));
        new TableUpdate(sparse, Optimizer(spec)).Apply(data, s_first, inputGradient, 0.3);

        var gradients = new float[dense.Parameters.Length];
        AddGradients(spec, data, s_first, inputGradient, gradients);
        PatchMoE.Training.Optimizers.Optimizer.Create(spec.Training!.Optimizer, [table], gradients.Length).Step(dense.Parameters, gradients, 0.3);
        Assert.That(sparse.Parameters.ToArray(), Is.EqualTo(dense.Parameters.ToArray()));
        Assert.That(sparse.Parameters.ToArray(), Is.Not.EqualTo(Drawn(spec).Parameters.ToArray()));
    }

    /// <summary>Rules with a state, and weight decay: a row of the batch is updated as the dense rule does it; another one keeps its weights and its state.</summary>
    [Test]
    public void RowsOfOtherTexts_StayAsTheyAre([Values] OptimizerKind kind)
    {
        PatchMoESpec spec = TrainedTexts.Of(kind, weightDecay: 0.01);
        Dataset data = TrainedTexts.Data(spec);
        ParameterSpec table = spec.Model.EmbeddingTable()!;
        WeightBuffer weights = Drawn(spec);
        PatchMoE.Training.Optimizers.Optimizer rule = Optimizer(spec);
        var update = new TableUpdate(weights, rule);
        float[] Row(float[] buffer, int row) => buffer[(table.Offset + (row * table.Shape[1]))..(table.Offset + ((row + 1) * table.Shape[1]))];
        foreach (int[] samples in (int[][])[s_first, s_second])
        {
            float[] gradient = Gradients(spec, samples.Length);
            float[] before = weights.Parameters.ToArray();
            float[][] state = [.. rule.State.Select(one => (float[])one.Values.Clone())];
            rule.Steps++;
            update.Apply(data, samples, gradient, 0.1);

            float[] expected = [.. before];
            var gradients = new float[before.Length];
            AddGradients(spec, data, samples, gradient, gradients);
            PatchMoE.Training.Optimizers.Optimizer dense = PatchMoE.Training.Optimizers.Optimizer.Create(spec.Training!.Optimizer, [table], gradients.Length);
            dense.Steps = rule.Steps - 1;
            foreach ((float[] from, (_, float[] to)) in state.Zip(dense.State))
            {
                from.CopyTo(to, 0);
            }

            dense.Step(expected, gradients, 0.1);
            var tokens = new HashSet<int>(samples.SelectMany(sample => data.TokensOf(sample).Rows.ToArray()));
            for (int row = 0; row < table.Shape[0]; row++)
            {
                bool isTouched = tokens.Contains(row);
                Assert.That(Row(weights.Parameters.ToArray(), row), Is.EqualTo(Row(isTouched ? expected : before, row)), $"row {row}");
                for (int i = 0; i < state.Length; i++)
                {
                    Assert.That(Row(rule.State[i].Values, row), Is.EqualTo(Row(isTouched ? dense.State[i].Values : state[i], row)), $"{rule.State[i].Name} of row {row}");
                }
            }
        }
    }

    [Test]
    public void Updates_AllocateNothing([Values] OptimizerKind kind)
    {
        PatchMoESpec spec = TrainedTexts.Of(kind);
        Dataset data = TrainedTexts.Data(spec);
        float[] gradient = Gradients(spec, s_first.Length);
        var update = new TableUpdate(Drawn(spec), Optimizer(spec));
        for (int i = 0; i < 3; i++)
        {
            update.Apply(data, s_first, gradient, 0.1);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        update.Apply(data, s_first, gradient, 0.1);
        Assert.That(GC.GetAllocatedBytesForCurrentThread(), Is.EqualTo(before));
    }

    private static PatchMoE.Training.Optimizers.Optimizer Optimizer(PatchMoESpec spec) => PatchMoE.Training.Optimizers.Optimizer.Create(
        spec.Training!.Optimizer,
        spec.Model.NetworkParameters().Where(tensor => tensor.HasGradient),
        ModelParameters.BufferLength(spec.Model.Parameters()));

    private static WeightBuffer Drawn(PatchMoESpec spec)
    {
        var weights = new WeightBuffer(spec);
        TrainedTexts.Draw(weights);
        return weights;
    }

    private static float[] Gradients(PatchMoESpec spec, int samples)
    {
        var random = new Random(samples);
        return [.. Enumerable.Range(0, samples * spec.Model.InputLength()).Select(_ => random.NextSingle() - 0.5f)];
    }

    /// <summary>One update of the network and its table.</summary>
    private static void Step(IPatchMoEModel model, PatchMoE.Training.Optimizers.Optimizer optimizer, Dataset data, int[] samples, double learningRate)
    {
        using var engine = new CpuEngine(model, threads: 1);
        var gradient = new float[samples.Length * model.InputLength];
        engine.BeginTraining(optimizer);
        engine.Step(data.WithVectorsOf(model), samples, [], learningRate, gradient);
        new TableUpdate(model, optimizer).Apply(data, samples, gradient, learningRate);
    }

    /// <summary>The dense gradient of the table, occurrence by occurrence.</summary>
    private static void AddGradients(PatchMoESpec spec, Dataset data, int[] samples, float[] inputGradient, float[] gradients)
    {
        ParameterSpec table = spec.Model.EmbeddingTable()!;
        int dimension = table.Shape[1];
        int patch = spec.Model.LayerShapes()[0].Dimension;
        for (int b = 0; b < samples.Length; b++)
        {
            SegmentTokens text = data.TokensOf(samples[b]);
            for (int segment = 0; segment < text.Patches.Length; segment++)
            {
                int from = (b * spec.Model.InputLength()) + (text.Patches[segment] * patch);
                foreach (int row in text.RowsOf(segment))
                {
                    for (int i = 0; i < dimension; i++)
                    {
                        gradients[table.Offset + (row * dimension) + i] += inputGradient[from + i] / text.RowsOf(segment).Length;
                    }
                }
            }
        }
    }

    private static double Reference(ModelSpec model, float[] parameters, double[] input, int[] labels, int[] lengths)
    {
        var reference = new ReferenceModel(model);
        return reference.Run(reference.NamedWeights(parameters), input, labels, lengths).Loss!.Value;
    }

    /// <summary>The values of a text, in double precision.</summary>
    private static double[] Values(SegmentTokens text, ReadOnlySpan<double> table, ModelSpec model)
    {
        int dimension = model.EmbeddingTable()!.Shape[1];
        int patch = model.LayerShapes()[0].Dimension;
        var values = new double[model.InputLength()];
        for (int segment = 0; segment < text.Patches.Length; segment++)
        {
            ReadOnlySpan<int> rows = text.RowsOf(segment);
            for (int i = 0; i < patch; i++)
            {
                ref double value = ref values[(text.Patches[segment] * patch) + i];
                if (i >= dimension)
                {
                    value = text.Features[(segment * (patch - dimension)) + i - dimension];
                    continue;
                }

                foreach (int row in rows)
                {
                    value += table[(row * dimension) + i] / rows.Length;
                }
            }
        }

        return values;
    }
}
