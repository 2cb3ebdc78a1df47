using PatchMoE.Initialization;
using PatchMoE.TorchSharp.Operations;
using static TorchSharp.torch;

namespace PatchMoE.TorchSharp;

/// <summary>
/// Any network in operations of torch and its autograd only, created from a spec at run time, on every device of torch and in any floating-point type. It
/// shares no arithmetic with the emitted code or the reference, so it is an independent check of both.
/// </summary>
public sealed class TorchPatchMoE : PatchMoEModule
{
    private readonly NetworkOperations _operations;

    /// <summary>Creates the module with initial weights (see <see cref="WeightInitializer"/>), on the CPU.</summary>
    /// <param name="spec">A valid spec; <see cref="TrainingSpec.Init"/> gives the standard deviations.</param>
    /// <param name="output">Whether it is a whole network or a layer without a head.</param>
    /// <param name="seed">The seed of the weights.</param>
    /// <exception cref="BadInputException">libtorch cannot be loaded here.</exception>
    public TorchPatchMoE(PatchMoESpec spec, ModuleOutput output = ModuleOutput.Logits, ulong seed = 1)
        : base(spec, output)
    {
        _operations = new NetworkOperations(spec.Model, Weight);
        RegisterInitialized(seed);
    }

    /// <summary>Which patches each expert of layer 0 takes, best first.</summary>
    /// <param name="input">As in <see cref="PatchMoEModule.forward(Tensor)"/>.</param>
    /// <param name="lengths">As in <see cref="PatchMoEModule.forward(Tensor, Tensor)"/>.</param>
    /// <returns>int64 [B·T, k, l], −1 where an expert has fewer valid patches; for token choice the experts of each patch, [B·T, n, t], −1 where a pair was dropped; for sample routing the expert, [B·T, 1, 1].</returns>
    /// <exception cref="ArgumentException">A shape is not the network's, a count is out of range, or layer 0 does not route (dense).</exception>
    public Tensor Route(Tensor input, Tensor? lengths = null) => _operations.Route(input, lengths);

    /// <inheritdoc/>
    public override Tensor Features(Tensor input, Tensor? lengths = null) => Keep(_operations.Features(input, lengths));
}
