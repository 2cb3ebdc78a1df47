namespace PatchMoE.Training.Data;

/// <summary>What a run trains on, chooses by and tests on.</summary>
/// <param name="Train">The training data.</param>
/// <param name="Trained">The samples of it that are trained on.</param>
/// <param name="Validation">The held-out samples; null if there are none.</param>
/// <param name="Test">The test data.</param>
/// <param name="Weights">How much each class counts in the loss; null if all count the same.</param>
internal sealed record TrainingParts(Dataset Train, int[] Trained, Dataset? Validation, Dataset Test, ClassWeights? Weights)
{
    /// <summary>Where the use of the experts is measured.</summary>
    public Dataset Unseen => Validation ?? Test;

    /// <summary>Checks the data and holds out samples.</summary>
    /// <param name="model">The network.</param>
    /// <param name="training">The share to hold out, the batch, the class weights.</param>
    /// <param name="train">The training data.</param>
    /// <param name="test">The test data.</param>
    /// <param name="heldOutSeed">The seed of the choice of held-out samples.</param>
    /// <exception cref="BadInputException">The data do not fit the model or the spec.</exception>
    public static TrainingParts Of(ModelSpec model, TrainingSpec training, Dataset train, Dataset test, ulong heldOutSeed)
    {
        DatasetRules.Check(train, model, "training data");
        DatasetRules.Check(test, model, "test data");
        if (model.EmbeddingTable() is not null && !train.HasTokens)
        {
            throw new BadInputException("training data: the samples are vectors, but the embedding 'trained' learns the vectors of tokens. Give texts, or use the embedding 'given'.");
        }

        if (TrainingRules.Validation(training) is { } diagnostic)
        {
            throw new BadInputException(diagnostic.Message);
        }

        HeldOutSamples split = HeldOutSamples.Split(train.Labels, training.HeldOut, heldOutSeed);
        DatasetRules.CheckTraining(train, model, training.Batch, split.Trained.Length);
        ReadOnlySpan<int> labels = train.Labels;
        var trainedLabels = new int[split.Trained.Length];
        for (int i = 0; i < trainedLabels.Length; i++)
        {
            trainedLabels[i] = labels[split.Trained[i]];
        }

        return new TrainingParts(
            train,
            split.Trained,
            split.HeldOut.Length == 0 ? null : train.Select(split.HeldOut),
            test,
            ClassWeights.Of(training.ClassWeights, model, trainedLabels));
    }
}
