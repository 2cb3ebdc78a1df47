using System.Reflection;

namespace PatchMoE;

/// <summary>The severity of a diagnostic.</summary>
public enum DiagnosticLevel
{
    /// <summary>Worth knowing.</summary>
    Info,

    /// <summary>Probably a mistake; the spec still compiles.</summary>
    Warning,

    /// <summary>The spec cannot be compiled.</summary>
    Error,
}

/// <summary>A rule that a spec or a class can break: the same number and text in the compiler, the CLI and the library.</summary>
/// <param name="Id"><c>PMOE</c> and three digits.</param>
/// <param name="Level">Its severity.</param>
/// <param name="Title">The rule in a few words.</param>
/// <param name="Rule">What is wrong, as a format string: the value and the rule.</param>
/// <param name="Fix">How to fix it, as a format string with the same arguments.</param>
public sealed record DiagnosticRule(string Id, DiagnosticLevel Level, string Title, string Rule, string Fix)
{
    /// <summary>The project's address, which the build knows: <c>PackageProjectUrl</c>; empty if it was given none.</summary>
    private static readonly string s_project =
        typeof(DiagnosticRule).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(attribute => attribute.Key == "ProjectUrl")?.Value ?? "";

    /// <summary>The address of the rule's page, which has an example that breaks it and one that does not; empty where the library was built without the project's address.</summary>
    public string HelpLink => HelpLinkAt(s_project);

    /// <summary>The address of the rule's page below the project's; empty if that is.</summary>
    internal string HelpLinkAt(string project) => project.Length == 0 ? "" : $"{project.TrimEnd('/')}/docs/diagnostics/{Id}.md";

    /// <summary>The whole message as a format string: rule and fix.</summary>
    public string MessageFormat => $"{Rule} {Fix}";
}
