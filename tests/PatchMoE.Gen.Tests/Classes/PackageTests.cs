using System.Text;

namespace PatchMoE.Gen.Tests;

/// <summary>The package PatchMoE, packed and referenced by projects outside the repository.</summary>
[TestFixture]
public sealed class PackageTests
{
    private TemporaryFolder _folder = null!;

    [OneTimeSetUp]
    public void Pack()
    {
        _folder = new TemporaryFolder();
        string configuration = Path.GetFileName(Path.GetDirectoryName(TestContext.CurrentContext.TestDirectory.TrimEnd(Path.DirectorySeparatorChar)))!;
        foreach (string project in (string[])["PatchMoE.Spec", "PatchMoE"])
        {
            (int status, string output) = DotnetCommand.Run(
                Repository.Root, "pack", Path.Combine("src", project), "--no-build", "-c", configuration, "-o", _folder.File("feed"), "-nodeReuse:false", "-p:Version=9.9.9");
            Assert.That(status, Is.Zero, output);
        }

        // Other packages are those that this repository was built with.
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        Write("nuget.config", $"""
            <configuration>
              <packageSources><clear /><add key="feed" value="{_folder.File("feed")}" /></packageSources>
              <fallbackPackageFolders><clear /><add key="restored" value="{packages}" /></fallbackPackageFolders>
            </configuration>
            """);
        Write(".editorconfig", "root = true\n");
    }

    [OneTimeTearDown]
    public void RemoveFolder() => _folder.Dispose();

    /// <summary>It is refused when it is restored, not when it is compiled without the library.</summary>
    [Test]
    public void OlderFramework_IsRefusedAtRestore()
    {
        Write("Old/Old.csproj", Project("net8.0"));
        (int status, string output) = DotnetCommand.Run(_folder.Path, "restore", _folder.File("Old/Old.csproj"), "-nodeReuse:false");
        Assert.That(status, Is.Not.Zero);
        Assert.That(output, Does.Contain("error NU1202: Package PatchMoE 9.9.9 is not compatible with net8.0"));
    }

    /// <summary>In subfolders, by a link, by backslashes, named by the project too, and in UTF-16: all are found and read.</summary>
    [Test]
    public void Specs_AreFoundWhereverTheyAre()
    {
        string spec = File.ReadAllText(Path.Combine(Repository.Root, "specs", "mnist-joint.json"));
        void WriteSpec(string path, string name, Encoding encoding) => Write(path, spec.Replace("\"MnistJoint\"", $"\"{name}\"", StringComparison.Ordinal), encoding);
        WriteSpec("User/specs/vision/net.json", "Sub", Encoding.UTF8);
        WriteSpec("shared/net.json", "Linked", Encoding.UTF8);
        WriteSpec("User/specs/own.json", "Own", Encoding.UTF8);
        WriteSpec("User/specs/wide.json", "Wide", Encoding.Unicode);
        WriteSpec("User/specs/wider.json", "Wider", Encoding.BigEndianUnicode);
        Write("User/User.csproj", Project("net10.0", """<AdditionalFiles Include="../shared/net.json" Link="linked/one.json" /><AdditionalFiles Include="specs/own.json" />"""));
        Write("User/Nets.cs", """
            using PatchMoE;

            [PatchMoE("specs\\vision\\net.json")] public sealed partial class Sub;
            [PatchMoE("linked/one.json")] public sealed partial class Linked;
            [PatchMoE("specs/own.json")] public sealed partial class Own;
            [PatchMoE("specs/wide.json")] public sealed partial class Wide;
            [PatchMoE("specs/wider.json")] public sealed partial class Wider;

            public static class Names
            {
                public static string All => Sub.Spec.Name + Linked.Spec.Name + Own.Spec.Name + Wide.Spec.Name + Wider.Spec.Name;
            }
            """);
        (int status, string output) = DotnetCommand.Run(_folder.Path, "build", _folder.File("User/User.csproj"), "-nodeReuse:false");
        Assert.That(status, Is.Zero, output);
        Assert.That(output, Does.Contain(" 0 Warning(s)"));
    }

    private string Project(string framework, string items = "") => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>{framework}</TargetFramework>
            <RestorePackagesPath>{_folder.File("packages")}</RestorePackagesPath>
            <UseSharedCompilation>false</UseSharedCompilation>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="PatchMoE" Version="9.9.9" />
            {items}
          </ItemGroup>
        </Project>
        """;

    private void Write(string path, string text, Encoding? encoding = null)
    {
        string full = _folder.File(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text, encoding ?? new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
    }
}
