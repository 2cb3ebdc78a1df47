using System.IO.Compression;

namespace PatchMoE.Tests;

/// <summary>Each wrong input of <c>pmoe run</c> gives exit code 1, a message that names it, and no file.</summary>
public sealed class RunCommandMistakeTests
{
    // vectors-tail: see its spec; the helpers below read the sizes from its arrays.
    private TemporaryFolder _folder = null!;
    private TemporaryFolder _outputs = null!;
    private GoldenRun _golden = null!;
    private NpyArray _input = null!;
    private int _samples;

    [SetUp]
    public void CreateFolders()
    {
        _folder = new TemporaryFolder();
        _outputs = new TemporaryFolder();
        _golden = new GoldenRun("vectors-tail", _outputs);
        _input = NpyFile.Read(_golden.In("input.npy"));
        _samples = _input.Shape[0];
    }

    [TearDown]
    public void RemoveFolders()
    {
        _folder.Dispose();
        _outputs.Dispose();
    }

    [Test]
    public void OneSampleWithoutABatchAxis() =>
        AssertRefused("--input", Saved(new NpyArray(_input.Shape.Skip(1), Floats()[..(_input.Length / _samples)])), "one sample", $"[B, {_input.Shape[1]}, {_input.Shape[2]}]", "x[None]");

    [Test]
    public void InputOfAnotherShape() =>
        AssertRefused("--input", Saved(new NpyArray([_samples, _input.Shape[2], _input.Shape[1]], Floats())), $"[{_samples}, {_input.Shape[2]}, {_input.Shape[1]}]", $"[B, {_input.Shape[1]}, {_input.Shape[2]}]");

    [Test]
    public void InputThatIsASingleNumber() => AssertRefused("--input", Saved(new NpyArray([], new float[] { 1 })), "the array is []");

    [Test]
    public void InputWithoutSamples() => AssertRefused("--input", Saved(new NpyArray([0, _input.Shape[1], _input.Shape[2]], Array.Empty<float>())), "no samples");

    [Test]
    public void InputOfTexts()
    {
        File.WriteAllBytes(_folder.File("texts.npy"), NumpyFile.Of("<U3", [.. _input.Shape], []));
        AssertRefused("--input", _folder.File("texts.npy"), "holds texts", "astype('float32')");
    }

    [Test]
    public void StandardInputTwice() => AssertRefused("--input", "-", ["'-' is given twice"], "--labels", "-");

    [TestCase(float.NaN, "NaN")]
    [TestCase(float.PositiveInfinity, "Infinity")]
    [TestCase(float.NegativeInfinity, "-Infinity")]
    public void InputThatIsNotFinite(float value, string name)
    {
        float[] values = (float[])Floats().Clone();
        int perSample = _input.Shape[1] * _input.Shape[2];
        values[perSample + (2 * _input.Shape[2]) + 3] = value;
        values[^1] = value;
        AssertRefused("--input", Saved(new NpyArray(_input.Shape, values)), $"the value at [1, 2, 3] is {name};");
    }

    [Test]
    public void InputThatIsMissing() => AssertRefused("--input", _folder.File("none.npy"), "none.npy", "no such file");

    [Test]
    public void InputThatIsNoArray() => AssertRefused("--input", _golden.Spec, "not a .npy or .npz file");

    [Test]
    public void InputThatIsCutOff()
    {
        byte[] bytes = File.ReadAllBytes(_golden.In("input.npy"));
        File.WriteAllBytes(_folder.File("cut.npy"), bytes[..^5]);
        AssertRefused("--input", _folder.File("cut.npy"), "5 of the", "missing");
    }

    [Test]
    public void TooFewLabels() => AssertRefused("--labels", Saved(new NpyArray([_samples - 1], new int[_samples - 1])), $"[{_samples - 1}]", $"[{_samples}]");

