using Microsoft.ML.OnnxRuntime;
using PatchMoE.Onnx;
using PatchMoE.Onnx.Layers;
using PatchMoE.Peers.Networks;

namespace PatchMoE.Peers.Onnx;

/// <summary>One formulation of the exported network in a session of its own, for one batch size, with its samples and logits bound once, so that a run copies nothing.</summary>
internal sealed class OnnxJob : IDisposable
{
    private readonly ComparedNetwork _compared;
    private readonly SessionOptions _options;
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly OrtValue _input;
    private readonly OrtValue _logits;
    private readonly OrtIoBinding _binding;

    public OnnxJob(ComparedNetwork compared, FormulationKind formulation, int threads)
    {
        _compared = compared;
        _options = new SessionOptions
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
        };

        // With the batch size known, shapes are computed once, when the graph is loaded.
        _options.AddFreeDimensionOverrideByName("batch", compared.Batch);
        OnnxModel model = OnnxModel.Export(compared.ToWeights(), new OnnxExportOptions { Formulation = formulation });
        _session = new InferenceSession(model.ToArray(), _options);

        // Memory of ONNX Runtime's own is aligned as its kernels like it.
        _input = Allocate(compared.Batch, [.. compared.Model.InputShape()]);
        compared.Input.CopyTo(_input.GetTensorMutableDataAsSpan<float>());
        _logits = Allocate(compared.Batch, compared.Model.Head.Outputs);
        _binding = _session.CreateIoBinding();
        _binding.BindInput("input", _input);
        _binding.BindOutput("logits", _logits);
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

    private static OrtValue Allocate(int batch, params int[] sample) => OrtValue.CreateAllocatedTensorValue(
        OrtAllocator.DefaultInstance, Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float, [batch, .. sample.Select(size => (long)size)]);
}
