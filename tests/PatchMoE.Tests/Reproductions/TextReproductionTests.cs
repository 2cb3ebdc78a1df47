using System.Text.Json;
using PatchMoE.Cli.TextExperiments;

namespace PatchMoE.Tests.Reproductions;

/// <summary>Routing on texts from the command to the report, on short texts of two classes.</summary>
[Category("Long")]
public sealed class TextReproductionTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("text", 7)]
    [TestCase("hierarchy", 5)]
    public void ARun_WritesItsReport_AndIsNotRunAgain(string name, int networks)
    {
        Write("train.csv", 24);
        Write("test.csv", 12);
        string[] options = ["reproduce", name, "--data", _folder.Path, "--quick", "--seeds", "2", "--samples", "8", "16", "--out", _folder.File("run")];
        Outcome first = Pmoe.Run(options);
        Assert.That(first.ExitCode, Is.Zero, first.Error);

        // 16 texts with 0 and with 8 sentences more, and 8 texts.
        Assert.That(first.ErrorLines[0], Does.Contain($"{3 * networks * 2} of {3 * networks * 2} cells to run"));
        string html = File.ReadAllText(_folder.File("run/report.html"));
        Assert.That(html, Does.Contain("Accuracy against training texts").And.Contain("Accuracy against irrelevant sentences").And.Contain("two-levels").And.Contain("The spec of sentences"));
        string csv = File.ReadAllText(_folder.File("run/results.csv"));
        Assert.That(csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo((3 * networks * 2) + 1));
        string markdown = File.ReadAllText(_folder.File("run/results.md"));
        Assert.That(markdown, Does.Contain("| training texts | sentences |").And.Contain("| lost |"));

        Outcome again = Pmoe.Run(options);
        Assert.That(again.ErrorLines[0], Does.Contain("0 of "));
        Assert.That(File.ReadAllText(_folder.File("run/results.md")), Is.EqualTo(markdown));
    }

    /// <summary>A word decides: every one learns it.</summary>
    [Test]
    public void NetworksAndAveragedVectors_LearnAWord()
    {
        Write("train.csv", 60);
        Write("test.csv", 20);
        Outcome outcome = Pmoe.Run("reproduce", "text", "--data", _folder.Path, "--seeds", "1", "--samples", "60", "--networks", "sentences", "averaged", "--out", _folder.File("run"));
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        using JsonDocument json = JsonDocument.Parse(outcome.Output.TrimEnd().Split('\n')[^1]);
        double[] clean = [.. json.RootElement.GetProperty("results").EnumerateArray().Where(entry => entry.GetProperty("irrelevant").GetInt32() == 0).Select(entry => entry.GetProperty("mean").GetDouble())];
        Assert.That(clean, Has.Length.EqualTo(2).And.All.GreaterThanOrEqualTo(0.9));
    }

    [Test]
    public void TheSpecs_AreValid()
    {
        Write("train.csv", 12);
        var corpus = TextCorpus.Find(_folder.Path);
        foreach (string network in (string[])["sentences", "paragraphs", "ngrams", "dense", "sample-moe", "two-levels", "three-levels", "dense-levels", "averaged"])
        {
            PatchMoESpec spec = TextNetworks.Of(network, corpus);
            SpecResult read = SpecReader.Read(SpecWriter.ToJson(spec), $"{network}.json");
            Assert.That(read.Diagnostics, Is.Empty, network);
            Assert.That(read.Spec, Is.EqualTo(spec), network);
        }
    }

    [Test]
    public void AFolderOfMailsWithoutEndings_IsRead()
    {
        for (int i = 0; i < 6; i++)
        {
            string file = _folder.File($"{(i % 2 == 0 ? "ham" : "spam")}/{i:00000}.0a1b");
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, $"Subject: number {i}\nContent-Type: text/plain\n\nA body.\n");
        }

        var corpus = TextCorpus.Find(_folder.Path);
        Assert.That(corpus.Data.Format, Is.EqualTo(TextFormat.Mail));
        Assert.That(corpus.Classes, Is.EqualTo(new[] { "ham", "spam" }));
        Assert.That(corpus.MostTraining, Is.EqualTo(4));
    }

    [Test]
    public void OneClass_IsOneMessage()
    {
        File.WriteAllText(_folder.File("train.csv"), "label,text\nham,One.\nham,Two.\n");
        Outcome outcome = Pmoe.Run("reproduce", "text", "--data", _folder.Path, "--out", _folder.File("run"));
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(outcome.Error, Does.Contain("all texts are of the class 'ham'").And.Contain("at least two"));
    }

    [Test]
    public void TooManySamples_IsOneMessage()
    {
        Write("train.csv", 12);
        Outcome outcome = Pmoe.Run("reproduce", "text", "--data", _folder.Path, "--samples", "9", "--out", _folder.File("run"));
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.Error, Does.Contain("--samples: 9 is more than the 8 texts"));
    }

    /// <summary>Texts of two paragraphs, in which one word gives the class away.</summary>
    private void Write(string file, int count)
    {
        string[] words = ["river", "stone", "cloud", "tree", "house"];
        IEnumerable<string> rows = Enumerable.Range(0, count).Select(i =>
            $"{(i % 2 == 0 ? "sea" : "sky")},\"The {words[i % 5]} is old. The {(i % 2 == 0 ? "ship" : "bird")} is near.\n\nA {words[(i + 2) % 5]} and a {words[i / 2 % 5]}.\"");
        File.WriteAllText(_folder.File(file), "label,text\n" + string.Join('\n', rows) + "\n");
    }
}
