namespace PatchMoE.Training.Data;

/// <summary>The data of a training run, prepared and checked against the model.</summary>
/// <param name="Train">The training samples.</param>
/// <param name="Test">The test samples.</param>
/// <param name="Metadata">The names of the classes, and what was done to the inputs: store it with the weights.</param>
public sealed record LoadedData(Dataset Train, Dataset Test, ModelMetadata Metadata)
{
    /// <summary>The samples alone.</summary>
    /// <param name="train">The training samples.</param>
    /// <param name="test">The test samples.</param>
    public void Deconstruct(out Dataset train, out Dataset test) => (train, test) = (Train, Test);
}
