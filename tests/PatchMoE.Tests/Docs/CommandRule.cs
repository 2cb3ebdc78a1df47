namespace PatchMoE.Tests.Docs;

/// <summary>How it is known that a documented command works.</summary>
/// <param name="Takes">Whether the rule is about a command.</param>
internal abstract record CommandRule(Func<ShellLine, bool> Takes)
{
    /// <summary>What is wrong with a command of this rule; null if nothing is.</summary>
    public abstract string? Check(ShellLine line);
}

/// <summary><c>DocumentWalkTests</c> run it in this process, after the commands before it in its document.</summary>
internal sealed record Walked(Func<ShellLine, bool> Takes) : CommandRule(Takes)
{
    public override string? Check(ShellLine line) => null;
}

/// <summary><c>PatchMoE.Packages.Tests</c> run it as it stands, on a machine that has the packages alone (<c>DocumentedMachineTests</c>).</summary>
internal sealed record OnUserMachine(Func<ShellLine, bool> Takes) : CommandRule(Takes)
{
    public override string? Check(ShellLine line) => null;
}

/// <summary>Another test, or CI, runs it, with other names of files.</summary>
/// <param name="Takes">Whether the rule is about a command.</param>
/// <param name="Source">The file of the test, relative to the repository.</param>
/// <param name="Words">What the file has of the command.</param>
internal sealed record RunBy(Func<ShellLine, bool> Takes, string Source, params string[] Words) : CommandRule(Takes)
{
    public override string? Check(ShellLine line)
    {
        string path = Path.Combine(Repository.Root, Source);
        string text = File.Exists(path) ? File.ReadAllText(path) : "";
        return Words.FirstOrDefault(word => !text.Contains(word, StringComparison.Ordinal)) is { } missing ? $"{Source} does not run it: it lacks '{missing}'." : null;
    }
}

/// <summary>It cannot be run where tests run; what can be checked is.</summary>
/// <param name="Takes">Whether the rule is about a command.</param>
/// <param name="Reason">Why.</param>
/// <param name="Checks">What is wrong with it; null if nothing is.</param>
internal sealed record NotHere(Func<ShellLine, bool> Takes, string Reason, Func<ShellLine, string?> Checks) : CommandRule(Takes)
{
    public override string? Check(ShellLine line) => Checks(line);
}

/// <summary>A mention in running text that leaves out arguments or has a word in capitals for a value: <c>CommandLineDocsTests</c> check its options.</summary>
internal sealed record Mention(Func<ShellLine, bool> Takes) : CommandRule(Takes)
{
    public override string? Check(ShellLine line) => null;
}
