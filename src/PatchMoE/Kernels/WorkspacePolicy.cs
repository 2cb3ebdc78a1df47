using Microsoft.Extensions.ObjectPool;

namespace PatchMoE.Kernels;

/// <summary>How a pool makes workspaces; one on which no pass can run any more is not kept.</summary>
/// <param name="create">Makes one.</param>
internal sealed class WorkspacePolicy(Func<Workspace> create) : PooledObjectPolicy<Workspace>
{
    /// <summary>A pool that disposes what it does not keep.</summary>
    public static ObjectPool<Workspace> CreatePool(Func<Workspace> create) => new DefaultObjectPoolProvider().Create(new WorkspacePolicy(create));

    /// <inheritdoc/>
    public override Workspace Create() => create();

    /// <inheritdoc/>
    public override bool Return(Workspace obj) => obj.IsUsable;
}
