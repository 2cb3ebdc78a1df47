using Microsoft.Extensions.ObjectPool;
using PatchMoE.Kernels;

namespace PatchMoE;

/// <summary>Pools of workspaces, for callers on any number of threads.</summary>
public static class WorkspacePool
{
    /// <summary>
    /// Creates a pool of workspaces: take one for each call and return it, in a <c>finally</c> block. It grows with the number of calls at a time and keeps up to two
    /// workspaces for each processor. The pool is an <see cref="IDisposable"/> that frees those it holds; a service container disposes it with the others.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="threads">The number of threads that share a pass, ≥ 1. In a service, which computes many requests at once, leave it at 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">threads is outside 1…1024.</exception>
    public static ObjectPool<Workspace> CreatePool(this IPatchMoEModel model, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (threads is < 1 or > Workspace.MaximumThreads)
        {
            throw new ArgumentOutOfRangeException(nameof(threads), threads, $"A pass needs 1 to {Workspace.MaximumThreads} threads.");
        }

        return WorkspacePolicy.CreatePool(() => model.CreateWorkspace(threads));
    }
}
