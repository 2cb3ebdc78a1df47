namespace PatchMoE.GpuBench.Parity;

/// <summary>Where the golden cases are for the tests' reader of them: in a folder that the command line names.</summary>
internal static class Repository
{
    /// <summary>The folder of the golden cases.</summary>
    public static string Golden { get; set; } = "golden";
}
