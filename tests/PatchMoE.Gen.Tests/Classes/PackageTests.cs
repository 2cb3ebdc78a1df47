using System.Text;

namespace PatchMoE.Gen.Tests;

/// <summary>The packages PatchMoE and PatchMoE.Imaging, packed and referenced by projects outside the repository.</summary>
[TestFixture]
public sealed class PackageTests
{
    private TemporaryFolder _folder = null!;

    [OneTimeSetUp]
    public void Pack()
    {
        _folder = new TemporaryFolder();
        string configuration = Path.GetFileName(Path.GetDirectoryName(TestContext.CurrentContext.TestDirectory.TrimEnd(Path.DirectorySeparatorChar)))!;
        foreach (string project in (string[])["PatchMoE.Spec", "PatchMoE", "PatchMoE.Imaging"])
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

    /// <summary>A console program that classifies a file of a picture and says what it looked at.</summary>
    [Test]
    public void PicturesAreClassifiedByName()
    {
        // 2×1 pixels, red and blue.
        File.WriteAllBytes(_folder.File("picture.bmp"), Convert.FromBase64String("Qk0+AAAAAAAAADYAAAAoAAAAAgAAAAEAAAABABgAAAAAAAgAAAATCwAAEwsAAAAAAAAAAAAAAAD//wAAAAA="));
        Write("App/specs/pets.json", """
            { "name": "pets", "model": { "input": { "kind": "image", "height": 8, "width": 8, "channels": 3, "patch": 4 },
              "layers": [ { "experts": 2, "patchesPerExpert": 1, "neuronsPerExpert": 2 } ], "head": { "kind": "linear", "outputs": 2 }, "loss": "softmaxCrossEntropy" } }
            """);
        Write("App/App.csproj", Project("net10.0", """<PackageReference Include="PatchMoE.Imaging" Version="9.9.9" />""").Replace(
            "<TargetFramework>", "<OutputType>Exe</OutputType><ImplicitUsings>enable</ImplicitUsings><TargetFramework>", StringComparison.Ordinal));
        Write("App/Program.cs", """
            using PatchMoE;

            using (var untrained = new Pets { Metadata = new ModelMetadata { Classes = ["cat", "dog"] } })
            {
                untrained.Initialize(seed: 1);
                untrained.Save("weights.safetensors");
            }

            using var model = Pets.Load("weights.safetensors");
            Console.WriteLine($"{model.Classify(args[0])} {model.Explain(args[0]).MostImportant(1)[0].Place.Pixels?.Width}");

            [PatchMoE("specs/pets.json")]
            public sealed partial class Pets;
            """);
        (int status, string output) = DotnetCommand.Run(_folder.Path, "run", "--project", _folder.File("App/App.csproj"), "--", _folder.File("picture.bmp"));
        Assert.That(status, Is.Zero, output);
        Assert.That(output, Does.Match("(cat|dog) (0\\.[5-9][0-9]|1\\.00) 4"));
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
