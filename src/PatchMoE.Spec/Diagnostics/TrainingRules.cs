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

        LayerSpec layer = model.Layers[0];
        string? found = model.Layers.Count > 1 ? $"{model.Layers.Count} layers"
            : layer.Routing != Routing.ExpertChoice ? $"the routing '{SpecWords.Of(layer.Routing)}'"
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
}
