using PatchMoE.Training.Data;

namespace PatchMoE.Cli.Experiments;

/// <summary>The data of cells that read MNIST: mosaics of it, or its images.</summary>
internal static class CellData
{
    /// <summary>Loads the data of a spec, or takes those of another cell that reads the same.</summary>
    /// <param name="spec">The spec; the seed of its <c>training</c> section is that of the draws.</param>
    /// <param name="folder">The folder with the idx files.</param>
    /// <param name="shared">The data of other cells.</param>
    /// <exception cref="BadInputException">A file is missing or damaged, or the data do not fit the model.</exception>
    public static LoadedData Load(PatchMoESpec spec, string folder, SharedData shared)
    {
        int seed = spec.Training!.Seed;
        var options = new LoadOptions { Seed = (ulong)seed, SpecFolder = folder, DataFolder = folder };

        // Networks of the same input read the same data.
        ModelSpec input = spec.Model with { Layers = default, Backbone = null };
        string key = SpecWriter.ToJson(spec with { Name = "data", Model = input, Training = TrainingSpec.Default with { Seed = seed } });
        return shared.Take($"{key}\n{folder}", () => DataLoader.Load(spec, options));
    }
}
