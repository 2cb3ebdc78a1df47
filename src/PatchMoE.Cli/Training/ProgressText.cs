using System.Globalization;
using PatchMoE.Training.Runs;

namespace PatchMoE.Cli.Training;

/// <summary>The text of training progress.</summary>
internal static class ProgressText
{
    public static string Phase(TrainingPhase phase) => phase switch
    {
        TrainingPhase.Routers => "routers",
        TrainingPhase.Experts => "experts",
        _ => "training",
    };

    /// <summary>Four decimals, or an exponent if there would be many digits.</summary>
    public static string Loss(double loss) => loss.ToString(Math.Abs(loss) < 1e6 ? "0.0000" : "0.0000e+0", CultureInfo.InvariantCulture);

    /// <summary>
    /// What a phase lowers or raises. Routers that learn alone have a linear loss, which falls without end and would look like divergence; its negative is the margin
    /// by which they tell the classes apart, which grows.
    /// </summary>
    public static string Objective(TrainingPhase phase, double loss) => phase == TrainingPhase.Routers ? $"margin {Margin(loss)}" : $"loss {Loss(loss)}";

    /// <summary><c>experts epoch 3/150: loss 0.1234, test loss 0.2000, test accuracy 0.9560, router hits 0.9800</c></summary>
    public static string Epoch(EpochMetrics metrics, int epochs)
    {
        string text = string.Create(
            CultureInfo.InvariantCulture, $"{Phase(metrics.Phase)} epoch {metrics.Epoch}/{epochs}: {Objective(metrics.Phase, metrics.TrainLoss)}");
        text += metrics.TestLoss is { } testLoss ? $", test {Objective(metrics.Phase, testLoss)}" : "";
        text += metrics.TestAccuracy is { } accuracy ? string.Create(CultureInfo.InvariantCulture, $", test accuracy {accuracy:0.0000}") : "";
        return text + (metrics.RouterHitRate is { } hits ? string.Create(CultureInfo.InvariantCulture, $", router hits {hits:0.0000}") : "");
    }

    private static string Margin(double loss) => (-loss).ToString(Math.Abs(loss) < 1e6 ? "0.0" : "0.00e+0", CultureInfo.InvariantCulture);
}
