using System.Text;
using PatchMoE.Formats;

namespace PatchMoE.Training.Runs;

/// <summary>
/// The folder of one training run. Every file is written aside and then renamed, so each is whole or as it was; and one training at a time has the folder, so
/// they are all of one run.
/// </summary>
internal sealed class RunFolder : IDisposable
{
    /// <summary>The name of the file that is there while a training has the folder.</summary>
    internal const string LockName = ".lock";

    private readonly FileStream _lock;

    private RunFolder(string path, FileStream hold) => (FullPath, _lock) = (path, hold);

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

    /// <summary>Opens a folder, creates it where there is none, and keeps others from opening it until it is disposed of.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="BadInputException">It cannot be created or written in, or another training has it.</exception>
    public static RunFolder Open(string path)
    {
        try
        {
            string fullPath = Path.GetFullPath(path);
            Directory.CreateDirectory(fullPath);

            // Better to learn now than after the training that the folder is read-only.
            string probe = Path.Combine(fullPath, $".{Guid.NewGuid():N}.tmp");
            File.Create(probe, bufferSize: 1, FileOptions.DeleteOnClose).Dispose();
            var folder = new RunFolder(fullPath, Lock(path, fullPath));
            AtomicFile.RemoveLeftovers(fullPath);
            return folder;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new BadInputException(
                $"{path}: the run folder cannot be written in ({IoReason.Of(exception)}). Choose another folder with --out, or change its permissions.", exception);
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
        : throw new BadInputException($"{CheckpointPath}: there is no checkpoint to resume. Begin the run anew, with --force.");

    /// <summary>Writes <c>report.html</c>.</summary>
    /// <exception cref="BadInputException">The file cannot be written.</exception>
    public void WriteReport(string html) => WriteText(ReportPath, html);

    /// <summary>Lets others open the folder.</summary>
    public void Dispose() => _lock.Dispose();

    // The system gives the lock back even when this process is killed.
    private static FileStream Lock(string path, string fullPath)
    {
        try
        {
            return new FileStream(
                Path.Combine(fullPath, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
        }
        catch (IOException exception)
        {
            throw new BadInputException($"{path}: another training writes in this folder. Wait until it ends, or choose another folder with --out.", exception);
        }
    }

    private static void WriteText(string path, string text) => AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
}
