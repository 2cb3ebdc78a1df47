using System.Text.Json;

namespace PatchMoE.Tests;

/// <summary>From a folder of pictures, a table or arrays to predictions: <c>new</c>, <c>train</c>, <c>predict</c>.</summary>
public sealed class PictureCommandTests
{
    private static readonly string[] s_classes = ["blank", "square"];

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void PicturesAreLearntAndNamed()
    {
        Pictures.WriteExamples(_folder.File("photos"), 40, s_classes);
        Outcome made = Pmoe.Run("new", _folder.File("photos"), "--out", _folder.File("photos.json"));
        Assert.That((made.ExitCode, made.Output), Is.EqualTo((0, _folder.File("photos.json") + "\n")), made.Error);
        Assert.That(made.Error, Does.Contain("found pictures of 2 classes: 40 of 'blank', 40 of 'square'").And.Contain("1 channel: the pictures are grey").And.Contain("images of 16x16 pixels"));

        Outcome trained = Pmoe.Run("train", _folder.File("photos.json"), "--out", _folder.File("run"), "--epochs", "20");
        Assert.That(trained.ExitCode, Is.Zero, trained.Error);
        Assert.That(JsonDocument.Parse(trained.OutputLines[^1]).RootElement.GetProperty("testAccuracy").GetDouble(), Is.GreaterThan(0.9));
        string report = File.ReadAllText(_folder.File("run/report.html"));
        Assert.That(report, Does.Contain("<h2>Right and wrong</h2>").And.Contain("<th>square</th>"));

        string weights = _folder.File("run/weights.safetensors");
        string picture = _folder.File("photos/square/3.png");
        Assert.Multiple(() =>
        {
            Assert.That(Pmoe.Run("predict", weights, "--input", picture).Output, Does.Match("^square (0.9[0-9]|1.00)\n$"));
            Assert.That(
                Pmoe.Run("predict", _folder.File("photos.json"), "--weights", weights, "--input", picture, _folder.File("photos/blank/0.png"), "--top", "2").Output,
                Does.Match($"^{picture}\tsquare [01].[0-9]+, blank [01].[0-9]+\n.*0.png\tblank [01].[0-9]+, square [01].[0-9]+\n$"));
            Assert.That(Pmoe.Run("predict", weights, "--input", _folder.File("photos/blank")).OutputLines, Has.Length.EqualTo(40));
        });

        JsonElement json = JsonDocument.Parse(Pmoe.Run("predict", weights, "--input", picture, "--json").Output).RootElement;
        Assert.That(
            (json.GetProperty("input").GetString(), json.GetProperty("class").GetString(), json.GetProperty("index").GetInt32(), json.GetProperty("probabilities").GetArrayLength()),
            Is.EqualTo((picture, "square", 1, 2)));
    }

    [Test]
    public void PathsMayBeListed()
    {
        string weights = Weights();
        File.WriteAllText(_folder.File("list.txt"), $"{_folder.File("photos/square/0.png")}\r\n\n{_folder.File("photos/blank/0.png")}\n");
        string[] lines = Pmoe.Run("predict", weights, "--input", _folder.File("list.txt")).OutputLines;
        Assert.That(lines.Select(line => line.Split('\t')[0]), Is.EqualTo(new[] { _folder.File("photos/square/0.png"), _folder.File("photos/blank/0.png") }));
    }

    [Test]
    public void WeightsOfTheLastRunAreTaken()
    {
        File.Move(Weights(), Directory.CreateDirectory(_folder.File("runs/photos-1")).FullName + "/weights.safetensors");
        Outcome outcome = Shell.Run("cd \"$FOLDER\" && \"$@\"", ("FOLDER", _folder.Path), Pmoe.StartInfo("predict", "photos.json", "--input", "photos/square/0.png"));
        Assert.That((outcome.ExitCode, outcome.Error), Is.EqualTo((0, "weights: runs/photos-1/weights.safetensors\n")));
    }

    [Test]
    public void APictureMayComeThroughAPipe()
    {
        Weights();
        Outcome outcome = Shell.Run("cat \"$PICTURE\" | \"$@\"", ("PICTURE", _folder.File("photos/square/0.png")), Pmoe.StartInfo("predict", _folder.File("run/weights.safetensors"), "--input", "-"));
        Assert.That((outcome.ExitCode, outcome.OutputLines.Length), Is.EqualTo((0, 1)), outcome.Error);
        Assert.That(outcome.Output, Does.Match("^(blank|square) [01].[0-9][0-9]\n$"));
    }

