using Microsoft.ML.OnnxRuntime;
using PatchMoE.Onnx;
using Service;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace PatchMoE.ServiceLoad;

/// <summary>The sample's network, with the same weights, in a session of ONNX Runtime that computes one picture at a time.</summary>
internal sealed class OnnxDigits : IDisposable
{
    private readonly SessionOptions _options = new()
    {
        // A server computes many requests at once: a thread for each, not several for one.
        IntraOpNumThreads = 1,
        InterOpNumThreads = 1,
        ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
        GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
    };

    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly string[] _classes;

    /// <param name="model">The network to export.</param>
    public OnnxDigits(Digits model)
    {
        _session = new InferenceSession(OnnxModel.Export(model).ToArray(), _options);
        _classes = [.. model.Metadata.Classes];
    }

    /// <summary>The probabilities of one picture.</summary>
    public float[] Forward(float[] pixels)
    {
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(pixels, [1, Digits.ImageHeight, Digits.ImageWidth, Digits.ImageChannels]);
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(_run, ["input"], [input], ["probabilities"]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    /// <summary>Class and probabilities, as the sample answers without an explanation.</summary>
    public Answer Classify(float[] pixels)
    {
        float[] probabilities = Forward(pixels);
        int best = Array.IndexOf(probabilities, probabilities.Max());
        return new Answer(
            _classes[best],
            probabilities[best],
            Enumerable.Range(0, probabilities.Length).OrderByDescending(c => probabilities[c]).ToDictionary(c => _classes[c], c => probabilities[c]),
            null);
    }

    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
        _options.Dispose();
    }
}
