using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace PatchMoE.OnnxBench;

/// <summary>An exported network in ONNX Runtime on one thread, of any batch size as exported; samples and logits are bound once, so that a run copies nothing.</summary>
internal sealed class BoundSession
{
    private const double Tolerance = 1e-4;

    private readonly InferenceSession _session;
    private readonly OrtIoBinding _binding;
    private readonly OrtValue _logits;
    private readonly RunOptions _run = new();

    public BoundSession(byte[] exported, ModelSpec model, ReadOnlySpan<float> input, int batch)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1, GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL };
        _session = new InferenceSession(exported, options);

        // Memory of ONNX Runtime's own is aligned as its kernels like it.
        OrtValue samples = Allocate([batch, .. model.InputShape().Select(size => (long)size)]);
        input.CopyTo(samples.GetTensorMutableDataAsSpan<float>());
        _logits = Allocate([batch, model.Head.Outputs]);
        _binding = _session.CreateIoBinding();
        _binding.BindInput("input", samples);
        _binding.BindOutput("logits", _logits);
    }

    public void Run() => _session.RunWithBinding(_run, _binding);

    /// <summary>Checks that the last run gave our logits.</summary>
    /// <exception cref="BadInputException">It did not.</exception>
    public void RequireLogits(float[] ours)
    {
        ReadOnlySpan<float> theirs = _logits.GetTensorDataAsSpan<float>();
        double largest = ours.Max(value => Math.Abs((double)value));
        for (int i = 0; i < ours.Length; i++)
        {
            if (!(Math.Abs((double)ours[i] - theirs[i]) <= Tolerance * largest))
            {
                throw new BadInputException($"logit {i} is {theirs[i]} in ONNX Runtime and {ours[i]} in our code; nothing was timed");
            }
        }
    }

    private static OrtValue Allocate(long[] shape) => OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Float, shape);
}
