using System.Globalization;
using PatchMoE.Training.Runs;

namespace PatchMoE.Training;

/// <summary>A point in a training run, for messages.</summary>
/// <param name="Phase">The phase.</param>
/// <param name="Epoch">From 1.</param>
/// <param name="Step">From 1 in each epoch; 0 for the evaluation after it.</param>
/// <param name="LearningRate">The learning rate of the step.</param>
internal readonly record struct TrainingPlace(TrainingPhase Phase, int Epoch, int Step, double LearningRate)
{
    public override string ToString()
    {
        string phase = Phase == TrainingPhase.All ? "" : $" of the {EpochMetrics.PhaseName(Phase)}";
        return Step == 0
            ? $"the evaluation after epoch {Epoch}{phase}"
            : string.Create(CultureInfo.InvariantCulture, $"epoch {Epoch}{phase}, step {Step} (learning rate {LearningRate})");
    }
}
