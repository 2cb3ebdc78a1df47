namespace PatchMoE.Gen.Tests;

/// <summary>A project on disk, built by <c>dotnet build</c> with all analyzers on and every warning an error.</summary>
[TestFixture]
public sealed class RealProjectTests
{
    private const string Source = """
        #pragma warning disable CS8981 // The lower-case name is what is tested.
        [assembly: System.CLSCompliant(false)]

        namespace User.Networks
        {
            /// <summary>A network.</summary>
            [PatchMoE.PatchMoE("net.json")]
            public sealed partial class glance
            {
                /// <summary>A user's own overload.</summary>
                public static glance Load(System.IO.FileInfo file)
                {
                    System.ArgumentNullException.ThrowIfNull(file);
                    return Load(file.FullName);
                }
            }
        }
        """;

    [Test]
    public void EveryAnalyzerAndWarningAsError_BuildsWithoutAMessage()
    {
        (int status, string[] messages) = Build("11");
        Assert.Multiple(() =>
        {
            Assert.That(messages, Is.Empty);
            Assert.That(status, Is.Zero);
        });
    }

    [Test]
    public void LanguageVersionTooLow_IsOneError()
    {
        (int status, string[] messages) = Build("10");
        Assert.Multiple(() =>
        {
            Assert.That(messages.Where(message => message.Contains("PMOE", StringComparison.Ordinal)), Has.One.Contains("Net.cs(8,33): error PMOE078: The project uses C# 10.0"));
            Assert.That(status, Is.Not.Zero);
        });
    }

    /// <summary>Builds the project and returns the exit status and every distinct warning and error.</summary>
    private static (int Status, string[] Messages) Build(string languageVersion)
    {
        using var folder = new TemporaryFolder();
        string tests = TestContext.CurrentContext.TestDirectory;
        File.Copy(Path.Combine(Repository.Root, "specs", "mnist-joint.json"), folder.File("net.json"));
        File.WriteAllText(folder.File("Net.cs"), Source);
        File.WriteAllText(folder.File(".editorconfig"), "root = true\n");
        File.WriteAllText(folder.File("User.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <LangVersion>{languageVersion}</LangVersion>
                <Nullable>disable</Nullable>
                <ImplicitUsings>disable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <WarningLevel>9999</WarningLevel>
                <AnalysisLevel>latest</AnalysisLevel>
                <AnalysisMode>All</AnalysisMode>
                <EnforceCodeStyleInBuild>true</EnforceCodeStyleInBuild>
                <GenerateDocumentationFile>true</GenerateDocumentationFile>
                <CheckForOverflowUnderflow>true</CheckForOverflowUnderflow>
                <UseSharedCompilation>false</UseSharedCompilation>
              </PropertyGroup>
              <ItemGroup>
                <AdditionalFiles Include="net.json" />
                <Analyzer Include="{tests}/PatchMoE.Gen.dll;{tests}/PatchMoE.Spec.dll" />
                <Reference Include="{tests}/PatchMoE.dll;{tests}/PatchMoE.Spec.dll" />
              </ItemGroup>
            </Project>
            """);
        (int status, string output) = DotnetCommand.Run(folder.Path, "build", folder.File("User.csproj"), "-nologo", "-nodeReuse:false", "-consoleLoggerParameters:NoSummary");
        string[] messages = [.. output.Split('\n').Where(line => line.Contains("warning ", StringComparison.Ordinal) || line.Contains("error ", StringComparison.Ordinal)).Select(line => line.Trim()).Distinct()];
        return (status, messages);
    }
}
