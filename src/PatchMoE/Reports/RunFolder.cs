using System.Text;

namespace PatchMoE;

/// <summary>The folder of one training run. Every file is written aside and then renamed, so each is whole or as it was.</summary>
public sealed class RunFolder
{
    private RunFolder(string path) => FullPath = path;

    /// <summary>The folder.</summary>
    public string FullPath { get; }

    /// <summary><c>spec.json</c>: the spec that was trained.</summary>
    public string SpecPath => Path.Combine(FullPath, "spec.json");

    /// <summary><c>metrics.jsonl</c>: one <see cref="EpochMetrics"/> a line.</summary>
    public string MetricsPath => Path.Combine(FullPath, "metrics.jsonl");

    /// <summary><c>weights.safetensors</c>.</summary>
    public string WeightsPath => Path.Combine(FullPath, "weights.safetensors");

    /// <summary><c>checkpoint.safetensors</c>: what <c>--resume</c> goes on from.</summary>
    public string CheckpointPath => Path.Combine(FullPath, "checkpoint.safetensors");

    /// <summary><c>report.html</c>.</summary>
    public string ReportPath => Path.Combine(FullPath, "report.html");

    /// <summary>Opens a folder, and creates it where there is none.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="BadInputException">It cannot be created or written in.</exception>
    public static RunFolder Open(string path)
    {
        try
        {
            string fullPath = Path.GetFullPath(path);
            Directory.CreateDirectory(fullPath);

            // Better to learn now than after the training that the folder is read-only.
            string probe = Path.Combine(fullPath, $".{Guid.NewGuid():N}.tmp");
            File.Create(probe, bufferSize: 1, FileOptions.DeleteOnClose).Dispose();
            return new RunFolder(fullPath);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new BadInputException(
                $"{path}: the run folder cannot be written in ({exception.Message.TrimEnd('.')}). Choose another folder with --out, or change its permissions.", exception);
        }
    }

    /// <summary>Whether there is a run to resume.</summary>
    public bool HasCheckpoint => File.Exists(CheckpointPath);

    /// <summary>Writes <c>spec.json</c>.</summary>
    /// <exception cref="BadInputException">The file cannot be written.</exception>
    public void WriteSpec(PatchMoESpec spec) => WriteText(SpecPath, SpecWriter.ToJson(spec));

    /// <summary>Writes <c>metrics.jsonl</c>, all epochs anew.</summary>
    /// <exception cref="BadInputException">The file cannot be written.</exception>
    public void WriteMetrics(IEnumerable<EpochMetrics> history) =>
        WriteText(MetricsPath, string.Concat(history.Select(epoch => epoch.ToJson() + "\n")));

    /// <summary>Writes <c>checkpoint.safetensors</c> and, with its weights and history, <c>weights.safetensors</c> and <c>metrics.jsonl</c>.</summary>
    /// <exception cref="BadInputException">A file cannot be written.</exception>
    public void WriteCheckpoint(ModelSpec model, Checkpoint checkpoint)
    {
        CheckpointFile.Save(CheckpointPath, model, checkpoint);
        WeightsFile.Save(WeightsPath, model, checkpoint.Weights);
        WriteMetrics(checkpoint.History);
    }

    /// <summary>Reads <c>checkpoint.safetensors</c>.</summary>
    /// <exception cref="BadInputException">There is none, or it is not of this model.</exception>
    public Checkpoint ReadCheckpoint(ModelSpec model) => HasCheckpoint
        ? CheckpointFile.Load(CheckpointPath, model)
        : throw new BadInputException($"{CheckpointPath}: there is no checkpoint to resume. Begin the run without --resume.");

    /// <summary>Writes <c>report.html</c>.</summary>
    /// <exception cref="BadInputException">The file cannot be written.</exception>
    public void WriteReport(string html) => WriteText(ReportPath, html);

    private static void WriteText(string path, string text) => AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
}
