using System.Diagnostics;
using System.IO.Compression;

namespace PatchMoE.Tests;

/// <summary>Arrays as users have them, through the commands: the same samples in another form give the same results.</summary>
public sealed class ArrayInputTests
{
    private GoldenRun _golden = null!;
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder()
    {
        _folder = new TemporaryFolder();
        _golden = new GoldenRun("overlap-odd", _folder);
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    /// <summary>The golden case's image has one channel after this: its spec, weights drawn for it, and its pixels.</summary>
    private (string Spec, string Weights, NpyArray Images) Grey()
    {
        string spec = _folder.File("grey.json");
        File.WriteAllText(spec, """
            {
              "name": "Grey",
              "model": {
                "input":  { "kind": "image", "height": 4, "width": 6, "channels": 1, "patch": [2, 3], "stride": [2, 3] },
                "layers": [ { "routing": "expertChoice", "experts": 2, "patchesPerExpert": 2, "neuronsPerExpert": 3, "gate": "softmaxAll" } ],
                "head":   { "kind": "linear", "outputs": 3 },
                "loss":   "softmaxCrossEntropy"
              }
            }
            """);
        string weights = _folder.File("grey.safetensors");
        Assert.That(Pmoe.Run("init", spec, "--seed", "3", "--weights", weights).ExitCode, Is.Zero);
        return (spec, weights, new NpyArray([5, 4, 6, 1], [.. Enumerable.Range(0, 120).Select(i => MathF.Sin(i))]));
    }

    [Test]
    public void ALoneChannel_MayBeLeftOutEverywhere()
    {
        (string spec, string weights, NpyArray images) = Grey();
        NpyFile.Write(_folder.File("x.npy"), images);
        NpyFile.Write(_folder.File("flat.npy"), new NpyArray([5, 4, 6], images.Values<float>()));
        NpyFile.Write(_folder.File("y.npy"), new NpyArray([5], [0, 1, 2, 1, 0]));

        string[] Results(string input)
        {
            Outcome predict = Pmoe.Run("predict", spec, "--weights", weights, "--input", _folder.File(input));
            Outcome run = Pmoe.Run("run", spec, "--weights", weights, "--input", _folder.File(input), "--labels", _folder.File("y.npy"), "--output", _folder.File("logits.npy"), "--gradients", _folder.File("g"));
            Outcome route = Pmoe.Run("route", spec, "--weights", weights, "--input", _folder.File(input), "--out", _folder.File("r.svg"));
            Assert.That(new[] { predict.ExitCode, run.ExitCode, route.ExitCode }, Is.All.Zero, predict.Error + run.Error + route.Error);
            return [predict.Output, run.Output, File.ReadAllText(_folder.File("r.svg")), Convert.ToHexString(File.ReadAllBytes(_folder.File("logits.npy")))];
        }

        Assert.That(Results("flat.npy"), Is.EqualTo(Results("x.npy")));

        // The gradient of the input has the input's own shape.
        Assert.That(SafetensorsFile.Read(_folder.File("g")).Tensors.Single(tensor => tensor.Name == "input").Shape, Is.EqualTo(new[] { 5, 4, 6, 1 }));
        Results("flat.npy");
        Assert.That(SafetensorsFile.Read(_folder.File("g")).Tensors.Single(tensor => tensor.Name == "input").Shape, Is.EqualTo(new[] { 5, 4, 6 }));
    }

    [Test]
    public void ChannelsFirst_AreRefusedByEveryCommandWithTheSameAdvice()
    {
        (string spec, string weights, NpyArray images) = Grey();
        NpyFile.Write(_folder.File("x.npy"), new NpyArray([5, 1, 4, 6], images.Values<float>()));
        foreach (string[] command in (string[][])[["predict"], ["run", "--output", _folder.File("logits.npy")], ["route", "--out", _folder.File("r.svg")]])
        {
            Outcome outcome = Pmoe.Run([command[0], spec, "--weights", weights, "--input", _folder.File("x.npy"), .. command[1..]]);
            Assert.That(outcome.ExitCode, Is.EqualTo(1));
            Assert.That(outcome.Error, Does.Contain("x.transpose(0, 2, 3, 1)").And.Not.Contain("reshape"));
        }
    }

    [Test]
    public void AnArrayOfAnArchive_IsAnInput()
    {
        using (ZipArchive archive = ZipFile.Open(_folder.File("data.npz"), ZipArchiveMode.Create))
        {
            archive.CreateEntryFromFile(_golden.In("input.npy"), "x.npy");
            archive.CreateEntryFromFile(_golden.In("labels.npy"), "y.npy");
        }

        string[] arguments = _golden.Arguments();
        arguments[Array.IndexOf(arguments, "--input") + 1] = _folder.File("data.npz:x");
        arguments[Array.IndexOf(arguments, "--labels") + 1] = _folder.File("data.npz:y");
        _golden.AssertAgrees(Pmoe.Run(arguments));
    }

    [Test]
    public void WrappedWeights_AreNoted()
    {
        IReadOnlyList<NamedTensor> weights = SafetensorsFile.Read(_golden.In("weights.safetensors")).Tensors;
        SafetensorsFile.Write(_folder.File("wrapped"), [.. weights.Select(tensor => tensor with { Name = $"module.{tensor.Name}" })]);
        string[] arguments = _golden.Arguments();
        arguments[Array.IndexOf(arguments, "--weights") + 1] = _folder.File("wrapped");
        Outcome outcome = Pmoe.Run(arguments);
        _golden.AssertAgrees(outcome);
        Assert.That(outcome.Error, Does.Contain("note: ").And.Contain("begin with 'module.'"));
    }

    [TestCase("--input")]
    [TestCase("--labels")]
    [Platform("Linux,Unix,MacOsX")]
    public void StandardInput_IsRead(string option)
    {
        string[] arguments = _golden.Arguments();
        int at = Array.IndexOf(arguments, option) + 1;
        string file = arguments[at];
        arguments[at] = "-";
        _golden.AssertAgrees(Shell.Run("cat \"$FILE\" | \"$@\"", ("FILE", file), Pmoe.StartInfo(arguments)));
    }

    /// <summary>Its number then belongs to something of the runtime's, on which a read would wait forever.</summary>
    [Test]
    [Platform("Linux,Unix,MacOsX")]
    public void AClosedStandardInput_IsRefused()
    {
        string[] arguments = _golden.Arguments();
        arguments[Array.IndexOf(arguments, "--input") + 1] = "-";
        Outcome outcome = Shell.Run("\"$@\" <&-", ("UNUSED", ""), Pmoe.StartInfo(arguments));
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.Error, Does.Contain("error: standard input: cannot be read: it is closed."));
    }

