using PatchMoE.Kernels;

namespace PatchMoE.Training.Engines;

/// <summary>Checks on all threads of a workspace that gradients are finite.</summary>
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
            // Several workers may find one; all write the same value, and the end of the work publishes it.
            _found = true;
        }
    }
}
