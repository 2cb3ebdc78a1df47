namespace PatchMoE.Training.Data;

/// <summary>How the data of a spec are found and read.</summary>
public sealed record LoadOptions
{
    /// <summary>The seed of all draws, and of what is held out for testing.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The folder that paths in the spec are relative to: the spec file's own.</summary>
    public required string SpecFolder { get; init; }

    /// <summary>The folder with the idx files of MNIST, CIFAR-10's binary ones or CelebA (<c>--data</c>); null for the repository's, or if the spec reads none.</summary>
    public string? DataFolder { get; init; }

    /// <summary>How inputs are normalised if the spec wants it, for testing weights that were trained so; null to measure it on the training samples.</summary>
    public Normalization? Normalization { get; init; }

    /// <summary>Decodes pictures, for data of kind <c>folder</c> or <c>celeba</c>; null if there are none.</summary>
    public IPictureReader? Pictures { get; init; }

    /// <summary>Reads texts, for data of kind <c>texts</c>; null if there are none.</summary>
    public ITextReader? Texts { get; init; }

    /// <summary>Where decoded pictures are kept for the next run, created if needed; null for a temporary file.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>Whether a picture that cannot be decoded is an error; otherwise it is left out and reported.</summary>
    public bool Strict { get; init; }

    /// <summary>Told what the user should know, one sentence each; null for nobody.</summary>
    public Action<string>? Report { get; init; }

    /// <summary>Told how many pictures or texts are read so far, of how many; null for nobody.</summary>
    public IProgress<(int Done, int All)>? Progress { get; init; }

    /// <summary>Stops reading.</summary>
    public CancellationToken Cancellation { get; init; }
}
