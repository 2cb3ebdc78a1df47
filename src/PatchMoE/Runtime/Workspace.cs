namespace PatchMoE;

/// <summary>Scratch memory and threads for the passes of one model. Not for use by two callers at once.</summary>
public sealed class Workspace : IDisposable
{
    /// <summary>Ends the threads.</summary>
    public void Dispose() => throw new NotSupportedException();
}
