using PatchMoE.Onnx.Layers;
using PatchMoE.Onnx.Networks;

namespace PatchMoE.Onnx;

/// <summary>What an exported network contains besides its spec and weights.</summary>
public sealed record OnnxExportOptions
{
    /// <summary>Class names and normalisation; null for those of the model, if it is a compiled one.</summary>
    public ModelMetadata? Metadata { get; init; }

    /// <summary>
    /// Whether the graph normalises its input, so that it takes samples as they are in the data (pixels as 0…1). If not, whoever runs it does so; mean and
    /// deviation are in the model's metadata in both cases.
    /// </summary>
    public bool NormalizeInput { get; init; } = true;

    /// <summary>Whether the graph has the optional input <c>lengths</c>, the number of valid patches of each sample or group.</summary>
    public bool Lengths { get; init; }

    /// <summary>How chosen patches reach their experts, for tests and benchmarks of each way.</summary>
    internal FormulationKind Formulation { get; init; }

    /// <summary>What of this the graph contains.</summary>
    /// <param name="metadata">Class names and normalisation.</param>
    internal GraphSettings ToSettings(ModelMetadata metadata) => new(NormalizeInput ? metadata.Normalization : null, Lengths, Formulation);

    /// <summary>Checks that the options fit a model.</summary>
    /// <exception cref="ArgumentException">They do not.</exception>
    internal void Require(PatchMoESpec spec)
    {
        if (Lengths && spec.Model.Backbone is not null)
        {
            throw new ArgumentException($"{spec.Name} has a backbone, and every patch of its map is valid. Leave {nameof(Lengths)} out.");
        }

        if (Lengths && spec.Model.CutsMapOfImage())
        {
            throw new ArgumentException($"The layers of {spec.Name} cut the maps of an image, whose patches are all valid. Leave {nameof(Lengths)} out.");
        }
    }
}
