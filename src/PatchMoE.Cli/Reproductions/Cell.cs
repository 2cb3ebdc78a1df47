using System.Security.Cryptography;
using System.Text;

namespace PatchMoE.Cli.Reproductions;

/// <summary>One training of a grid.</summary>
/// <param name="Network">The spec's name among those that come with the command.</param>
/// <param name="Samples">The number of training samples.</param>
/// <param name="Seed">The seed of data, initial weights and shuffling.</param>
/// <param name="Spec">The spec with these values filled in.</param>
internal sealed record Cell(string Network, int Samples, int Seed, PatchMoESpec Spec)
{
    /// <summary>Updates times samples: the unit of progress.</summary>
    public long Work => (long)Spec.Training!.Epochs * Samples;

    /// <summary>A hash of everything that determines the result, except the images: a finished cell counts only for exactly the same training.</summary>
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(SpecWriter.ToJson(Spec))))[..16];

    /// <summary>Fills the values into a spec that comes with the command.</summary>
    public static Cell Of(string network, int samples, int seed, int? epochs)
    {
        PatchMoESpec spec = EmbeddedSpecs.Read(network);
        TrainingSpec training = spec.Training!;
        return new Cell(network, samples, seed, spec with
        {
            Training = training with { Seed = seed, Epochs = epochs ?? training.Epochs, RouterEpochs = epochs ?? training.RouterEpochs },
            Data = ((MosaicDataSpec)spec.Data!) with { Train = samples },
        });
    }
}
