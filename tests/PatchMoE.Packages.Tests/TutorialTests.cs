using System.Diagnostics;
using System.Text.Json;
using PatchMoE.Tests.Docs;

namespace PatchMoE.Packages.Tests;

/// <summary>docs/tutorial.md, line by line on a machine that has the packages alone; the photographs are drawn, and the training is short.</summary>
[TestFixture]
[Platform(Exclude = "Win")]
public sealed class TutorialTests
{
    private const string Page = "docs/tutorial.md";

    [Test]
    public async Task TheTutorial_LeadsFromPhotographsToAService()
    {
        var terminal = new Terminal("learner");
        Process? service = null;
        string address = "";
        try
        {
            foreach (ShellLine line in InstalledCommands.Of(Page))
            {
                if (line.Text == "pmoe --version")
                {
                    // "All that follows happens in a folder of your own."
                    terminal.Folder = Directory.CreateDirectory(UserMachine.File("learner/own")).FullName;
                    Bitmap.WriteClasses(terminal.File("photos"), "mug", "plate", 20);
                    Bitmap.WriteClasses(terminal.File("holidays"), "first", "second", 2);
                    File.WriteAllBytes(terminal.File("cup.png"), Bitmap.One(4));
                }

                if (line.Text.Contains("dotnet run", StringComparison.Ordinal))
                {
                    File.WriteAllText(terminal.File("mugs/Program.cs"), Program());
                    (service, address) = await terminal.Serve(line);
                    continue;
                }

                Outcome outcome = line.Program == "curl" ? terminal.Ask(line, address) : terminal.Type(line, line.Text.StartsWith("pmoe train ", StringComparison.Ordinal) ? " --epochs 2" : "");
                Check(line, outcome, terminal);
            }
        }
        finally
        {
            service?.Kill(entireProcessTree: true);
        }
    }

    /// <summary>What the page says of a command's outcome.</summary>
    private static void Check(ShellLine line, Outcome outcome, Terminal terminal)
    {
        switch (line.Text)
        {
            case "pmoe --version":
                // The assemblies are those of the build, which is packed with another version.
                Assert.That(outcome.Output, Does.Match(@"^\d+\.\d+\.\d+"));
                break;
            case "pmoe new photos":
                Assert.That(terminal.File("photos.json"), Does.Exist);
                break;
            case "pmoe train photos.json":
                Assert.That(terminal.File("runs/photos-1/weights.safetensors"), Does.Exist);
                Assert.That(terminal.File("runs/photos-1/report.html"), Does.Exist);
                break;
            case "pmoe predict photos.json --input cup.png":
                Assert.That(outcome.Output, Does.Match("^(mug|plate) [01]\\.\\d\\d\n$"));
                break;
            case "pmoe predict photos.json --input holidays --top 2 --json":
                Assert.That(outcome.Lines, Has.Length.EqualTo(4));
                break;
            case "pmoe route photos.json --out routes.svg":
                Assert.That(File.ReadAllText(terminal.File("routes.svg")), Does.StartWith("<svg"));
                break;
            case "curl --data-binary @cup.png http://localhost:5000/classify":
                using (JsonDocument answer = JsonDocument.Parse(outcome.Output))
                {
                    Assert.That(answer.RootElement.GetProperty("className").GetString(), Is.AnyOf("mug", "plate"));
                    Assert.That(answer.RootElement.GetProperty("seen").GetArrayLength(), Is.EqualTo(3));
                }

                break;
        }
    }

    /// <summary>The program that the page shows.</summary>
    private static string Program() => DocumentFiles.Blocks.Single(block => block.File == Page && block.Language == "csharp").Text;
}
