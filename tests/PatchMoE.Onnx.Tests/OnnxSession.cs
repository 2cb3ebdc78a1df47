using Microsoft.ML.OnnxRuntime;

namespace PatchMoE.Onnx.Tests;

/// <summary>What a session computed.</summary>
/// <param name="Logits">[B, C].</param>
/// <param name="Probabilities">[B, classes].</param>
/// <param name="Classes">[B].</param>
/// <param name="Routes">[B, …, k, l]; null if layer 0 does not route.</param>
/// <param name="Shapes">The shape of each output.</param>
internal sealed record OnnxResult(float[] Logits, float[] Probabilities, long[] Classes, long[]? Routes, IReadOnlyDictionary<string, long[]> Shapes);

/// <summary>An exported network in ONNX Runtime.</summary>
internal sealed class OnnxSession(OnnxModel model) : IDisposable
{
    private readonly InferenceSession _session = Load(model.ToArray());

    public InferenceSession Session => _session;

    /// <summary>Exports a network into a session.</summary>
    public static OnnxSession Of(PatchMoESpec spec, float[] parameters, OnnxExportOptions? options = null) => new(Export(spec, parameters, options));

    /// <summary>Exports a network.</summary>
    public static OnnxModel Export(PatchMoESpec spec, float[] parameters, OnnxExportOptions? options = null)
    {
        var network = new WeightBuffer(spec);
        parameters.CopyTo(network.Parameters);
        return OnnxModel.Export(network, options);
    }

    /// <summary>Computes all outputs.</summary>
    /// <param name="input">[B, …].</param>
    /// <param name="lengths">Valid patches, [B] or [B, groups]; null to leave the input out.</param>
    public OnnxResult Run(float[] input, int[]? lengths = null)
    {
        var inputs = new Dictionary<string, OrtValue> { ["input"] = OrtValue.CreateTensorValueFromMemory(input, Shape("input", input.Length)) };
        if (lengths is not null)
        {
            inputs["lengths"] = OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(lengths, length => (long)length), Shape("lengths", lengths.Length));
        }

        using var options = new RunOptions();
        string[] names = [.. _session.OutputMetadata.Keys];
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(options, inputs, names);
        foreach (OrtValue value in inputs.Values)
        {
            value.Dispose();
        }

        Dictionary<string, OrtValue> named = names.Zip(outputs).ToDictionary();
        return new OnnxResult(
            named["logits"].GetTensorDataAsSpan<float>().ToArray(),
            named["probabilities"].GetTensorDataAsSpan<float>().ToArray(),
            named["class"].GetTensorDataAsSpan<long>().ToArray(),
            named.TryGetValue("routes", out OrtValue? routes) ? routes.GetTensorDataAsSpan<long>().ToArray() : null,
            named.ToDictionary(output => output.Key, output => output.Value.GetTensorTypeAndShape().Shape));
    }

    public void Dispose() => _session.Dispose();

    private static InferenceSession Load(byte[] model)
    {
        // ONNX Runtime warns that lengths, an input with a default, is no constant.
        using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        return new InferenceSession(model, options);
    }

    /// <summary>The declared shape, with the batch that the number of values gives.</summary>
    private long[] Shape(string name, int length)
    {
        OnnxValue value = model.Inputs.Single(input => input.Name == name);
        long[] sample = [.. value.Shape.Skip(1).Select(size => long.Parse(size, System.Globalization.CultureInfo.InvariantCulture))];
        return [length / sample.Aggregate(1L, (product, size) => product * size), .. sample];
    }
}
