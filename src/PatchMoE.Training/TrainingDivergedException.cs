using PatchMoE.Kernels;

namespace PatchMoE.Training;

/// <summary>Training produced a number that is not finite. The message says where and what to change; the weights are those before the update.</summary>
public sealed class TrainingDivergedException : Exception
{
    /// <summary>Creates the exception.</summary>
    public TrainingDivergedException(string message)
        : base(message)
    {
    }

    /// <summary>Throws if the loss or a gradient is not finite.</summary>
    /// <param name="model">The model, which names the tensors.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="gradients">Its gradients; empty if there are none.</param>
    /// <param name="place">Where it happened, for example <c>epoch 3, step 17</c>.</param>
    /// <exception cref="TrainingDivergedException">A value is NaN or infinite.</exception>
    internal static void ThrowIfNotFinite(INetworkWeights model, double loss, ReadOnlySpan<float> gradients, TrainingPlace place)
    {
        if (double.IsFinite(loss) && FiniteCheck.FirstNotFinite(gradients) < 0)
        {
            return;
        }

        // A weight that is not finite is the cause of all the others, so it is reported first.
        string cause = Describe(model, "weight", model.Parameters)
            ?? Describe(model, "gradient", gradients)
            ?? $"the loss is {FiniteCheck.Show(loss)}, although every weight and gradient is finite";
        throw new TrainingDivergedException(
            $"Training diverged at {place}: {cause}. Lower training.optimizer.learningRate, add a warm-up (training.schedule.warmup), or start from smaller weights (training.init).");
    }

    private static string? Describe(INetworkWeights model, string kind, ReadOnlySpan<float> values)
    {
        int index = FiniteCheck.FirstNotFinite(values);
        ParameterSpec? tensor = model.ParameterSpecs.LastOrDefault(parameter => parameter.Offset <= index);
        return tensor is null ? null : $"the {kind} of {tensor.Name} is {FiniteCheck.Show(values[index])} at index {index - tensor.Offset}";
    }
}
