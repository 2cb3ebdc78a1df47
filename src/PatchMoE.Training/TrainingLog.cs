using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace PatchMoE.Training;

/// <summary>Writes the course of a training to a log and passes its progress on.</summary>
/// <param name="logger">The log; null for none.</param>
/// <param name="model">The model's name.</param>
/// <param name="next">Who else is told; null for no one.</param>
internal sealed partial class TrainingLog(ILogger? logger, string model, IProgress<TrainingProgress>? next) : IProgress<TrainingProgress>
{
    private readonly ILogger _logger = logger ?? NullLogger.Instance;

    public void Begin(int train, int test, int epochs, string device) => LogBegin(model, train, test, epochs, device);

    public void Report(TrainingProgress value)
    {
        next?.Report(value);
        if (value.Completed is { } epoch)
        {
            LogEpoch(model, epoch.Epoch, value.Epochs, epoch.TrainLoss, epoch.TestLoss, epoch.TestAccuracy);
        }
    }

    public void Stopped(int epochs) => LogStopped(model, epochs);

    public void End(TrainingResult result)
    {
        foreach (SpecDiagnostic notice in result.Notices)
        {
            LogNotice(model, notice.Rule.Id, notice.Message);
        }

        LogEnd(model, result.Seconds, result.Final.Loss, result.Final.Accuracy);
    }

    [LoggerMessage(1, LogLevel.Information, "{Model}: training on {Train} samples, testing on {Test}, {Epochs} epochs, {Device}")]
    private partial void LogBegin(string model, int train, int test, int epochs, string device);

    [LoggerMessage(2, LogLevel.Information, "{Model}: epoch {Epoch} of {Epochs}: training loss {TrainLoss}, test loss {TestLoss}, test accuracy {TestAccuracy}")]
    private partial void LogEpoch(string model, int epoch, int epochs, double trainLoss, double? testLoss, double? testAccuracy);

    [LoggerMessage(3, LogLevel.Information, "{Model}: training was stopped after {Epochs} epochs")]
    private partial void LogStopped(string model, int epochs);

    [LoggerMessage(5, LogLevel.Warning, "{Model}: {Id}: {Notice}")]
    private partial void LogNotice(string model, string id, string notice);

    [LoggerMessage(4, LogLevel.Information, "{Model}: trained in {Seconds} s: test loss {TestLoss}, test accuracy {TestAccuracy}")]
    private partial void LogEnd(string model, double seconds, double testLoss, double testAccuracy);
}
