using PatchMoE.Initialization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PatchMoE.TorchSharp;

/// <summary>
/// A pMoE network as a TorchSharp module. Its tensors have the names used in weights files (<c>layers.0.router.weight</c>, …): a trained tensor is a
/// parameter, the weights of a fixed head are a buffer. Input is [B, H, W, C] (channels last), [B, n, d] or [B, T, n, d], or flat [B, values];
/// docs/semantics.md defines what is computed.
/// </summary>
public abstract partial class PatchMoEModule : nn.Module<Tensor, Tensor>
{
    private readonly ParameterSpec[] _tensors;

    /// <summary>Registers the tensors, all 0.</summary>
    /// <param name="spec">A valid spec; only its name and model are used.</param>
    /// <param name="output">Whether it is a whole network or a layer without a head.</param>
    /// <exception cref="BadInputException">libtorch cannot be loaded here.</exception>
    protected PatchMoEModule(PatchMoESpec spec, ModuleOutput output)
        : base(Loaded(spec).Name)
    {
        Spec = spec;
        Output = output;
        _tensors = [.. spec.Model.NetworkParameters().Where(tensor => output == ModuleOutput.Logits || tensor.Layer >= 0)];
    }

    /// <summary>The network.</summary>
    public PatchMoESpec Spec { get; }

    /// <summary>What <see cref="forward(Tensor)"/> returns.</summary>
    public ModuleOutput Output { get; }

    /// <summary>The module's tensors, and their positions in a parameter buffer.</summary>
    public IReadOnlyList<ParameterSpec> TensorSpecs => _tensors;

    /// <summary>The length of a parameter buffer for these tensors.</summary>
    public int BufferLength => ModelParameters.BufferLength(_tensors);

    /// <summary>
    /// The auxiliary losses of token choice in the last forward pass, a scalar of its graph, to be added to the loss; null if the network has none. It lives as
    /// long as that pass's result: in the dispose scope, if there is one, in which the pass was called.
    /// </summary>
    public Tensor? AuxiliaryLoss { get; private protected set; }

    /// <summary>Computes the module's <see cref="Output"/>.</summary>
    /// <param name="input">B samples.</param>
    /// <returns>[B, C] or [B, m].</returns>
    /// <exception cref="ArgumentException">The input's shape is not the network's.</exception>
    public override Tensor forward(Tensor input) => forward(input, lengths: null);

    /// <summary>Computes the module's <see cref="Output"/> for samples of different lengths.</summary>
    /// <param name="input">B samples.</param>
    /// <param name="lengths">Valid patches, integers 0…n: [B], with groups [B, T]; null if all are valid.</param>
    /// <returns>[B, C] or [B, m].</returns>
    /// <exception cref="ArgumentException">A shape is not the network's, or a count is out of range.</exception>
    public Tensor forward(Tensor input, Tensor? lengths) => Output == ModuleOutput.Logits ? Logits(input, lengths) : Features(input, lengths);

    /// <summary>The logits [B, C]; the module must have its head.</summary>
    private protected virtual Tensor Logits(Tensor input, Tensor? lengths)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor? bias = Spec.Model.Head.Bias ? Weight("head.bias") : null;
        Tensor features = Features(input, lengths);
        AuxiliaryLoss?.MoveToOuterDisposeScope();
        return nn.functional.linear(features, Weight("head.weight"), bias).MoveToOuterDisposeScope();
    }

    /// <summary>Keeps the auxiliary loss of a pass, and returns its features.</summary>
    private protected Tensor Keep((Tensor Features, Tensor? Auxiliary) pass)
    {
        AuxiliaryLoss = pass.Auxiliary;
        return pass.Features;
    }

    /// <summary>The feature vectors y [B, m] of the top layer, experts in order, or its flattened map [B, n·m]: the head's input.</summary>
    /// <param name="input">As in <see cref="forward(Tensor)"/>.</param>
    /// <param name="lengths">As in <see cref="forward(Tensor, Tensor)"/>.</param>
    /// <exception cref="ArgumentException">A shape is not the network's, or a count is out of range.</exception>
    public abstract Tensor Features(Tensor input, Tensor? lengths = null);

    /// <summary>A tensor by name: a parameter, or the buffer of a fixed head.</summary>
    /// <param name="name">A name of <see cref="TensorSpecs"/>.</param>
    public Tensor Weight(string name) =>
        (Tensor?)get_parameter(name) ?? get_buffer(name) ?? throw new ArgumentException($"{GetName()} has no tensor {name}.", nameof(name));

    /// <summary>The mean loss of the network, without <see cref="AuxiliaryLoss"/>.</summary>
    /// <param name="logits">[B, C].</param>
    /// <param name="labels">[B], integers: −1 or +1 for the logistic loss, 0…C−1 for softmax cross entropy.</param>
    /// <returns>A scalar.</returns>
    public Tensor Loss(Tensor logits, Tensor labels) => MeanLoss.Of(Spec.Model.Loss, logits, labels);

    /// <summary>Nothing of torch may be used before it is known to load.</summary>
    private static PatchMoESpec Loaded(PatchMoESpec spec)
    {
        TorchRuntime.Require();
        return spec;
    }

    /// <summary>Registers all tensors, with initial weights (see <see cref="WeightInitializer"/>).</summary>
    private protected void RegisterInitialized(ulong seed)
    {
        foreach (ParameterSpec tensor in _tensors)
        {
            Register(tensor, zeros([.. tensor.Shape.Select(size => (long)size)]));
        }

        var initial = new float[ModelParameters.BufferLength(Spec.Model.Parameters())];
        WeightInitializer.Initialize(Spec, seed, initial);
        SetWeights(initial.AsSpan(0, BufferLength));
    }

    /// <summary>Registers a tensor: as a parameter if it is trained, else as a buffer.</summary>
    /// <param name="spec">Its name, and whether it is trained.</param>
    /// <param name="values">Its values; the module takes ownership, so a scope around it does not dispose them.</param>
    private protected void Register(ParameterSpec spec, Tensor values)
    {
        if (spec is { HasGradient: false, Role: ParameterRole.Head or ParameterRole.NormMean or ParameterRole.NormVariance })
        {
            register_buffer(spec.Name, values);
            values.DetachFromDisposeScope();
        }
        else
        {
            register_parameter(spec.Name, new Parameter(values));
            get_parameter(spec.Name)!.DetachFromDisposeScope();
        }
    }
}