    [Test]
    public void TablesAreLearntAndNamed()
    {
        File.WriteAllLines(_folder.File("t.csv"), ["width,height,species", .. Enumerable.Range(0, 60).Select(i => $"{i % 10},{(i % 3) * 5},{"abc"[i % 3]}")]);
        Outcome made = Pmoe.Run("new", _folder.File("t.csv"), "--out", _folder.File("t.json"));
        Assert.That(made.Error, Does.Contain("3 classes in the column 'species': a, b, c"), made.Error);
        Outcome trained = Pmoe.Run("train", _folder.File("t.json"), "--out", _folder.File("run"));
        Assert.That(JsonDocument.Parse(trained.OutputLines[^1]).RootElement.GetProperty("testAccuracy").GetDouble(), Is.GreaterThan(0.9), trained.Error);

        File.WriteAllText(_folder.File("u.csv"), "width,height\n3,0\n4,10\n");
        string[] lines = Pmoe.Run("predict", _folder.File("t.json"), "--weights", _folder.File("run/weights.safetensors"), "--input", _folder.File("u.csv")).OutputLines;
        Assert.That(lines.Select(line => line.Split(' ')[0]), Is.EqualTo(new[] { "a", "c" }));
    }

    [Test]
    public void ArraysAreLearnt()
    {
        var random = new Random(1);
        foreach ((string part, int count) in (ReadOnlySpan<(string, int)>)[("train", 60), ("test", 30)])
        {
            byte[] labels = [.. Enumerable.Range(0, count).Select(i => (byte)(i % 3))];
            byte[] pixels = [.. labels.SelectMany(label => Enumerable.Range(0, 64).Select(i => (byte)((i / 22 == label ? 150 : 0) + random.Next(90))))];
            NpyFile.Write(_folder.File($"x_{part}.npy"), new NpyArray([count, 8, 8], pixels));
            NpyFile.Write(_folder.File($"y_{part}.npy"), new NpyArray([count], labels));
        }

        Outcome made = Pmoe.Run("new", _folder.Path, "--out", _folder.File("a.json"));
        Assert.That((made.ExitCode, made.Error), Is.EqualTo((0, made.Error)));
        Outcome trained = Pmoe.Run("train", _folder.File("a.json"), "--out", _folder.File("run"), "--epochs", "20");
        Assert.That(JsonDocument.Parse(trained.OutputLines[^1]).RootElement.GetProperty("testAccuracy").GetDouble(), Is.GreaterThan(0.9), trained.Error);
    }

    [Test]
    public void WhatIsWrongIsSaid()
    {
        Pictures.WriteExamples(_folder.File("one"), 1, ["cat"]);
        File.WriteAllText(_folder.File("t.csv"), "a,b\n1,2\n3,4\n");
        File.WriteAllText(_folder.File("exists.json"), "{}");
        Assert.Multiple(() =>
        {
            Fails(["new", _folder.File("one")], "pictures of one class only, 'cat'");
            Fails(["new", _folder.File("nothing")], "there is no such file or folder");
            Fails(["new", _folder.File("t.csv")], "Name it with --label, one of a, b");
            Fails(["new", _folder.File("t.csv"), "--label", "a", "--size", "8"], "--size: ");
            Fails(["new", _folder.File("t.csv"), "--label", "a", "--out", _folder.File("exists.json")], "Replace it with --force");
            Fails(["predict", Weights(), "--input", _folder.File("photos/none")], "there is no such file");
            Fails(["predict", Weights(), "--weights", "w", "--input", "x"], "holds weights already");
        });
    }

    private static void Fails(string[] arguments, string message)
    {
        Outcome outcome = Pmoe.Run(arguments);
        Assert.That((outcome.ExitCode, outcome.Output), Is.EqualTo((1, "")), outcome.Error);
        Assert.That(outcome.Error, Does.Contain(message));
    }

    /// <summary>Weights of a short training on pictures.</summary>
    private string Weights()
    {
        Pictures.WriteExamples(_folder.File("photos"), 5, s_classes);
        Pmoe.Run("new", _folder.File("photos"), "--out", _folder.File("photos.json"), "--force");
        Outcome trained = Pmoe.Run("train", _folder.File("photos.json"), "--out", _folder.File("run"), "--epochs", "1", "--force");
        Assert.That(trained.ExitCode, Is.Zero, trained.Error);
        return _folder.File("run/weights.safetensors");
    }
}
