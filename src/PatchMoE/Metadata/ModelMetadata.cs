using System.Globalization;

namespace PatchMoE;

/// <summary>
/// What an application must know besides the weights to use a trained model: what its classes are called and how an input is prepared. It is stored in the weights file
/// (see <see cref="Formats.WeightsFile"/>), so that one file is enough.
/// </summary>
public sealed record ModelMetadata
{
    /// <summary>No names and no preparation: a model that was not trained on named data.</summary>
    public static ModelMetadata None { get; } = new();

    /// <summary>
    /// The names of the classes in the order of the labels: label c for softmax cross entropy, −1 and then +1 for the logistic loss. Empty if they have none.
    /// </summary>
    public EquatableArray<string> Classes { get; init; }

    /// <summary>What is done to an input before a pass; null for nothing. Passes themselves take inputs that are already normalised.</summary>
    public Normalization? Normalization { get; init; }

    /// <summary>How a picture becomes an image of the network's size.</summary>
    public ImageFit Fit { get; init; }

    /// <summary>The name of a class; its label as text if it has none.</summary>
    /// <param name="model">The network.</param>
    /// <param name="index">0…<see cref="ModelClasses.Count"/>−1, in the order of the labels.</param>
    public string ClassName(ModelSpec model, int index) => index < Classes.Count
        ? Classes[index]
        : ModelClasses.Label(model, index).ToString(CultureInfo.InvariantCulture);

    /// <summary>Checks what can be set to values of another model.</summary>
    /// <exception cref="InvalidOperationException">The number of class names or of means is not the model's.</exception>
    internal void RequireFits(ModelSpec model)
    {
        if (Classes.Count != 0 && Classes.Count != ModelClasses.Count(model))
        {
            throw new InvalidOperationException($"Metadata names {Classes.Count} classes, but the model has {ModelClasses.Count(model)}. Give a name for each, or none.");
        }

        if (Normalization is { } normalization && normalization.Mean.Count != model.InputShape()[^1] && normalization.Mean.Count != model.InputLength())
        {
            throw new InvalidOperationException(
                $"Metadata.Normalization has {normalization.Mean.Count} means, but a sample is [{string.Join(", ", model.InputShape())}]. Give one for each of the {model.InputShape()[^1]} channels, or for each value.");
        }
    }
}