    [Test]
    [Platform("Linux,Unix,MacOsX")]
    public void ATruncatedPipe_IsRefusedByItsName()
    {
        string[] arguments = _golden.Arguments();
        string file = arguments[Array.IndexOf(arguments, "--input") + 1];
        arguments[Array.IndexOf(arguments, "--input") + 1] = "-";
        Outcome outcome = Shell.Run("head -c 500 \"$FILE\" | \"$@\"", ("FILE", file), Pmoe.StartInfo(arguments));
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.Error, Does.StartWith("error: standard input: ").And.Contain("are missing"));
    }

    [Test]
    [Platform("Linux,Unix,MacOsX")]
    public void ControlC_EndsTheWaitForAPipe()
    {
        string[] arguments = _golden.Arguments();
        arguments[Array.IndexOf(arguments, "--input") + 1] = "-";
        ProcessStartInfo start = Pmoe.StartInfo(arguments);
        start.RedirectStandardInput = true;
        using Process process = Process.Start(start)!;

        // The command has read this much, and waits for more, once the pipe takes more than it can hold.
        process.StandardInput.BaseStream.Write(NumpyFile.Of("<f4", [1 << 20], new byte[1 << 20]));
        process.StandardInput.BaseStream.Flush();
        using (Process kill = Process.Start("kill", ["-INT", $"{process.Id}"]))
        {
            kill.WaitForExit();
        }

        Assert.That(Pmoe.Finish(process).ExitCode, Is.EqualTo(130));
    }
}
