using PatchMoE.Cli.Outputs;
using PatchMoE.Cli.Runs;
using PatchMoE.Documents;
using PatchMoE.Imaging;
using PatchMoE.Training.Data;

namespace PatchMoE.Cli.Inputs;

/// <summary>Loads the data of a spec for a command: pictures are decoded and texts encoded, with progress, and what the user should know is written to the error stream.</summary>
internal static class SpecData
{
    /// <summary>Loads training and test data.</summary>
    /// <param name="spec">A valid spec with a training section, whose seed counts.</param>
    /// <param name="specFolder">The folder that its paths are relative to.</param>
    /// <param name="context">The command's context.</param>
    /// <param name="dataFolder">The value of <c>--data</c>.</param>
    /// <param name="cacheFolder">Where decoded pictures are kept; null for the default run folders' place.</param>
    /// <param name="strict">Whether a broken picture is an error.</param>
    /// <param name="normalization">That of weights to test; null to measure it on the training data.</param>
    /// <exception cref="BadInputException">The data are missing, damaged, or do not fit the model.</exception>
    public static LoadedData Load(
        PatchMoESpec spec, string specFolder, CommandContext context, string? dataFolder, string? cacheFolder = null, bool strict = false, Normalization? normalization = null)
    {
        using var progress = new ReadingProgress(spec.Data is TextDataSpec ? "reading texts" : "decoding pictures", context);
        return DataLoader.Load(spec, new LoadOptions
        {
            Seed = (ulong)spec.Training!.Seed,
            SpecFolder = specFolder,
            DataFolder = dataFolder,
            Pictures = PictureReader.Default,
            Texts = DocumentReader.Default,
            CacheFolder = cacheFolder ?? RunPlaces.CacheFolder(null),
            Strict = strict,
            Normalization = normalization,
            Report = text => context.Error.WriteLine($"warning: {text}"),
            Progress = progress,
            Cancellation = context.Cancellation,
        });
    }
}
