using System.Text.Json;

namespace PatchMoE.Tests;

/// <summary>From texts to predictions and routes: <c>train</c>, <c>eval</c>, <c>predict</c>, <c>route</c>.</summary>
public sealed class TextCommandTests
{
    private const string Speech = "My fellow Americans, our schools need computers and the Internet. We have created 14 million new jobs.";

    private static readonly string s_spec = Path.Combine(Repository.Root, "specs", "union.json");

    private TemporaryFolder _folder = null!;
    private string _weights = null!;

    [OneTimeSetUp]
    public void Train()
    {
        _folder = new TemporaryFolder();
        _weights = _folder.File("run/weights.safetensors");
        Outcome trained = Pmoe.Run("train", s_spec, "--out", _folder.File("run"));
        Assert.That(trained.ExitCode, Is.Zero, trained.Error);
        Assert.That(JsonDocument.Parse(trained.OutputLines[^1]).RootElement.GetProperty("testAccuracy").GetDouble(), Is.GreaterThan(0.85));
    }

    [OneTimeTearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void TheTestTexts_AreEvaluated()
    {
        Outcome outcome = Pmoe.Run("eval", s_spec, "--weights", _weights);
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        Assert.That(JsonDocument.Parse(outcome.OutputLines[^1]).RootElement.GetProperty("testAccuracy").GetDouble(), Is.GreaterThan(0.85));
    }

    /// <summary>Texts of every class in turn, each with its own class and the answer, in the colours of the experts; pictures of vectors would say nothing.</summary>
    [Test]
    public void TheReport_ShowsTextsInTheColoursOfTheirExperts()
    {
        string html = File.ReadAllText(_folder.File("run/report.html"));
        int start = html.IndexOf("What the experts look at", StringComparison.Ordinal);
        string looked = html[start..html.IndexOf("<h2>", start, StringComparison.Ordinal)];
        Assert.That(looked, Does.Match("""<span class="segment" style="[^"]+" title="expert \d: gate [01].\d\d""").And.Not.Contain("<svg"));
        string[] titles = [.. System.Text.RegularExpressions.Regex.Matches(looked, "<h3>(.*?)</h3>").Select(match => match.Groups[1].Value)];
        Assert.That(titles, Has.Length.EqualTo(8));
        foreach (string president in new[] { "Clinton", "Eisenhower", "Jefferson", "Roosevelt" })
        {
            Assert.That(titles.Count(title => System.Text.RegularExpressions.Regex.IsMatch(title, $"^line \\d+, {president}: ")), Is.EqualTo(2), president);
        }

        Assert.That(html[html.IndexOf("Wrong answers", StringComparison.Ordinal)..], Does.Contain("class=\"segment\""));
    }

    [Test]
    public void FilesFoldersAndTables_ArePredicted()
    {
        string text = Write("speech.txt", Speech);
        string table = Write("speeches.csv", $"text\n\"{Speech}\"\n\"{Speech}\"\n");
        Assert.That(Pmoe.Run("predict", _weights, "--input", text).Output, Does.Match(@"^Clinton [01]\.\d\d\n$"));
        Assert.That(Pmoe.Run("predict", _weights, "--input", table).OutputLines, Is.EqualTo(new[] { 2, 3 }.Select(line => $"line {line}\t{Pmoe.Run("predict", _weights, "--input", text).OutputLines[0]}")));
        Write("many/1.txt", Speech);
        Write("many/2.md", $"# Title\n\n{Speech}");
        Assert.That(Pmoe.Run("predict", _weights, "--input", _folder.File("many")).OutputLines, Has.Length.EqualTo(2));
    }

    [Test]
    public void Routes_AreAPageOrLines()
    {
        string text = Write("routed.txt", $"{Speech} <b> & more.");
        Outcome lines = Pmoe.Run("route", s_spec, "--weights", _weights, "--input", text);
        Assert.That(lines.ExitCode, Is.Zero, lines.Error);
        Assert.That(lines.Output, Does.StartWith($"{text}: Clinton ").And.Match(@"\[[0-3]( [0-3])*\]My fellow Americans, our schools need computers and the Internet\. \["));
        Assert.That(Pmoe.Run("route", s_spec, "--weights", _weights, "--input", text, "--out", _folder.File("routes.html")).ExitCode, Is.Zero);
        Assert.That(File.ReadAllText(_folder.File("routes.html")), Does.Contain("expert 3</span>").And.Match("""<span class="segment" style="[^"]+" title="expert \d: gate [01].\d\d""").And.Contain("&lt;b&gt; &amp; more."));
    }

    [Test]
    public void WhatIsMissing_IsSaid()
    {
        Assert.That(Pmoe.Run("predict", _weights, "--input", _folder.File("none.txt")).Error, Does.Contain("none.txt"));
        Assert.That(Pmoe.Run("route", s_spec, "--weights", _weights).Error, Does.Contain("--input: name a text to route"));
        Write("empty/x.bin", "x");
        Assert.That(Pmoe.Run("predict", _weights, "--input", _folder.File("empty")).Error, Does.Contain("the folder holds no texts (.txt, .md, .markdown, .html, .htm, .eml)"));
    }

    private string Write(string name, string text)
    {
        string path = _folder.File(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }
}
