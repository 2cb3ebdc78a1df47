namespace PatchMoE;

/// <summary>What a model says of one sample.</summary>
public sealed record Prediction
{
    /// <summary>The name of the predicted class; its label as text if the model's classes have no names.</summary>
    public required string ClassName { get; init; }

    /// <summary>The predicted class, counted from 0 in the order of the labels: the index of its probability and of its name.</summary>
    public required int Index { get; init; }

    /// <summary>The predicted class as data sets label it: −1 or +1 for the logistic loss, else the index itself. It is the class that <see cref="IPatchMoEModel.Predict"/> gives.</summary>
    public required int Label { get; init; }

    /// <summary>The probability of each class, 0…1: the softmax of the logits, or the logistic function of a single one.</summary>
    public required EquatableArray<float> Probabilities { get; init; }

    /// <summary>The name of each class, in the same order.</summary>
    public required EquatableArray<string> ClassNames { get; init; }

    /// <summary>The probability of the predicted class.</summary>
    public float Probability => Probabilities[Index];

    /// <summary>The most probable classes, the most probable first; of equal ones, the lower index first.</summary>
    /// <param name="count">How many, ≥ 0; all if there are not so many.</param>
    /// <exception cref="ArgumentOutOfRangeException">count is negative.</exception>
    public IReadOnlyList<ClassProbability> Top(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return [.. Enumerable.Range(0, Probabilities.Count)
            .OrderByDescending(index => Probabilities[index])
            .Take(count)
            .Select(index => new ClassProbability(ClassNames[index], index, Probabilities[index]))];
    }

    /// <summary>Class and probability, for example <c>cat 0.97</c>.</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{ClassName} {Probability:0.00}");
}

/// <summary>A class with its probability.</summary>
/// <param name="ClassName">The name.</param>
/// <param name="Index">Counted from 0 in the order of the labels.</param>
/// <param name="Probability">0…1.</param>
public readonly record struct ClassProbability(string ClassName, int Index, float Probability);
