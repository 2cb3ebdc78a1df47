using PatchMoE.Cli.Inputs;
using PatchMoE.Training.Data;

namespace PatchMoE.Cli.Experiments;

/// <summary>The data of cells.</summary>
internal static class CellData
{
    /// <summary>Loads the data of a spec, or takes those of another cell that reads the same.</summary>
    /// <param name="spec">The spec; the seed of its <c>training</c> section is that of the draws.</param>
    /// <param name="specFolder">The folder that paths in the spec are relative to.</param>
    /// <param name="dataFolder">The value of <c>--data</c>; null if it is not given.</param>
    /// <param name="shared">The data of other cells.</param>
    /// <exception cref="BadInputException">A file is missing or damaged, or the data do not fit the model.</exception>
    public static LoadedData Load(PatchMoESpec spec, string specFolder, string? dataFolder, SharedData shared) =>
        shared.Take(Key(spec, specFolder, dataFolder), () => DataLoader.Load(spec, SpecData.Options(spec, specFolder, dataFolder)));

    /// <summary>All that determines the data: the section itself and where it is searched, the input, the labels that the loss wants, and the seed.</summary>
    public static string Key(PatchMoESpec spec, string specFolder, string? dataFolder)
    {
        ModelSpec input = spec.Model with { Layers = default, Backbone = null };
        string json = SpecWriter.ToJson(spec with { Name = "data", Model = input, Training = TrainingSpec.Default with { Seed = spec.Training!.Seed } });
        return string.Join('\n', Places(spec, specFolder, dataFolder).Prepend(json));
    }

    /// <summary>The folders that the data are searched in, as far as the user chose them.</summary>
    public static IEnumerable<string> Places(PatchMoESpec spec, string specFolder, string? dataFolder)
    {
        if (dataFolder is not null)
        {
            yield return Path.GetFullPath(dataFolder);
        }

        if (spec.Data is ArraysDataSpec or FolderDataSpec or CsvDataSpec or TextDataSpec or Cifar10DataSpec { Source: not null } or CelebaDataSpec { Source: not null })
        {
            yield return Path.GetFullPath(specFolder);
        }
    }
}
