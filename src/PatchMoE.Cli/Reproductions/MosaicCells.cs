using PatchMoE.Cli.Experiments;
using PatchMoE.Training.Data;

namespace PatchMoE.Cli.Reproductions;

/// <summary>Trainings on mosaics.</summary>
internal static class MosaicCells
{
    /// <summary>A training of a spec with another number of samples, seed and, if the user chose it, number of epochs.</summary>
    /// <param name="title">What it is called.</param>
    /// <param name="spec">The spec.</param>
    /// <param name="samples">The number of training samples.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="options">What the user chose.</param>
    /// <exception cref="BadInputException">There is no folder with the digits.</exception>
    public static TrainingCell Of(string title, PatchMoESpec spec, int samples, int seed, ReproductionOptions options)
    {
        string data = DataFolder.Require(((MosaicDataSpec)spec.Data!).Source, options.DataFolder);
        return new TrainingCell(title, With(spec, samples, seed, options), specFolder: data, data);
    }

    /// <summary>The spec of <see cref="Of"/>.</summary>
    public static PatchMoESpec With(PatchMoESpec spec, int samples, int seed, ReproductionOptions options)
    {
        TrainingSpec training = spec.Training!;
        return spec with
        {
            Training = training with { Seed = seed, Epochs = options.Epochs ?? training.Epochs, RouterEpochs = options.Epochs ?? training.RouterEpochs },
            Data = ((MosaicDataSpec)spec.Data!) with { Train = samples },
        };
    }
}
