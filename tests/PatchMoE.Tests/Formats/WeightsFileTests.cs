using System.Text;

namespace PatchMoE.Tests;

public class WeightsFileTests
{
    // Router [2, 3], experts [2, 2, 3], bias [2, 2], head [3, 4], head bias [3]: tensors of awkward lengths with gaps between them.
    private static readonly ModelSpec Model = new(
        new VectorsInputSpec(5, 3),
        EquatableArray.Of(new LayerSpec(Routing.ExpertChoice, 2, 2, PatchesPerExpert: 2, Bias: true)),
        new HeadSpec(HeadKind.Linear, 3, Bias: true),
        Loss.SoftmaxCrossEntropy);

    private TemporaryFolder _folder = null!;
    private string _path = "";

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _path = _folder.File("weights.safetensors");
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void WeightsRoundTrip()
    {
        float[] parameters = Numbered();
        WeightsFile.Save(_path, Model, parameters);
        var loaded = new float[parameters.Length];
        WeightsFile.Load(_path, Model, loaded);

        foreach (ParameterSpec spec in Model.Parameters())
        {
            Assert.That(loaded.AsSpan(spec.Offset, spec.Length).ToArray(), Is.EqualTo(parameters.AsSpan(spec.Offset, spec.Length).ToArray()), spec.Name);
        }
    }

    [Test]
    public void GapsBetweenTensorsAreNeitherSavedNorLoaded()
    {
        WeightsFile.Save(_path, Model, Numbered());
        Assert.That(SafetensorsFile.Read(_path).Tensors.Sum(tensor => tensor.Values.Length), Is.EqualTo(6 + 12 + 4 + 12 + 3));

        float[] loaded = [.. Enumerable.Repeat(-1f, Numbered().Length)];
        WeightsFile.Load(_path, Model, loaded);
        Assert.That(loaded.Count(value => value == -1), Is.EqualTo(loaded.Length - 37));
    }

    [Test]
    public void TheFileHasTheNamesAndShapesOfTheModel()
    {
        SafetensorsFile.Write(_path, WeightsFile.Tensors(Model, Numbered()), new Dictionary<string, string> { ["spec"] = "tiny" });
        SafetensorsContent content = SafetensorsFile.Read(_path);
        Assert.That(
            content.Tensors.Select(tensor => $"{tensor.Name} {string.Join('x', tensor.Shape)}"),
            Is.EqualTo(new[] { "layers.0.router.weight 2x3", "layers.0.experts.weight 2x2x3", "layers.0.experts.bias 2x2", "head.weight 3x4", "head.bias 3" }));
        Assert.That(content.Metadata["spec"], Is.EqualTo("tiny"));
    }

    [Test]
    public void AllMistakesAreNamedAtOnceAndNothingIsLoaded()
    {
        SafetensorsFile.Write(_path,
        [
            new("layers.0.experts.weight", [2, 2, 3], [1, 2, 3, 4, 5, float.NaN, 7, 8, 9, 10, 11, 12]),
            new("layers.0.experts.bias", [2, 2], [0, float.NegativeInfinity, 0, 0]),
            new("head.weight", [4, 3], new float[12]),
            new("head.bias", [3], new float[3]),
            new("layers.1.router.weight", [1], [0]),
        ]);
        float[] parameters = Numbered();
        var error = Assert.Throws<BadInputException>(() => WeightsFile.Load(_path, Model, parameters))!;
        Assert.That(error.Message, Is.EqualTo($"""
            {_path}: these are not weights of this model:
              layers.0.router.weight [2, 3] is missing
              layers.0.experts.weight holds NaN at index 5
              layers.0.experts.bias holds infinity at index 1
              head.weight is [4, 3], but the model needs [3, 4]
              layers.1.router.weight [1] is not a tensor of this model
            The tensors of this model are layers.0.router.weight [2, 3], layers.0.experts.weight [2, 2, 3], layers.0.experts.bias [2, 2], head.weight [3, 4], head.bias [3].
            Give the weights of this spec, or create new ones with 'pmoe init'.
            """));
        Assert.That(parameters, Is.EqualTo(Numbered()));
    }

