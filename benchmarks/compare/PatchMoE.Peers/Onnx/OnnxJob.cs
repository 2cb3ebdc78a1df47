using Microsoft.ML.OnnxRuntime;
using PatchMoE.Peers.Networks;

namespace PatchMoE.Peers.Onnx;

/// <summary>One formulation in a session of its own, with its samples and logits bound once, so that a run copies nothing.</summary>
internal sealed class OnnxJob : IDisposable
{
    private readonly ComparedNetwork _compared;
    private readonly SessionOptions _options;
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly OrtValue _input;
    private readonly OrtValue _logits;
    private readonly OrtIoBinding _binding;

    public OnnxJob(ComparedNetwork compared, OnnxNetwork network, int threads)
    {
        _compared = compared;
        (byte[] model, string output) = network.Build();
        _options = new SessionOptions
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
        };
        _session = new InferenceSession(model, _options);

        // Memory of ONNX Runtime's own is aligned as its kernels like it.
        _input = Allocate(network.InputShape);
        compared.Input.CopyTo(_input.GetTensorMutableDataAsSpan<float>());
        _logits = Allocate(compared.Batch, compared.Model.Head.Outputs);
        _binding = _session.CreateIoBinding();
        _binding.BindInput(OnnxNetwork.InputName, _input);
        _binding.BindOutput(output, _logits);
    }

    public void Forward() => _session.RunWithBinding(_run, _binding);

    /// <summary>The largest error of the logits.</summary>
    public IReadOnlyDictionary<string, double> Check()
    {
        Forward();
        return new Dictionary<string, double> { ["logits"] = RelativeError.Of(_compared.Logits, _logits.GetTensorDataAsSpan<float>()) };
    }

    public void Dispose()
    {
        _binding.Dispose();
        _logits.Dispose();
        _input.Dispose();
        _run.Dispose();
        _session.Dispose();
        _options.Dispose();
    }

    private static OrtValue Allocate(params long[] shape) =>
        OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float, shape);
}