    [Test]
    public void LabelsAsAColumn() => AssertRefused("--labels", Saved(new NpyArray([_samples, 1], new int[_samples])), $"[{_samples}, 1]");

    [Test]
    public void LabelsBetweenWholeNumbers() => AssertRefused("--labels", Saved(new NpyArray([_samples], [.. Enumerable.Repeat(0.5f, _samples)])), "at [0], 0.5, is not a whole number");

    [TestCase(-1)]
    [TestCase(99)]
    public void ALabelOutOfRange(int label)
    {
        int[] labels = new int[_samples];
        labels[2] = label;
        AssertRefused("--labels", Saved(new NpyArray([_samples], labels)), $"the label at [2] is {label};", "takes 0 to");
    }

    [Test]
    public void ALogisticLabelOf0()
    {
        _golden = new GoldenRun("mnist-separate", _outputs);
        int samples = NpyFile.Read(_golden.In("input.npy")).Shape[0];
        AssertRefused("--labels", Saved(new NpyArray([samples], new int[samples])), "the label at [0] is 0;", "-1 and +1");
    }

    /// <summary>numpy wraps 2·0 − 1 of uint8 around to 255, so the advice converts first.</summary>
    [Test]
    public void ALogisticLabelOf0_GetsAdviceThatWorksForEveryType()
    {
        _golden = new GoldenRun("mnist-separate", _outputs);
        int samples = NpyFile.Read(_golden.In("input.npy")).Shape[0];
        AssertRefused("--labels", Saved(new NpyArray([samples], new byte[samples])), "save 2 * y.astype('int32') - 1");
    }

    [Test]
    public void LengthsOfAnotherShape() => AssertRefused("--lengths", Saved(new NpyArray([_samples + 1], new int[_samples + 1])), $"[{_samples + 1}]", $"[{_samples}], one for each sample");

    [Test]
    public void LengthsWithoutGroups_AreNoMatrix() => AssertRefused("--lengths", Saved(new NpyArray([_samples, 1], new int[_samples])), $"[{_samples}, 1]");

    [Test]
    public void LengthsBetweenWholeNumbers() => AssertRefused("--lengths", Saved(new NpyArray([_samples], [.. Enumerable.Repeat(0.5f, _samples)])), "at [0], 0.5, is not a whole number");

    [TestCase(-1)]
    [TestCase(1000)]
    public void ALengthOutOfRange(int length)
    {
        int[] lengths = new int[_samples];
        lengths[1] = length;
        AssertRefused("--lengths", Saved(new NpyArray([_samples], lengths)), $"the valid-patch count at [1] is {length};", $"0 to {_input.Shape[1]}");
    }

    [Test]
    public void WeightsOfAnotherModel() => AssertRefused(
        "--weights", new GoldenRun("two-level", _outputs).In("weights.safetensors"), "layers.1.router.weight", "layers.0.experts.weight", "pmoe init");

    [Test]
    public void WeightsThatAreMissing() => AssertRefused("--weights", _folder.File("none.safetensors"), "no such file");

    [Test]
    public void WeightsThatAreNoSafetensors() => AssertRefused("--weights", _golden.In("input.npy"), "input.npy");

    [Test]
    public void ASpecThatIsMissing() => AssertRefused(null, _folder.File("none.json"), "none.json", "no such file");

    [Test]
    public void ASpecWithAMistake()
    {
        File.WriteAllText(_folder.File("bad.json"), File.ReadAllText(_golden.Spec).Replace("\"experts\": ", "\"experts\": -", StringComparison.Ordinal));
        AssertRefused(null, _folder.File("bad.json"), "error PMOE", "model.layers[0].experts", "1 mistake");
    }

    [Test]
    public void RoutesOfADenseModel()
    {
        _golden = new GoldenRun("cnn", _outputs);
        AssertRefused("--routes", _outputs.File("routes.npy"), "--routes", "dense");
    }