    /// <summary>Wrappers of a PyTorch module put their own name before all others.</summary>
    [TestCase("module.")]
    [TestCase("_orig_mod.")]
    [TestCase("_orig_mod.module.")]
    [TestCase("model.head.")]
    public void APrefixOfAllNames_IsPassedOver(string prefix)
    {
        SafetensorsFile.Write(_path, [.. WeightsFile.Tensors(Model, Numbered()).Reverse().Select(tensor => tensor with { Name = prefix + tensor.Name })]);
        var loaded = new float[Numbered().Length];
        WeightsFile.Load(_path, Model, loaded, out string passedOver);

        Assert.That(passedOver, Is.EqualTo(prefix));
        foreach (ParameterSpec spec in Model.Parameters())
        {
            Assert.That(loaded.AsSpan(spec.Offset, spec.Length).ToArray(), Is.EqualTo(Numbered().AsSpan(spec.Offset, spec.Length).ToArray()), spec.Name);
        }
    }

    [Test]
    public void APrefixOfSomeNames_IsNone()
    {
        NamedTensor[] tensors = [.. WeightsFile.Tensors(Model, Numbered())];
        tensors[^1] = tensors[^1] with { Name = "module.head.bias" };
        SafetensorsFile.Write(_path, tensors);
        Assert.That(
            () => WeightsFile.Load(_path, Model, new float[Numbered().Length]),
            Throws.TypeOf<BadInputException>().With.Message.Contains("head.bias [3] is missing").And.Message.Contains("module.head.bias [3] is not a tensor of this model"));
    }

    [TestCase("num_batches_tracked", "num_batches_tracked [] is not a tensor of this model\nThe tensors of this model are layers.0.router.weight [2, 3], ")]
    [TestCase("head.bias", "head.bias is I64, but weights are F32, F16, BF16 or F64; convert it, for example with t.float() in PyTorch")]
    public void AnIntegerTensor_IsConvertedOrLeftOut(string name, string message)
    {
        NamedTensor[] weights = [.. WeightsFile.Tensors(Model, Numbered()).Where(tensor => tensor.Name != name)];
        using var file = new MemoryStream();
        SafetensorsFile.Write(file, weights);

        // The format's own bytes: a header, and an int64 after the float32 values.
        byte[] bytes = file.ToArray();
        int header = (int)BitConverter.ToInt64(bytes);
        int data = bytes.Length - 8 - header;
        string json = Encoding.UTF8.GetString(bytes, 8, header).TrimEnd()[..^1] + $$$""","{{{name}}}":{"dtype":"I64","shape":[],"data_offsets":[{{{data}}},{{{data + 8}}}]}}""";
        File.WriteAllBytes(_path, [.. BitConverter.GetBytes((long)Encoding.UTF8.GetByteCount(json)), .. Encoding.UTF8.GetBytes(json), .. bytes[(8 + header)..], .. new byte[8]]);

        Assert.That(() => WeightsFile.Load(_path, Model, new float[Numbered().Length]), Throws.TypeOf<BadInputException>().With.Message.Contains(message));
    }

    [Test]
    public void WhereOnlyTooMuchIsThere_TheAdviceIsToLeaveItOut()
    {
        SafetensorsFile.Write(_path, [.. WeightsFile.Tensors(Model, Numbered()), new NamedTensor("ema.decay", [], [0.9f])]);
        Assert.That(
            () => WeightsFile.Load(_path, Model, new float[Numbered().Length]),
            Throws.TypeOf<BadInputException>().With.Message.EndsWith("\nSave the file without it, or give the weights of this spec."));
    }

    [Test]
    public void AWrongBufferIsTheCallersMistake()
    {
        WeightsFile.Save(_path, Model, Numbered());
        Assert.Throws<ArgumentException>(() => WeightsFile.Load(_path, Model, new float[37]));
        Assert.Throws<ArgumentException>(() => WeightsFile.Save(_path, Model, new float[37]));
    }

    private static float[] Numbered() => [.. Enumerable.Range(1, ModelParameters.BufferLength(Model.Parameters())).Select(i => (float)i)];
}
