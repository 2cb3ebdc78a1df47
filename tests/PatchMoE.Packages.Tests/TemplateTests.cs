using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using PatchMoE.Tests.Docs;

namespace PatchMoE.Packages.Tests;

/// <summary>What README says of the packages, and the templates of themselves, line by line on a machine that has the packages alone.</summary>
[TestFixture]
[Platform(Exclude = "Win")]
public sealed partial class TemplateTests
{
    private const string OwnProject = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
          </PropertyGroup>
        </Project>
        """;

    private Terminal _terminal = null!;
    private string _digits = null!;
    private string[] _trained = null!;

    /// <summary>README: from the packages to a project that trains and predicts, and the command.</summary>
    [OneTimeSetUp]
    public void Readme()
    {
        _terminal = new Terminal("reader");
        string repository = _terminal.Folder;
        File.WriteAllText(_terminal.File("YOUR.csproj"), OwnProject);
        _trained = [];
        foreach (ShellLine line in InstalledCommands.Of("README.md"))
        {
            Outcome outcome = _terminal.Type(line);
            if (line.Text.StartsWith("cd ../digits && dotnet run", StringComparison.Ordinal))
            {
                _trained = outcome.Lines;
                _digits = _terminal.Folder;
                _terminal.Folder = repository;
            }
        }

        Assert.That(File.ReadAllText(_terminal.File("YOUR.csproj")), Does.Contain($"<PackageReference Include=\"PatchMoE\" Version=\"{UserMachine.Version}\""));
    }

    /// <summary>It trains, predicts, and predicts the same as a native program.</summary>
    [Test]
    public void Console_TrainsAndPredicts_AlsoAsANativeProgram()
    {
        Match accuracy = Accuracy().Match(_trained[0]);
        Assert.That(accuracy.Success, _trained[0]);
        Assert.That(double.Parse(accuracy.Groups["percent"].Value, System.Globalization.CultureInfo.InvariantCulture), Is.GreaterThan(70));
        Assert.That(_trained.Skip(1), Has.Exactly(5).Matches("^[a-z]+ [01]\\.[0-9][0-9], it is [a-z]+; the patches that spoke most for it begin at "));

        _terminal.Folder = _digits;
        foreach (ShellLine line in InstalledCommands.Of("templates/content/pmoe-console/README.md"))
        {
            Outcome outcome = _terminal.Type(line);
            string command = line.Text.Split(' ')[1];
            if (command == "run")
            {
                // README has trained it; 'train' does so again, to the same bits.
                bool trains = line.Text.EndsWith(" train", StringComparison.Ordinal);
                Assert.That((Accuracy().IsMatch(outcome.Lines[0]), outcome.Lines.Count(text => _trained[1..].Contains(text))), Is.EqualTo((trains, 5)), line.ToString());
            }
            else
            {
                Assert.That(outcome.All, Does.Not.Contain("warning"));
            }
        }

        string native = Directory.GetFiles(Path.Combine(_digits, "bin"), "digits", SearchOption.AllDirectories).Single(file => Path.GetFileName(Path.GetDirectoryName(file)) == "publish");
        Assert.That(UserMachine.Run(native, _digits).Succeeded().Lines, Is.EqualTo(_trained.Skip(1)));
    }

    [Test]
    public async Task Service_TrainsAndClassifies()
    {
        // README has made the folder of packages a source, and the template needs to know nothing of it.
        _terminal.Folder = Directory.CreateDirectory(UserMachine.File("reader/others")).FullName;
        foreach (ShellLine line in InstalledCommands.Of("templates/README.md"))
        {
            // README has installed them from a file.
            _terminal.Type(line, line.Text.StartsWith("dotnet new install", StringComparison.Ordinal) ? " --force" : "");
        }

        Assert.That(_terminal.File("digits/digits.csproj"), Does.Exist);
        _terminal.Folder = _terminal.File("digit-service");
        File.WriteAllBytes(_terminal.File("seven.png"), Bitmap.One());
        IReadOnlyList<ShellLine> lines = InstalledCommands.Of("templates/content/pmoe-service/README.md");
        (Process service, string address) = await _terminal.Serve(lines[0]);
        try
        {
            string text = _terminal.Ask(lines[1], address).Output;
            using JsonDocument json = JsonDocument.Parse(text);
            Assert.That(json.RootElement.GetProperty("class").GetString(), Is.EqualTo("one"), text);
            Assert.That(json.RootElement.GetProperty("seen").GetArrayLength(), Is.EqualTo(3));

            using var client = new HttpClient { BaseAddress = new Uri(address) };
            Assert.That(await client.GetStringAsync("health"), Is.EqualTo("ok"));
            using HttpResponseMessage refusal = await client.PostAsync("classify", new ByteArrayContent("no picture"u8.ToArray()));
            Assert.That(refusal.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        }
        finally
        {
            service.Kill(entireProcessTree: true);
        }

        Assert.That(lines, Has.Count.EqualTo(2));
    }

    [GeneratedRegex("^(?<percent>[0-9.]+) % of 500 digits after .* of training on 1000 others; weights in weights.safetensors$")]
    private static partial Regex Accuracy();
}
