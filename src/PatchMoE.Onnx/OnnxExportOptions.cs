using PatchMoE.Onnx.Layers;
using PatchMoE.Onnx.Networks;

namespace PatchMoE.Onnx;

/// <summary>What an exported network contains besides its spec and weights.</summary>
public sealed record OnnxExportOptions
{
    /// <summary>The names of the classes, in the order of the output <c>probabilities</c>; null if they have none.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>The mean µ by which samples are normalised, (x − µ)/σ: one value, or one for each channel (each of the d values of <c>vectors</c>); null for none.</summary>
    public IReadOnlyList<float>? Mean { get; init; }

    /// <summary>The deviation σ by which samples are normalised: positive, as many values as <see cref="Mean"/> has; null for none.</summary>
    public IReadOnlyList<float>? Deviation { get; init; }

    /// <summary>
    /// Whether the graph normalises its input, so that it takes samples as they are in the data (pixels as 0…1). If not, whoever runs it does so; <see cref="Mean"/> and
    /// <see cref="Deviation"/> are in the metadata in both cases.
    /// </summary>
    public bool NormalizeInput { get; init; } = true;

    /// <summary>Whether the graph has the optional input <c>lengths</c>, the number of valid patches of each sample or group.</summary>
    public bool Lengths { get; init; }

    /// <summary>How chosen patches reach their experts, for tests and benchmarks of each way.</summary>
    internal FormulationKind Formulation { get; init; }

    /// <summary>What of this the graph contains.</summary>
    internal GraphSettings ToSettings() =>
        new(NormalizeInput && Mean is { } mean && Deviation is { } deviation ? ([.. mean], [.. deviation]) : null, Lengths, Formulation);

    /// <summary>Checks that the options fit a model.</summary>
    /// <exception cref="ArgumentException">They do not.</exception>
    internal void Require(PatchMoESpec spec)
    {
        int classes = PublicNames.Classes(spec.Model);
        if (Classes is { } names && names.Count != classes)
        {
            throw new ArgumentException($"{nameof(Classes)} has {names.Count} names, but {spec.Name} has {classes} classes. Give one name for each.");
        }

        if (Lengths && spec.Model.Backbone is not null)
        {
            throw new ArgumentException($"{spec.Name} has a backbone, and every patch of its map is valid. Leave {nameof(Lengths)} out.");
        }

        RequireNormalization(spec);
    }

    private void RequireNormalization(PatchMoESpec spec)
    {
        if ((Mean is null) != (Deviation is null))
        {
            throw new ArgumentException($"{(Mean is null ? nameof(Mean) : nameof(Deviation))} is missing: normalisation needs both, or neither.");
        }

        if (Mean is null || Deviation is null)
        {
            return;
        }

        int channels = spec.Model.InputShape()[^1];
        foreach ((string name, IReadOnlyList<float> values) in new[] { (nameof(Mean), Mean), (nameof(Deviation), Deviation) })
        {
            if (values.Count != 1 && values.Count != channels)
            {
                throw new ArgumentException($"{name} has {values.Count} values, but a sample of {spec.Name} has {channels} channels. Give one value, or one for each channel.");
            }

            int bad = values.ToList().FindIndex(value => !float.IsFinite(value) || (name == nameof(Deviation) && value <= 0));
            if (bad >= 0)
            {
                throw new ArgumentException($"{name}[{bad}] is {values[bad]}; it must be a finite number{(name == nameof(Deviation) ? " above 0" : "")}.");
            }
        }
    }
}
