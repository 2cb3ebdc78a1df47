namespace PatchMoE.Kernels;

/// <summary>Work on the parameters and their gradients that the threads of a workspace share.</summary>
internal interface IBufferWork
{
    /// <summary>Does one worker's share; runs on every worker's thread at once.</summary>
    /// <param name="parameters">The parameter buffer; empty if the work needs none.</param>
    /// <param name="gradients">Of the same layout.</param>
    /// <param name="worker">0…workers−1.</param>
    /// <param name="workers">How many share the work.</param>
    void RunShare(Span<float> parameters, ReadOnlySpan<float> gradients, int worker, int workers);
}

/// <summary>The buffers of running work, pinned until it ends, so that worker threads may use them.</summary>
internal readonly unsafe struct PinnedBuffers(float* parameters, int parameterLength, float* gradients, int gradientLength)
{
    public Span<float> Parameters => new(parameters, parameterLength);

    public ReadOnlySpan<float> Gradients => new(gradients, gradientLength);
}
