using PatchMoE.Training;

namespace PatchMoE.Cli.Training;

/// <summary>Progress when the output is not a terminal: about twenty lines per phase, including the first and the last epoch.</summary>
internal sealed class PlainProgress(TextWriter error) : IProgress<TrainingProgress>
{
    private const int Lines = 20;

    public void Report(TrainingProgress value)
    {
        int every = Math.Max(1, value.Epochs / Lines);
        if (value.Completed is { } metrics && (value.Epoch == 1 || value.Epoch % every == 0 || value.Epoch == value.Epochs))
        {
            error.WriteLine(ProgressText.Epoch(metrics, value.Epochs));
        }
    }
}
