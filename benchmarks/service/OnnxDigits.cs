using Microsoft.ML.OnnxRuntime;
using PatchMoE.Formats;
using PatchMoE.Peers.Networks;
using PatchMoE.Peers.Onnx;
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
    private readonly long[] _shape;
    private readonly string _output;
    private readonly string[] _classes;

    public OnnxDigits(string weights)
    {
        var network = new ComparedNetwork(
            Digits.Spec.Model, SafetensorsFile.Read(weights).Tensors.ToDictionary(tensor => tensor.Name), Batch: 1, [], [], [], 0, []);
        var graph = new RowsMatMul(network);
        (byte[] model, _output) = graph.Build();
        _shape = graph.InputShape;
        _session = new InferenceSession(model, _options);
        _classes = [.. WeightsFile.ReadMetadata(weights, Digits.Spec.Model).Classes];
    }

    /// <summary>The logits of one picture.</summary>
    public float[] Forward(float[] pixels)
    {
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(pixels, _shape);
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(_run, [OnnxNetwork.InputName], [input], [_output]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    /// <summary>Class and probabilities, as the sample answers without an explanation.</summary>
    public Answer Classify(float[] pixels)
    {
        float[] logits = Forward(pixels);
        float largest = logits.Max();
        float[] powers = Array.ConvertAll(logits, logit => MathF.Exp(logit - largest));
        float sum = powers.Sum();
        int best = Array.IndexOf(logits, largest);
        return new Answer(
            _classes[best], powers[best] / sum, Enumerable.Range(0, powers.Length).OrderByDescending(c => powers[c]).ToDictionary(c => _classes[c], c => powers[c] / sum), null);
    }

    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
        _options.Dispose();
    }
}
