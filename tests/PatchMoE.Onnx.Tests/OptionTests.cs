using System.Text.Json;
using PatchMoE.Tests;
using PatchMoE.Tests.Parity;

namespace PatchMoE.Onnx.Tests;

/// <summary>Class names, normalisation and lengths in an exported model.</summary>
public class OptionTests
{
    private static readonly GoldenCase s_golden = new("overlap-odd");

    private static readonly float[] s_mean = [0.5f, -0.25f, 2];
    private static readonly float[] s_deviation = [0.5f, 2, 4];

    [Test]
    public void ClassNames_AreInTheMetadata()
    {
        string[] classes = [.. Enumerable.Range(0, Classes).Select(index => $"\"Klasse\" {index}, ü")];
        using OnnxSession session = Of(new OnnxExportOptions { Metadata = new ModelMetadata { Classes = [.. classes] } });
        IReadOnlyDictionary<string, string> metadata = session.Session.ModelMetadata.CustomMetadataMap;
        Assert.That(JsonSerializer.Deserialize<string[]>(metadata["classes"]), Is.EqualTo(classes));
        Assert.That(SpecReader.Read(metadata["spec"], "spec").Spec!.Model, Is.EqualTo(s_golden.Spec.Model));
        Assert.That(metadata.Keys, Is.EquivalentTo(new[] { "spec", "classes" }));
    }

    [Test]
    public void Normalization_IsInTheMetadata_AndInTheGraph_UnlessToldNotTo([Values] bool inGraph)
    {
        float[] raw = s_golden.Input.Values<float>();
        int channels = s_golden.Input.Shape[^1];
        float[] normalized = [.. raw.Select((value, i) => (value - s_mean[i % channels]) / s_deviation[i % channels])];
        using OnnxSession plain = Of(new OnnxExportOptions());
        float[] expected = plain.Run(inGraph ? normalized : raw).Logits;

        using OnnxSession session = Of(new OnnxExportOptions { Metadata = Normalized(s_mean[..channels], s_deviation[..channels]), NormalizeInput = inGraph });

        Agreement.Check("logits", session.Run(raw).Logits, expected);
        using JsonDocument json = JsonDocument.Parse(session.Session.ModelMetadata.CustomMetadataMap["normalization"]);
        Assert.That(json.RootElement.GetProperty("mean").Deserialize<float[]>(), Is.EqualTo(s_mean[..channels]));
        Assert.That(json.RootElement.GetProperty("deviation").Deserialize<float[]>(), Is.EqualTo(s_deviation[..channels]));
        Assert.That(json.RootElement.GetProperty("inGraph").GetBoolean(), Is.EqualTo(inGraph));
    }

    [Test]
    public void EachValueMayHaveAMeanOfItsOwn()
    {
        float[] raw = s_golden.Input.Values<float>();
        int length = s_golden.Spec.Model.InputLength();
        float[] mean = [.. Enumerable.Range(0, length).Select(i => i / 100f)];
        float[] deviation = [.. Enumerable.Range(0, length).Select(i => 1 + (i % 7))];
        using OnnxSession plain = Of(new OnnxExportOptions());
        using OnnxSession session = Of(new OnnxExportOptions { Metadata = Normalized(mean, deviation) });
        float[] normalized = [.. raw.Select((value, i) => (value - mean[i % length]) / deviation[i % length])];
        Agreement.Check("logits", session.Run(raw).Logits, plain.Run(normalized).Logits);
    }

    [Test]
    public void MetadataOfAnotherModel_AreReported()
    {
        Assert.That(() => Of(new OnnxExportOptions { Metadata = new ModelMetadata { Classes = ["a"] } }).Dispose(), Throws.InvalidOperationException.With.Message.StartsWith("Metadata names 1 classes"));
        Assert.That(() => Of(new OnnxExportOptions { Metadata = Normalized([0, 0, 0, 0, 0], [1, 1, 1, 1, 1]) }).Dispose(), Throws.InvalidOperationException.With.Message.Contains("has 5 means"));
    }

    private static ModelMetadata Normalized(float[] mean, float[] deviation) => new() { Normalization = new Normalization([.. mean], [.. deviation]) };

    [Test]
    public void LengthsOfABackbone_AreReported()
    {
        var backbone = new BackboneSpec(8, 8, 3, EquatableArray.Of(4, 8), Blocks: 1, Stem: 4);
        var spec = new PatchMoESpec("Plain", new ModelSpec(
            new ImageInputSpec(4, 4, 8, 1, 1, 1, 1), default, new HeadSpec(HeadKind.Linear, 2), Loss.SoftmaxCrossEntropy, backbone));
        var parameters = new float[ModelParameters.BufferLength(spec.Model.Parameters())];
        Assert.That(
            () => OnnxSession.Export(spec, parameters, new OnnxExportOptions { Lengths = true }), Throws.ArgumentException.With.Message.Contains("has a backbone"));
    }

    [Test]
    public void AFileOfMoreThan2GiB_IsRefused() =>
        Assert.That(() => OnnxModel.RequireFileSize("Large", 1 << 29), Throws.TypeOf<BadInputException>().With.Message.StartsWith("Large: the weights take 2147483648 bytes"));

    [Test]
    public void Operators_AreThoseOfTheStandard()
    {
        foreach (string name in GoldenCase.Names)
        {
            var golden = new GoldenCase(name);
            OnnxModel model = OnnxSession.Export(golden.Spec, golden.Parameters());
            using OnnxSession session = new(model);
            var parsed = global::Onnx.ModelProto.Parser.ParseFrom(model.ToArray());
            Assert.That(parsed.OpsetImport.Select(set => (set.Domain, set.Version)), Is.EqualTo(new[] { ("", 18L) }));
            Assert.That(parsed.Graph.Node.Select(node => node.Domain), Is.All.Empty);
        }
    }

    [Test]
    public void InputsAndOutputs_AreDescribed()
    {
        var golden = new GoldenCase("two-level");
        OnnxModel model = OnnxSession.Export(golden.Spec, golden.Parameters(), new OnnxExportOptions { Lengths = true });
        Assert.That(
            model.Inputs.Concat(model.Outputs).Select(value => $"{value.Name} {value.Type} [{string.Join(", ", value.Shape)}]{(value.IsOptional ? " optional" : "")}"),
            Is.EqualTo(new[]
            {
                "input float32 [batch, 6, 12, 20]",
                "lengths int64 [batch, 6] optional",
                "logits float32 [batch, 4]",
                "probabilities float32 [batch, 4]",
                "class int64 [batch]",
                "routes int64 [batch, 6, 3, 4]",
            }));
        Assert.That(model.Inputs.Concat(model.Outputs).Select(value => value.Description), Is.All.Not.Empty);
    }

    private static int Classes => s_golden.Spec.Model.Loss == Loss.Logistic ? 2 : s_golden.Spec.Model.Head.Outputs;

    private static OnnxSession Of(OnnxExportOptions options) => OnnxSession.Of(s_golden.Spec, s_golden.Parameters(), options);
}
