namespace PatchMoE.Kernels;

/// <summary>A pass as the threads of a workspace see it while it runs. One object serves all passes of its type, so that none allocates.</summary>
/// <typeparam name="TPass">The pass.</typeparam>
internal sealed class PassRun<TPass>
    where TPass : struct
{
    private PassShare<TPass>? _share;
    private TPass _pass;

    public PassRun(Workspace workspace) => Share = worker => _share!(in _pass, workspace, worker);

    /// <summary>What each thread runs.</summary>
    public Action<int> Share { get; }

    /// <summary>Sets what the threads are to run; called while none is running.</summary>
    public void Set(PassShare<TPass>? share, in TPass pass) => (_share, _pass) = (share, pass);
}
