namespace PatchMoE;

/// <summary>Reads and validates specs: the one validator of the compiler, the library and the CLI.</summary>
public static class SpecReader
{
    /// <summary>Reads a spec file's text.</summary>
    /// <param name="json">The text.</param>
    /// <param name="file">The path that diagnostics name; its stem is the spec's name where the text gives none.</param>
    public static SpecResult Read(string json, string file) => throw new NotSupportedException();

    /// <summary>Reads a spec from nodes that were made otherwise than from JSON.</summary>
    /// <param name="root">The whole spec.</param>
    /// <param name="defaultName">The spec's name where the nodes give none.</param>
    public static SpecResult Read(SpecNode root, string defaultName) => throw new NotSupportedException();
}
