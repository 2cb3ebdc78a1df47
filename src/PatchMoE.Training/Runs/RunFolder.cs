using PatchMoE.Formats;

namespace PatchMoE.Training.Runs;

/// <summary>
/// The folder of one training run. Every file is written to a temporary file and then renamed, so each is complete or unchanged; only one training at a time uses
/// the folder, so all files belong to the same run.
/// </summary>
internal sealed class RunFolder : IDisposable
{
    /// <summary>The name of the file that exists while a training uses the folder.</summary>
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

    /// <summary><c>checkpoint.safetensors</c>: what <c>--resume</c> continues from.</summary>
    public string CheckpointPath => Path.Combine(FullPath, "checkpoint.safetensors");

    /// <summary><c>checkpoint.previous.safetensors</c>: the checkpoint before that one, in case the disk damages it.</summary>
    public string PreviousCheckpointPath => Path.Combine(FullPath, "checkpoint.previous.safetensors");

    /// <summary><c>report.html</c>.</summary>
    public string ReportPath => Path.Combine(FullPath, "report.html");

    /// <summary>Opens a folder, creating it if needed, and keeps others from opening it until it is disposed.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="BadInputException">It cannot be created or written to, or another training uses it.</exception>
    public static RunFolder Open(string path) => TryOpen(path)
        ?? throw new BadInputException($"{path}: another training is writing to this folder. Wait until it ends, or choose another folder with --out.");

    /// <summary>Opens a folder as <see cref="Open"/> does; null if another training uses it.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="BadInputException">It cannot be created or written to.</exception>
    public static RunFolder? TryOpen(string path)
    {
        try
        {
            string fullPath = Path.GetFullPath(path);
            if (File.Exists(fullPath))
            {
                throw new BadInputException($"{path}: this is a file and cannot be the run folder. Choose another place with --out.");
            }

            Directory.CreateDirectory(fullPath);

            // Better to find out now than after the training that the folder is read-only.
            string probe = Path.Combine(fullPath, $".{Guid.NewGuid():N}.tmp");
            File.Create(probe, bufferSize: 1, FileOptions.DeleteOnClose).Dispose();
            if (TryLock(fullPath) is not { } hold)
            {
                return null;
            }

            AtomicFile.RemoveLeftovers(fullPath);
            return new RunFolder(fullPath, hold);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new BadInputException(
                $"{path}: the run folder is not writable ({IoReason.Of(exception)}). Choose another folder with --out, or change its permissions.", exception);
        }
    }

    /// <summary>Writes <c>spec.json</c>.</summary>
    /// <exception cref="BadInputException">The file cannot be written.</exception>
    public void WriteSpec(PatchMoESpec spec) => AtomicFile.WriteText(SpecPath, SpecWriter.ToJson(spec));

    /// <summary>Rewrites <c>metrics.jsonl</c> with all epochs.</summary>
    /// <exception cref="BadInputException">The file cannot be written.</exception>
    public void WriteMetrics(IEnumerable<EpochMetrics> history) =>
        AtomicFile.WriteText(MetricsPath, string.Concat(history.Select(epoch => epoch.ToJson() + "\n")));

    /// <summary>Writes <c>checkpoint.safetensors</c>, keeps the one before it, and writes, with the weights that the run is to give and its history, <c>weights.safetensors</c> and <c>metrics.jsonl</c>.</summary>
    /// <param name="spec">What is trained.</param>
    /// <param name="metadata">What an application must know besides the weights.</param>
    /// <param name="checkpoint">The state of the run.</param>
    /// <exception cref="BadInputException">A file cannot be written.</exception>
    public void WriteCheckpoint(PatchMoESpec spec, ModelMetadata metadata, Checkpoint checkpoint)
    {
        CheckpointFile.Save(CheckpointPath, spec.Model, checkpoint, PreviousCheckpointPath);
        WriteResult(spec, metadata, checkpoint);
    }

    /// <summary>Writes only the weights that the run is to give and its history: <c>weights.safetensors</c> and <c>metrics.jsonl</c>.</summary>
    /// <param name="spec">What is trained.</param>
    /// <param name="metadata">What an application must know besides the weights.</param>
    /// <param name="checkpoint">The state of the run.</param>
    /// <exception cref="BadInputException">A file cannot be written.</exception>
    public void WriteResult(PatchMoESpec spec, ModelMetadata metadata, Checkpoint checkpoint)
    {
        WeightsFile.Save(WeightsPath, spec, checkpoint.Result, metadata);
        WriteMetrics(checkpoint.History);
    }

    /// <summary>Reads the newest checkpoint that is whole.</summary>
    /// <param name="model">The run's model.</param>
    /// <param name="note">Told why it is not the last one, if it is not.</param>
    /// <returns>Null if there is none yet: the run was stopped before its first.</returns>
    /// <exception cref="BadInputException">None is whole, or it is not of this model; the message is about the last one.</exception>
    public Checkpoint? ReadCheckpoint(ModelSpec model, Action<string>? note = null) => ReadNewest(model, note)?.Checkpoint;

    /// <summary>As <see cref="ReadCheckpoint"/>, with the file that it was read from.</summary>
    public (Checkpoint Checkpoint, string Path)? ReadNewest(ModelSpec model, Action<string>? note = null)
    {
        if (!File.Exists(CheckpointPath))
        {
            return File.Exists(PreviousCheckpointPath) ? (CheckpointFile.Load(PreviousCheckpointPath, model), PreviousCheckpointPath) : null;
        }

        try
        {
            return (CheckpointFile.Load(CheckpointPath, model), CheckpointPath);
        }
        catch (BadInputException damage) when (TryReadPrevious(model) is { } previous)
        {
            note?.Invoke($"{damage.Message}\nnote: the checkpoint before it is whole; the run goes on from there, after {previous.Epoch} epochs");
            return (previous, PreviousCheckpointPath);
        }
    }

    private Checkpoint? TryReadPrevious(ModelSpec model)
    {
        try
        {
            return File.Exists(PreviousCheckpointPath) ? CheckpointFile.Load(PreviousCheckpointPath, model) : null;
        }
        catch (BadInputException)
        {
            return null;
        }
    }

    /// <summary>Writes <c>report.html</c>.</summary>
    /// <exception cref="BadInputException">The file cannot be written.</exception>
    public void WriteReport(string html) => AtomicFile.WriteText(ReportPath, html);

    /// <summary>Lets others open the folder.</summary>
    public void Dispose() => _lock.Dispose();

    // The system releases the lock even if this process is killed.
    private static FileStream? TryLock(string fullPath)
    {
        try
        {
            return new FileStream(
                Path.Combine(fullPath, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
