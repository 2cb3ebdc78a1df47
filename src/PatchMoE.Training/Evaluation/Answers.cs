using PatchMoE.Kernels;
using PatchMoE.Training.Data;
using PatchMoE.Training.Engines;

namespace PatchMoE.Training.Evaluation;

/// <summary>What a network answered for one sample. Classes are counted from 0 in the order of the labels.</summary>
/// <param name="Sample">The sample's index.</param>
/// <param name="Class">Its class.</param>
/// <param name="Predicted">The class that the network predicts.</param>
/// <param name="Probability">The probability that the network gives this class.</param>
public readonly record struct Answer(int Sample, int Class, int Predicted, double Probability)
{
    /// <summary>Whether the answer is right.</summary>
    public bool IsRight => Class == Predicted;
}

/// <summary>A network's answers for labelled samples.</summary>
public static class Answers
{
    private const int Batch = 256;

    /// <summary>Asks the network for every sample.</summary>
    /// <param name="engine">Computes the passes with its own weights.</param>
    /// <param name="data">The samples.</param>
    /// <param name="cancellation">Stops between two passes.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IReadOnlyList<Answer> Of(INetworkEngine engine, Dataset data, CancellationToken cancellation = default)
    {
        ModelSpec model = engine.Spec.Model;
        int outputs = model.Head.Outputs;
        var logits = new float[Batch * outputs];
        var answers = new Answer[data.Count];
        float[] inputs = [];
        for (int start = 0; start < data.Count; start += Batch)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(Batch, data.Count - start);
            engine.ForwardOf(data, start, logits.AsSpan(0, count * outputs), [], ref inputs);
            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<float> sample = logits.AsSpan(i * outputs, outputs);
                int label = Losses.Predict(model.Loss, sample);

                // The loss of a class is −log of its probability.
                double probability = StrictMath.Exp(-Losses.Of(model.Loss, sample, label));
                answers[start + i] = new Answer(start + i, ModelClasses.IndexOf(model, data.Labels[start + i]), ModelClasses.IndexOf(model, label), probability);
            }
        }

        return answers;
    }
}
