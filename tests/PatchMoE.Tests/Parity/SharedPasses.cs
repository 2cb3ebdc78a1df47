namespace PatchMoE.Tests.Parity;

/// <summary>Workspaces that share every pass, however small: so small batches test what only large ones do otherwise.</summary>
internal static class SharedPasses
{
    public static Workspace CreateSharing(this IPatchMoEModel model, int threads)
    {
        Workspace workspace = model.CreateWorkspace(threads);
        workspace.SharesSmallPasses = true;
        return workspace;
    }
}
