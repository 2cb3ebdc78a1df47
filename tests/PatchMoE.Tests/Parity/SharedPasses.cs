namespace PatchMoE.Tests.Parity;

/// <summary>Workspaces that share every pass, however small, so that small batches test what otherwise only large ones do.</summary>
internal static class SharedPasses
{
    public static Workspace CreateSharing(this IPatchMoEModel model, int threads)
    {
        Workspace workspace = model.CreateWorkspace(threads);
        workspace.SharesSmallPasses = true;
        return workspace;
    }
}
