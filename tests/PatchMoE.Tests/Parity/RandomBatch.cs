using PatchMoE.Reference;

namespace PatchMoE.Tests.Parity;

/// <summary>
/// Weights and a batch for a network, drawn from a seed: either small whole numbers, so that scores are exact in float and double and ties
/// are common, or normal values without near ties.
/// </summary>
internal sealed class RandomBatch
{
    /// <summary>Scores closer than this, relative to the largest, may be ordered either way in float; those that are equal are ties, which have an order.</summary>
    private const double SmallestGap = 3e-6;

    /// <summary>A softmax over a sample's experts so near to 0 and 1 that its router's gradient is smaller is rounded to 6e-8, which leaves the gradient less than four digits.</summary>
    private const double SmallestRouterGradient = 5e-3;

    private RandomBatch(ModelSpec model, Random random, bool whole, int? samples)
    {
        int batch = samples ?? new[] { 1, 2, 5, 9 }[random.Next(4)];
        LayerShape bottom = model.LayerShapes()[0];
        Parameters = new float[ModelParameters.BufferLength(model.Parameters())];
        foreach (ParameterSpec parameter in model.Parameters())
        {
            double scale = Scale(model, parameter);
            bool exact = whole && parameter.Role == ParameterRole.Router && model.Layers[parameter.Layer] is { Window: null } and not { Routing: Routing.Sample, Map: true };
            for (int i = 0; i < parameter.Length; i++)
            {
                Parameters[parameter.Offset + i] = exact ? random.Next(-1, 2) : (float)(scale * Normal(random));
            }
        }

        Input = new float[batch * model.InputLength()];
        for (int i = 0; i < Input.Length; i++)
        {
            Input[i] = whole ? random.Next(-1, 3) : (float)Normal(random);
        }

        Labels = new int[batch];
        for (int b = 0; b < batch; b++)
        {
            Labels[b] = model.Loss == Loss.Logistic ? (2 * random.Next(2)) - 1 : random.Next(model.Head.Outputs);
        }

        if ((random.Next(3) > 0 || (bottom.Instances > 1 && random.Next(2) == 0)) && !model.CutsMapOfImage())
        {
            Lengths = new int[batch * bottom.Instances];
            for (int i = 0; i < Lengths.Length; i++)
            {
                Lengths[i] = random.Next(bottom.Patches + 1);
            }

            // Groups at the end that are empty are padding of the level above.
            for (int b = 0; b < batch && bottom.Instances > 1 && random.Next(3) > 0; b++)
            {
                int filled = random.Next(bottom.Instances + 1);
                Lengths.AsSpan((b * bottom.Instances) + filled, bottom.Instances - filled).Clear();
            }
        }
    }

    public float[] Parameters { get; }

    public float[] Input { get; }

    public int[] Labels { get; }

    public int[]? Lengths { get; }

    /// <summary>A batch for passes that are compared with each other, bit by bit, so that near ties do no harm.</summary>
    public static RandomBatch DrawWithTies(ModelSpec model, int seed, int? samples = null)
    {
        var random = new Random(seed);
        return new RandomBatch(model, random, whole: random.Next(2) == 0, samples);
    }

    /// <summary>Draws until the batch has no near ties and, where some draw has none, no saturated softmax of sample routing; returns it with the reference's results.</summary>
    public static (RandomBatch Batch, ReferenceResult Expected) Draw(ModelSpec model, int seed, int? samples = null)
    {
        var random = new Random(seed);
        var reference = new ReferenceModel(model);
        bool whole = random.Next(2) == 0;
        for (int tries = 0; tries < 50; tries++)
        {
            // Whole numbers make sums in upper layers that are equal but for rounding; after some tries, other numbers. A stack may saturate a router whatever it reads.
            var batch = new RandomBatch(model, random, whole && tries < 10, samples);
            ReferenceResult expected = reference.Run(
                reference.NamedWeights(batch.Parameters), Array.ConvertAll(batch.Input, value => (double)value), batch.Labels, batch.Lengths);
            if (expected.SmallestScoreGap >= SmallestGap && (tries >= 10 || !IsSaturated(model, expected)))
            {
                return (batch, expected);
            }
        }

        throw new InvalidOperationException($"Seed {seed} gave near ties 50 times.");
    }

    private static bool IsSaturated(ModelSpec model, ReferenceResult expected) => model.Parameters().Any(parameter =>
        parameter.Role == ParameterRole.Router
        && model.Layers[parameter.Layer].Routing == Routing.Sample
        && expected.Gradients[parameter.Name].Max(Math.Abs) is > 0 and < SmallestRouterGradient);

    /// <summary>
    /// The standard deviation of a tensor's weights. Sample routing adds up all patches; where a stack has many, its softmax would be so near to 0 and 1 that float has no
    /// digits left for its gradient.
    /// </summary>
    private static double Scale(ModelSpec model, ParameterSpec parameter)
    {
        bool addsMany = parameter.Role == ParameterRole.Router && model.Layers[parameter.Layer] is { Routing: Routing.Sample } and ({ Map: true } or { Window: not null });
        return 1 / Math.Sqrt(parameter.Shape[^1]) / (addsMany ? model.LayerShapes()[parameter.Layer].Patches : 1);
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
