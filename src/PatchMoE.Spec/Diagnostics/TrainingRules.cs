namespace PatchMoE;

/// <summary>What training requires of a network and its data. The reader checks it on a spec; the trainer checks it on what it is actually given.</summary>
internal static class TrainingRules
{
    private const int TwoExperts = 2;
    private const int TwoClasses = 2;

    /// <summary>
    /// Why a network cannot be trained separately: the linear loss −(1/N) Σ y·⟨w₁ − w₂, Σ_j x_j⟩ is defined for two routers and labels ±1.
    /// </summary>
    public static IEnumerable<SpecDiagnostic> Separate(ModelSpec model)
    {
        const string path = "training.method";
        if (model.Backbone is not null)
        {
            yield return SpecDiagnostic.Of(DiagnosticRules.SeparateWithBackbone, path, default);
            yield break;
        }

        if (model.TrainedText() is not null)
        {
            yield return SpecDiagnostic.Of(DiagnosticRules.SeparateWithTrainedVectors, path, default);
        }

        LayerSpec layer = model.Layers[0];
        string? found = model.Layers.Count > 1 ? $"{model.Layers.Count} layers"
            : layer.Routing != Routing.ExpertChoice ? $"the routing '{SpecWords.Of(layer.Routing)}'"
            : layer.Map ? "the output 'map'"
            : layer.Experts != TwoExperts ? layer.Experts == 1 ? "1 expert" : $"{layer.Experts} experts"
            : null;
        if (found is not null)
        {
            yield return SpecDiagnostic.Of(DiagnosticRules.SeparateNeedsTwoExperts, path, default, found);
        }

        if (model.Head.Outputs > TwoClasses)
        {
            yield return SpecDiagnostic.Of(DiagnosticRules.SeparateNeedsTwoClasses, path, default, model.Head.Outputs);
        }
    }

    /// <summary>A batch larger than the training data; null if it is not.</summary>
    /// <param name="batch">Samples per update.</param>
    /// <param name="samples">The number of training samples.</param>
    public static SpecDiagnostic? Batch(int batch, int samples) =>
        batch > samples ? SpecDiagnostic.Of(DiagnosticRules.BatchLargerThanData, "training.batch", default, batch, samples) : null;

    /// <summary>A choice by the validation loss without samples to measure it on; null if there is none.</summary>
    public static SpecDiagnostic? Validation(TrainingSpec training)
    {
        string? chosen = training.KeepBest ? "keepBest" : training.Patience is not null ? "patience" : training.Seeds > 1 ? "seeds" : null;
        return chosen is not null && training.HeldOut == 0
            ? SpecDiagnostic.Of(DiagnosticRules.ChoiceNeedsValidation, "training.validation", default, chosen, TrainingSpec.DefaultValidation)
            : null;
    }

    /// <summary>Why a batch cannot be cut into shares; null if it can.</summary>
    /// <param name="shares">The number of shares.</param>
    /// <param name="batch">Samples per update.</param>
    /// <param name="model">The network; null if it is wrong, and then nothing is checked against it.</param>
    public static SpecDiagnostic? Shares(int shares, int batch, ModelSpec? model)
    {
        const string path = "training.shares";
        if (shares > batch)
        {
            return SpecDiagnostic.Of(DiagnosticRules.SharesExceedBatch, path, default, shares, batch == 1 ? "1 sample" : $"{batch} samples");
        }

        int layer = model?.Layers.ToList().FindIndex(layer => layer.Choice is { HasAuxiliaryLoss: true }) ?? -1;
        return shares > 1 && layer >= 0
            ? SpecDiagnostic.Of(DiagnosticRules.SharesWithBatchLoss, path, default, shares, layer, model!.Layers[layer].Choice!.Balance is null ? "zLoss" : "balance")
            : null;
    }

    /// <summary>A number of class weights that is not that of the classes; null if it is.</summary>
    /// <param name="count">The number of weights.</param>
    /// <param name="model">The network.</param>
    public static SpecDiagnostic? ClassWeights(int count, ModelSpec model) => count == ModelClasses.Count(model)
        ? null
        : SpecDiagnostic.Of(DiagnosticRules.WeightForEachClass, "training.classWeights", default, count == 1 ? "1 weight" : $"{count} weights", ModelClasses.Count(model));
}
