namespace PatchMoE;

/// <summary>The weights of a network, wherever its passes are computed: all that a training run needs of it.</summary>
public interface INetworkWeights
{
    /// <summary>The network.</summary>
    PatchMoESpec Spec { get; }

    /// <summary>The named tensors and their positions in <see cref="Parameters"/>.</summary>
    IReadOnlyList<ParameterSpec> ParameterSpecs { get; }

    /// <summary>
    /// All weights in one buffer, tensor after tensor; gradients have the same layout, but end before a table of tokens, which comes last (<see cref="ModelParameters.NetworkLength"/>).
    /// </summary>
    Span<float> Parameters { get; }
}

/// <summary>The weights of a network that is not compiled: its passes are computed by an engine only.</summary>
/// <param name="spec">A valid spec.</param>
public sealed class WeightBuffer(PatchMoESpec spec) : INetworkWeights
{
    private readonly EquatableArray<ParameterSpec> _tensors = spec.Model.Parameters();
    private readonly float[] _parameters = new float[ModelParameters.BufferLength(spec.Model.Parameters())];

    /// <inheritdoc/>
    public PatchMoESpec Spec => spec;

    /// <inheritdoc/>
    public IReadOnlyList<ParameterSpec> ParameterSpecs => _tensors;

    /// <inheritdoc/>
    public Span<float> Parameters => _parameters;
}
