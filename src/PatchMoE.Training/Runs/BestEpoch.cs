namespace PatchMoE.Training.Runs;

/// <summary>The epoch of a run with the lowest validation loss so far; of several, the first.</summary>
/// <param name="Epoch">From 1, in the phase that trains the experts.</param>
/// <param name="ValidationLoss">Its validation loss.</param>
/// <param name="Weights">The parameter buffer after it.</param>
public sealed record BestEpoch(int Epoch, double ValidationLoss, float[] Weights);
