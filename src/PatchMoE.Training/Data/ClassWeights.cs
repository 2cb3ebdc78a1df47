namespace PatchMoE.Training.Data;

/// <summary>How much the samples of each class count in the loss of an update.</summary>
public sealed class ClassWeights
{
    private readonly ModelSpec _model;
    private readonly double[] _values;

    private ClassWeights(ModelSpec model, double[] values) => (_model, _values) = (model, values);

    /// <summary>A weight for each class, in the order of the labels; 0 for a balanced class without samples.</summary>
    public IReadOnlyList<double> Values => _values;

    /// <summary>The weights of a spec for its training data.</summary>
    /// <param name="spec">The weights; null if all classes count the same.</param>
    /// <param name="model">The network.</param>
    /// <param name="labels">The labels of the samples that are trained on, which balanced weights are computed from.</param>
    /// <returns>Null if all classes count the same.</returns>
    /// <exception cref="BadInputException">There is not a weight for each class.</exception>
    public static ClassWeights? Of(ClassWeightsSpec? spec, ModelSpec model, IReadOnlyList<int> labels)
    {
        if (spec is null)
        {
            return null;
        }

        if (spec.IsBalanced)
        {
            var counts = new int[ModelClasses.Count(model)];
            foreach (int label in labels)
            {
                counts[ModelClasses.IndexOf(model, label)]++;
            }

            return new ClassWeights(model, [.. counts.Select(count => count == 0 ? 0 : (double)labels.Count / (counts.Length * (long)count))]);
        }

        return TrainingRules.ClassWeights(spec.Values.Count, model) is { } diagnostic
            ? throw new BadInputException(diagnostic.Message)
            : new ClassWeights(model, [.. spec.Values]);
    }

    /// <summary>The weight of a label: −1 or +1 for the logistic loss, 0…C−1 for softmax cross entropy.</summary>
    public double Of(int label) => _values[ModelClasses.IndexOf(_model, label)];

    /// <summary>The samples' weights, divided by their mean: then the mean over the batch of weight times loss is Σ weight·loss / Σ weight.</summary>
    /// <param name="labels">[B], valid labels.</param>
    /// <param name="weights">[B], written.</param>
    public void Normalize(ReadOnlySpan<int> labels, Span<float> weights)
    {
        double sum = 0;
        foreach (int label in labels)
        {
            sum += Of(label);
        }

        for (int b = 0; b < labels.Length; b++)
        {
            weights[b] = (float)(Of(labels[b]) * labels.Length / sum);
        }
    }
}
