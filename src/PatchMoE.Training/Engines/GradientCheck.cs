using PatchMoE.Kernels;

namespace PatchMoE.Training.Engines;

/// <summary>Looks for gradients that are not finite, on all threads of a workspace.</summary>
internal sealed class GradientCheck : IBufferWork
{
    private bool _found;

    /// <summary>Whether all gradients are finite.</summary>
    /// <param name="gradients">The gradients.</param>
    /// <param name="workspace">The threads.</param>
    public bool AllFinite(ReadOnlySpan<float> gradients, Workspace workspace)
    {
        _found = false;
        workspace.RunWork(this, default, gradients, gradients.Length);
        return !_found;
    }

    void IBufferWork.RunShare(Span<float> parameters, ReadOnlySpan<float> gradients, int worker, int workers)
    {
        (int from, int to) = Lines.Share(gradients.Length, worker, workers);
        if (FiniteCheck.FirstNotFinite(gradients[from..to]) >= 0)
        {
            // Several workers may find one; all write the same, and the end of the work makes it seen.
            _found = true;
        }
    }
}
