namespace PatchMoE.Packages.Tests;

/// <summary>How a program ended.</summary>
/// <param name="Status">Its exit status.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Error">Its standard error.</param>
public sealed record Outcome(int Status, string Output, string Error)
{
    public string All => $"{Output}\n{Error}";

    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>This, if the program succeeded.</summary>
    public Outcome Succeeded()
    {
        Assert.That(Status, Is.Zero, All);
        return this;
    }
}
