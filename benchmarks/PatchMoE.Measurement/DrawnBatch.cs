using PatchMoE.RandomNumbers;
using PatchMoE.Training.Data;

namespace PatchMoE.Measurement;

/// <summary>Random samples to measure a network with: the time of a pass does not depend on its data, as long as no value is special.</summary>
internal static class DrawnBatch
{
    /// <summary>B samples of standard normal values with labels valid for the model's loss.</summary>
    /// <param name="model">A valid network.</param>
    /// <param name="batch">B ≥ 1.</param>
    /// <param name="seed">The seed of all draws.</param>
    /// <exception cref="BadInputException">One array cannot hold the batch.</exception>
    public static Dataset Make(ModelSpec model, int batch, ulong seed)
    {
        int length = model.InputLength();
        float[] inputs = SampleArray.Allocate(batch, length, "the batch");
        CounterRandom values = CounterRandom.ForName(seed, "measure.inputs");
        Parallel.For(0, batch, sample =>
        {
            for (long i = (long)sample * length; i < (sample + 1L) * length; i++)
            {
                inputs[i] = (float)values.Normal((ulong)i);
            }
        });
        CounterRandom classes = CounterRandom.ForName(seed, "measure.labels");
        var labels = new int[batch];
        for (int i = 0; i < batch; i++)
        {
            labels[i] = model.Loss == Loss.Logistic ? (2 * classes.Integer((ulong)i, 2)) - 1 : classes.Integer((ulong)i, model.Head.Outputs);
        }

        return new Dataset(model.InputShape(), inputs, labels);
    }
}
