using System.Globalization;

namespace PatchMoE.Tests;

public sealed class RunCommandTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void AgreesWithTheGoldenCases([ValueSource(typeof(GoldenRun), nameof(GoldenRun.Names))] string name, [Values("cpu", "reference")] string backend)
    {
        var golden = new GoldenRun(name, _folder);
        golden.AssertAgrees(Pmoe.Run(golden.Arguments("--backend", backend)));
    }

    [Test]
    public void WithoutLabels_WritesTheSameLogits_AndPrintsNothing([Values("cpu", "reference")] string backend)
    {
        var golden = new GoldenRun("two-level", _folder);
        Pmoe.Run(golden.Arguments("--backend", backend));
        Outcome outcome = Pmoe.Run(
            "run", golden.Spec, "--weights", golden.In("weights.safetensors"), "--input", golden.In("input.npy"), "--output", _folder.File("alone.npy"), "--backend", backend);
        Assert.That(outcome, Is.EqualTo(new Outcome(0, "", "")));
        Assert.That(File.ReadAllBytes(_folder.File("alone.npy")), Is.EqualTo(File.ReadAllBytes(_folder.File("logits.npy"))));
    }

    [Test]
    public void AnyNumberOfThreads_WritesTheSameBytes()
    {
        var golden = new GoldenRun("mnist-joint", _folder);
        string[] files = ["logits.npy", "gradients.safetensors", "routes.npy"];
        Pmoe.Run(golden.Arguments("--threads", "1"));
        byte[][] expected = [.. files.Select(file => File.ReadAllBytes(_folder.File(file)))];
        foreach (string threads in (string[])["2", "3"])
        {
            Pmoe.Run(golden.Arguments("--threads", threads));
            Assert.That(files.Select(file => File.ReadAllBytes(_folder.File(file))), Is.EqualTo(expected), threads);
        }
    }

    [Test]
    public void LengthsPerGroup_MayBeFlatOrAMatrix([Values("cpu", "reference")] string backend)
    {
        var golden = new GoldenRun("two-level", _folder);
        int samples = NpyFile.Read(golden.In("input.npy")).Shape[0];
        int[] counts = [.. Enumerable.Range(0, samples * 6).Select(i => i % 13)];
        NpyFile.Write(_folder.File("flat.npy"), new NpyArray([samples * 6], counts));
        NpyFile.Write(_folder.File("matrix.npy"), new NpyArray([samples, 6], counts));

        Assert.That(Pmoe.Run(golden.Arguments("--backend", backend, "--lengths", _folder.File("flat.npy"))).ExitCode, Is.Zero);
        byte[] logits = File.ReadAllBytes(_folder.File("logits.npy"));
        NpyArray routes = NpyFile.Read(_folder.File("routes.npy"));
        Assert.That(Pmoe.Run(golden.Arguments("--backend", backend, "--lengths", _folder.File("matrix.npy"))).ExitCode, Is.Zero);
        Assert.That(File.ReadAllBytes(_folder.File("logits.npy")), Is.EqualTo(logits));

        // k = 3 experts take l = 4 of each group's valid patches, or all where there are fewer.
        Assert.That(routes.Shape, Is.EqualTo(new[] { samples * 6, 3, 4 }));
        int[][] rows = [.. routes.Values<int>().Chunk(4)];
        Assert.That(rows.Select(row => row.Count(patch => patch >= 0)), Is.EqualTo(Enumerable.Range(0, rows.Length).Select(i => Math.Min(4, counts[i / 3]))));
        Assert.That(rows.Select((row, i) => row.All(patch => patch < counts[i / 3])), Is.All.True);
    }

    [Test]
    public void BackendsAgreeOnRaggedInput()
    {
        var golden = new GoldenRun("vectors-tail", _folder);
        NpyArray input = NpyFile.Read(golden.In("input.npy"));
        NpyFile.Write(_folder.File("lengths.npy"), new NpyArray([input.Shape[0]], Enumerable.Range(0, input.Shape[0]).Select(b => (byte)(b % (input.Shape[1] + 1))).ToArray()));
        Pmoe.Run(golden.Arguments("--lengths", _folder.File("lengths.npy")));
        float[] cpu = NpyFile.Read(_folder.File("logits.npy")).Values<float>();
        int[] routes = NpyFile.Read(_folder.File("routes.npy")).Values<int>();
        Pmoe.Run(golden.Arguments("--lengths", _folder.File("lengths.npy"), "--backend", "reference"));
        float[] reference = NpyFile.Read(_folder.File("logits.npy")).Values<float>();
        Assert.That(NpyFile.Read(_folder.File("routes.npy")).Values<int>(), Is.EqualTo(routes));
        Assert.That(cpu, Is.EqualTo(reference).Within(1e-4 * reference.Max(Math.Abs)));
    }

    [Test]
    public void BytePixels_AreDividedBy255()
    {
        var golden = new GoldenRun("mnist-joint", _folder);
        byte[] pixels = [.. Enumerable.Range(0, 112 * 112).Select(i => (byte)(i * 7))];
        NpyFile.Write(_folder.File("bytes.npy"), new NpyArray([1, 112, 112, 1], pixels));
        NpyFile.Write(_folder.File("floats.npy"), new NpyArray([1, 112, 112, 1], Array.ConvertAll(pixels, pixel => pixel / 255f)));
        foreach (string kind in (string[])["bytes", "floats"])
        {
            Outcome outcome = Pmoe.Run("run", golden.Spec, "--weights", golden.In("weights.safetensors"), "--input", _folder.File($"{kind}.npy"), "--output", _folder.File($"{kind}-logits.npy"));
            Assert.That(outcome.ExitCode, Is.Zero);
        }

        Assert.That(File.ReadAllBytes(_folder.File("bytes-logits.npy")), Is.EqualTo(File.ReadAllBytes(_folder.File("floats-logits.npy"))));
    }

    [Test]
    public void PrintsTheLossSoThatItReadsBackExactly()
    {
        var golden = new GoldenRun("vectors-tiny", _folder);
        string text = Pmoe.Run(golden.Arguments()).Output.TrimEnd('\n')["loss ".Length..];
        Assert.That(double.Parse(text, CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture), Is.EqualTo(text));
    }

    [Test]
    public void Interrupted_WritesNothing()
    {
        var golden = new GoldenRun("vectors-tiny", _folder);
        Outcome outcome = Pmoe.Run(new CancellationToken(canceled: true), golden.Arguments());
        Assert.That(outcome, Is.EqualTo(new Outcome(130, "", "interrupted\n")));
        Assert.That(Directory.GetFileSystemEntries(_folder.Path), Is.Empty);
    }
}
