namespace PatchMoE.Cli.Commands;

/// <summary>What <c>pmoe</c> ends with.</summary>
public static class ExitCode
{
    /// <summary>All is done.</summary>
    public const int Done = 0;

    /// <summary>The input is wrong, or pmoe itself is.</summary>
    public const int BadInput = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>Ctrl-C.</summary>
    public const int Interrupted = 130;
}
