namespace PatchMoE.Kernels;

/// <summary>Work on the parameters and their gradients that is shared by the threads of a workspace.</summary>
internal interface IBufferWork
{
    /// <summary>Does one worker's share; runs on every worker's thread at once.</summary>
    /// <param name="parameters">The parameter buffer; empty if the work needs none.</param>
    /// <param name="gradients">With the same layout.</param>
    /// <param name="worker">0…workers−1.</param>
    /// <param name="workers">The number of workers that share the work.</param>
    void RunShare(Span<float> parameters, ReadOnlySpan<float> gradients, int worker, int workers);
}

/// <summary>Work in progress with its buffers, which are pinned until it ends.</summary>
internal readonly unsafe struct BufferPass(IBufferWork work, float* parameters, int parameterLength, float* gradients, int gradientLength)
{
    private readonly IBufferWork _work = work;
    private readonly float* _parameters = parameters;
    private readonly int _parameterLength = parameterLength;
    private readonly float* _gradients = gradients;
    private readonly int _gradientLength = gradientLength;

    public static readonly PassShare<BufferPass> Share = static (in BufferPass pass, Workspace workspace, int worker) =>
        pass._work.RunShare(new Span<float>(pass._parameters, pass._parameterLength), new Span<float>(pass._gradients, pass._gradientLength), worker, workspace.Threads);
}