    [Test]
    public void ADeviceForABackendThatHasNone() => AssertRefused("--device", "cuda:0", "--device cuda:0", "cpu has no devices", "Leave --device out");

    [Test]
    public void TwoOutputsOfOneName() => AssertRefused("--gradients", _outputs.File("logits.npy"), "logits.npy", "named twice");

    [Test]
    public void AnOutputThatIsAnInput()
    {
        File.Copy(_golden.In("input.npy"), _folder.File("x.npy"));
        byte[] before = File.ReadAllBytes(_folder.File("x.npy"));
        AssertRefused("--output", _folder.File("x.npy"), ["named twice"], "--input", _folder.File("x.npy"));
        Assert.That(File.ReadAllBytes(_folder.File("x.npy")), Is.EqualTo(before));
    }

    [Test]
    public void AnOutputThatIsTheArchiveOfAnInput()
    {
        using (ZipArchive archive = ZipFile.Open(_folder.File("x.npz"), ZipArchiveMode.Create))
        {
            archive.CreateEntryFromFile(_golden.In("input.npy"), "x.npy");
        }

        byte[] before = File.ReadAllBytes(_folder.File("x.npz"));
        AssertRefused("--output", _folder.File("x.npz"), ["named twice"], "--input", _folder.File("x.npz:x"));
        Assert.That(File.ReadAllBytes(_folder.File("x.npz")), Is.EqualTo(before));
    }

    [Test]
    [Platform("Linux,Unix,MacOsX")]
    public void AnOutputThatIsALinkToAnInput()
    {
        File.Copy(_golden.In("input.npy"), _folder.File("x.npy"));
        File.CreateSymbolicLink(_folder.File("link.npy"), _folder.File("x.npy"));
        byte[] before = File.ReadAllBytes(_folder.File("x.npy"));
        AssertRefused("--output", _folder.File("link.npy"), ["named twice"], "--input", _folder.File("x.npy"));
        Assert.That(File.ReadAllBytes(_folder.File("x.npy")), Is.EqualTo(before));
    }

    [TestCase("--output")]
    [TestCase("--gradients")]
    [TestCase("--routes")]
    public void AnOutputInAFolderThatDoesNotExist(string option) => AssertRefused(option, _outputs.File("none/file"), "none", "does not exist");

    [Test]
    public void AnOutputThatIsAFolder() => AssertRefused("--routes", _folder.Path, "it is a folder");

    private float[] Floats() => _input.Values<float>();

    private string Saved(NpyArray array)
    {
        string path = _folder.File("array.npy");
        NpyFile.Write(path, array);
        return path;
    }

    private void AssertRefused(string? option, string value, params string[] parts) => AssertRefused(option, value, parts, []);

    private void AssertRefused(string? option, string value, string[] parts, params string[] more)
    {
        string[] arguments = With(_golden.Arguments(), option, value);
        for (int i = 0; i < more.Length; i += 2)
        {
            arguments = With(arguments, more[i], more[i + 1]);
        }

        Outcome outcome = Pmoe.Run(arguments);
        Assert.That(outcome.ExitCode, Is.EqualTo(1), outcome.Error);
        Assert.That(outcome.Output, Is.Empty);
        Assert.That(parts, Is.All.Matches<string>(part => outcome.Error.Contains(part!, StringComparison.Ordinal)), outcome.Error);
        Assert.That(outcome.Error, Does.Contain("error: ").And.Not.Contain("   at ").And.Not.Contain("internal error"));
        Assert.That(Directory.GetFileSystemEntries(_outputs.Path), Is.Empty);
    }

    /// <summary>The arguments with another value of an option; without one, with another spec.</summary>
    private static string[] With(string[] arguments, string? option, string value)
    {
        string[] changed = [.. arguments];
        int at = option is null ? 0 : Array.IndexOf(changed, option);
        if (at < 0)
        {
            return [.. arguments, option!, value];
        }

        changed[at + 1] = value;
        return changed;
    }
}
