using ILGPU;
using ILGPU.Runtime;
using PatchMoE.Compiler;
using PatchMoE.Ilgpu;

namespace PatchMoE.Gen.Tests.Gpu;

/// <summary>
/// A network's GPU code, compiled against the stand-in and run by it: each group as real threads, every index checked. All that a pass does not read before it
/// has written it is NaN or out of range at first.
/// </summary>
internal sealed class StandInPass
{
    private const int NoPatch = 1 << 29;
    private readonly PassBuffers _buffers;
    private readonly int _batch;
    private readonly IIlgpuPasses _passes;
    private readonly AcceleratorStream _stream = new();

    public StandInPass(PatchMoESpec spec, float[] parameters, float[] input, int[] labels, int[]? lengths = null)
    {
        var model = (IIlgpuModel)PatchMoECompiler.Compile(spec, cache: null, typeof(IIlgpuModel).Assembly);
        LayerShape bottom = spec.Model.LayerShapes()[0];
        _batch = labels.Length;
        _passes = model.Load(new Accelerator());
        int routes = spec.Model.Layers[0].Routing == Routing.Sample ? 1 : bottom.Experts * bottom.PatchesPerExpert;
        _buffers = new PassBuffers
        {
            Parameters = StandInMemory.Of<float>(parameters),
            Input = StandInMemory.Of<float>(input),
            Labels = StandInMemory.Of<int>(labels),
            Lengths = lengths is null ? default : StandInMemory.Of<int>(lengths),
            Logits = NaNs(_batch * spec.Model.Head.Outputs),
            Losses = NaNs(_batch),
            Gradients = NaNs(parameters.Length),
            InputGradient = NaNs(input.Length),
            Routes = NoPatches(_batch * bottom.Instances * routes),
            Floats = NaNs(model.ScratchFloats(_batch)),
            Integers = NoPatches(model.ScratchIntegers(_batch)),
        };
    }

    public float[] Logits => _buffers.Logits.ToArray();

    public double Loss => _buffers.Losses.ToArray().Average(loss => (double)loss);

    public float[] Gradients => _buffers.Gradients.ToArray();

    public float[] InputGradient => _buffers.InputGradient.ToArray();

    public int[] Routes => _buffers.Routes.ToArray();

    public StandInPass Forward()
    {
        _passes.Forward(_stream, in _buffers, _batch);
        return this;
    }

    public StandInPass Route()
    {
        _passes.Route(_stream, in _buffers, _batch);
        return this;
    }

    public StandInPass LossAndGradients()
    {
        _passes.LossAndGradients(_stream, in _buffers, _batch);
        return this;
    }

    private static ArrayView<float> NaNs(long length) => StandInMemory.Of<float>([.. Enumerable.Repeat(float.NaN, (int)length)]);

    private static ArrayView<int> NoPatches(long length) => StandInMemory.Of<int>([.. Enumerable.Repeat(NoPatch, (int)length)]);
}
