namespace PatchMoE.Formats;

/// <summary>Why a file operation failed.</summary>
internal static class IoReason
{
    /// <summary>The cause without the path that .NET appends to it, which may be that of a temporary file, and without the final full stop.</summary>
    public static string Of(Exception failure) => failure.Message.Split(" : '")[0].TrimEnd('.');
}
