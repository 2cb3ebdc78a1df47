using PatchMoE.Training.Data;

namespace PatchMoE.Cli.Training;

/// <summary>The spec of a training run including the command line's changes, so that its <c>spec.json</c> alone reproduces it.</summary>
internal static class TrainingRun
{
    /// <summary>Fills in defaults, seed and epochs, and makes data paths absolute.</summary>
    /// <param name="spec">A valid spec.</param>
    /// <param name="folder">The folder of the spec file.</param>
    /// <param name="seed">Replaces the spec's seed; null to keep it.</param>
    /// <param name="epochs">Replaces the spec's number of epochs; null to keep it.</param>
    public static PatchMoESpec Resolve(PatchMoESpec spec, string folder, int? seed = null, int? epochs = null)
    {
        TrainingSpec training = spec.Training ?? TrainingSpec.Default with { Method = MethodFor(spec.Model) };
        training = training with { Seed = seed ?? training.Seed, Epochs = epochs ?? training.Epochs };
        return spec with { Training = training, Data = spec.Data is { } data ? DataPath.Map(data, path => DataPath.Resolve(path, folder)) : null };
    }

    private static TrainingMethod MethodFor(ModelSpec model) =>
        model.Layers.Any(layer => layer.Routing is Routing.ExpertChoice or Routing.TokenChoice) ? TrainingMethod.Joint : TrainingMethod.Single;
}
