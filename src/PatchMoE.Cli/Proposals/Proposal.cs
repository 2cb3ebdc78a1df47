using PatchMoE.Training.Data;

namespace PatchMoE.Cli.Proposals;

/// <summary>A spec for a user's own data, and why it is as it is.</summary>
/// <param name="Spec">The spec; paths in its data section are absolute.</param>
/// <param name="Reasons">What was found and what was chosen, a sentence each.</param>
internal sealed record Proposal(PatchMoESpec Spec, IReadOnlyList<string> Reasons)
{
    /// <summary>The proposal with the paths of its data relative to a folder, so that both can be moved together.</summary>
    /// <param name="folder">The folder of the spec.</param>
    public Proposal RelativeTo(string folder)
    {
        string Relative(string path) => Path.GetRelativePath(folder, path).Replace('\\', '/');
        return this with { Spec = Spec with { Data = Spec.Data is { } data ? DataPath.Map(data, Relative) : null } };
    }

    /// <summary>A head and a loss for any number of classes.</summary>
    public static HeadSpec Head(int classes) => new(HeadKind.Linear, classes, Bias: true);

    /// <summary>Few samples need many epochs, since each is few updates; from about 10,000 updates on, more bring little.</summary>
    /// <param name="samples">The number of training samples.</param>
    public static TrainingSpec Training(int samples)
    {
        const int Batch = 20;
        const int Updates = 10_000;
        int batch = Math.Clamp(Batch, 1, samples);
        int perEpoch = (samples + batch - 1) / batch;
        return TrainingSpec.Default with { Epochs = Math.Clamp(Updates / perEpoch, 10, 60), Batch = batch };
    }

    /// <summary>How an axis of an image is cut: a patch is a quarter of it, and patches are half of one apart.</summary>
    /// <param name="side">The axis in pixels.</param>
    public static (int Patch, int Stride) Cut(int side)
    {
        int stride = Math.Max(1, side / 8);
        return (Math.Min(2 * stride, side), stride);
    }
}
