namespace PatchMoE.Tests;

/// <summary>What is stored with the weights comes back, and damaged entries are reported.</summary>
[TestFixture]
public sealed class MetadataTests
{
    private static readonly PatchMoESpec s_spec = SpecReader.Read("""
        { "name": "pets", "model": { "input": { "kind": "image", "height": 4, "width": 4, "channels": 3, "patch": [2, 2] },
          "layers": [ { "routing": "expertChoice", "experts": 1, "patchesPerExpert": 1, "neuronsPerExpert": 1 } ],
          "head": { "kind": "linear", "outputs": 2 }, "loss": "softmaxCrossEntropy" } }
        """, "pets.json").Spec!;

    private static readonly float[] s_parameters = new float[ModelParameters.BufferLength(s_spec.Model.Parameters())];
    private TemporaryFolder _folder = null!;

    private string Path => _folder.File("w.safetensors");

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void ComesBackWithTheSpec()
    {
        var metadata = new ModelMetadata
        {
            Classes = EquatableArray.Of("chat \"noir\"", "собака"),
            Normalization = new Normalization(EquatableArray.Of(0.1f, 0.2f, 1f / 3), EquatableArray.Of(0.5f, 1e-7f, 3f)),
            Fit = ImageFit.Pad,
        };
        WeightsFile.Save(Path, s_spec, s_parameters, metadata);
        Assert.Multiple(() =>
        {
            Assert.That(WeightsFile.ReadMetadata(Path, s_spec.Model), Is.EqualTo(metadata));
            Assert.That(WeightsFile.ReadSpec(Path), Is.EqualTo(s_spec));
        });
    }

    [Test]
    public void IsNoneInAFileWithout()
    {
        WeightsFile.Save(Path, s_spec.Model, s_parameters);
        Assert.Multiple(() =>
        {
            Assert.That(WeightsFile.ReadMetadata(Path, s_spec.Model), Is.EqualTo(ModelMetadata.None));
            Assert.That(WeightsFile.ReadSpec(Path), Is.Null);
        });
    }

    [TestCase("patchmoe.classes", "[\"a\"]", "it names 1 classes, but the model has 2")]
    [TestCase("patchmoe.classes", "[1, 2]", "it is no JSON array of its kind")]
    [TestCase("patchmoe.classes", "{", "it is no JSON array of its kind")]
    [TestCase("patchmoe.mean", "[1]", "it has 1 values, but a sample has 3 on its last axis and 48 in all")]
    [TestCase("patchmoe.mean", "[1,2,3]", "3 means and 0 deviations")]
    [TestCase("patchmoe.fit", "squeeze", "'squeeze' is none of stretch, crop, pad")]
    public void IsReportedIfDamaged(string key, string value, string reason)
    {
        SafetensorsFile.Write(Path, WeightsFile.Tensors(s_spec.Model, s_parameters), new Dictionary<string, string> { [key] = value });
        var error = Assert.Throws<BadInputException>(() => WeightsFile.ReadMetadata(Path, s_spec.Model))!;
        Assert.That(error.Message, Does.Contain(reason).And.Contain(Path));
    }

    [Test]
    public void NormalizesChannelByChannel()
    {
        float[] values = [1, 2, 3, 4];
        new Normalization(EquatableArray.Of(1f, 2f), EquatableArray.Of(2f, 4f)).Apply(values);
        Assert.That(values, Is.EqualTo([0f, 0f, 1f, 0.5f]));
    }
}
