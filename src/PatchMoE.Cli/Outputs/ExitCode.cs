namespace PatchMoE.Cli.Outputs;

/// <summary>The exit codes of <c>pmoe</c>.</summary>
public static class ExitCode
{
    /// <summary>Success.</summary>
    public const int Done = 0;

    /// <summary>The input is wrong, or pmoe itself failed.</summary>
    public const int BadInput = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>Interrupted by Ctrl-C.</summary>
    public const int Interrupted = 130;
}
