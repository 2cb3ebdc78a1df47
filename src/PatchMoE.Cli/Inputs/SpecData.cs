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
        return DataLoader.Load(spec, Options(spec, specFolder, dataFolder, cacheFolder) with
        {
            Strict = strict,
            Normalization = normalization,
            Report = text => context.Error.WriteLine($"warning: {text}"),
            Progress = progress,
            Cancellation = context.Cancellation,
        });
    }

    /// <summary>How all data are read: with what decodes pictures and texts, from the folders that the user chose.</summary>
    /// <param name="spec">As in <see cref="Load"/>, and so are the others.</param>
    /// <param name="specFolder">The folder of the spec.</param>
    /// <param name="dataFolder">That of the data.</param>
    /// <param name="cacheFolder">That of decoded pictures.</param>
    public static LoadOptions Options(PatchMoESpec spec, string specFolder, string? dataFolder, string? cacheFolder = null) => new()
    {
        Seed = (ulong)spec.Training!.Seed,
        SpecFolder = specFolder,
        DataFolder = dataFolder,
        Pictures = PictureReader.Default,
        Texts = DocumentReader.Default,
        CacheFolder = cacheFolder ?? RunPlaces.CacheFolder(null),
    };
}
