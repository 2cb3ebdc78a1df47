using System.Globalization;
using PatchMoE.Formats;

namespace PatchMoE.Peers.Networks;

/// <summary>A network of one expertChoice layer with its weights, a batch of samples, and what our emitted code computed for them.</summary>
/// <param name="Model">The network.</param>
/// <param name="Weights">All weights by name.</param>
/// <param name="Batch">B.</param>
/// <param name="Input">[B, H, W, C] or [B, n, d].</param>
/// <param name="Labels">[B].</param>
/// <param name="Logits">[B, C], ours.</param>
/// <param name="Loss">Ours.</param>
/// <param name="Gradients">Ours, of each trained weight.</param>
internal sealed record ComparedNetwork(
    ModelSpec Model,
    IReadOnlyDictionary<string, NamedTensor> Weights,
    int Batch,
    float[] Input,
    int[] Labels,
    float[] Logits,
    double Loss,
    IReadOnlyList<NamedTensor> Gradients)
{
    public const string RouterName = "layers.0.router.weight";
    public const string ExpertsName = "layers.0.experts.weight";
    public const string HeadName = "head.weight";
    public const string BiasName = "head.bias";

    /// <summary>The layer.</summary>
    public LayerSpec Layer => Model.Layers[0];

    /// <summary>n, d, k, l and M.</summary>
    public LayerShape Shape { get; } = Model.LayerShapes()[0];

    /// <summary>How patches are cut from the pixels; null if samples are vectors.</summary>
    public PatchGrid? Grid { get; } = PatchGrid.Of(Model.Input);

    /// <summary>What the gated sums of neurons are divided by.</summary>
    public float Divisor => Layer.Pooling switch
    {
        Pooling.Selected => Shape.PatchesPerExpert,
        Pooling.All => Shape.Patches,
        _ => 1,
    };

    /// <summary>The head's biases, zeros if it has none.</summary>
    public float[] Bias => Weights.TryGetValue(BiasName, out NamedTensor? bias) ? bias.Values : new float[Model.Head.Outputs];

    /// <summary>The weights as a parameter buffer.</summary>
    public WeightBuffer ToWeights()
    {
        var network = new WeightBuffer(new PatchMoESpec("compared", Model));
        foreach (ParameterSpec tensor in network.ParameterSpecs)
        {
            Weights[tensor.Name].Values.CopyTo(network.Parameters[tensor.Offset..]);
        }

        return network;
    }

    /// <summary>Whether the loss gives a weight a gradient.</summary>
    public bool IsTrained(string name) => Model.Parameters().Any(parameter => parameter.Name == name && parameter.HasGradient);

    /// <summary>Reads the files that <c>PatchMoE.Compare serve</c> leaves.</summary>
    /// <exception cref="BadInputException">A file is missing or damaged, or the peers are not written for such a network.</exception>
    public static ComparedNetwork Read(string folder)
    {
        string File(string name) => Path.Combine(folder, name);
        string spec = File("spec.json");
        SpecResult result = SpecReader.Read(System.IO.File.ReadAllText(spec), spec);
        ModelSpec model = (result.Spec ?? throw new BadInputException(string.Join('\n', result.Diagnostics))).Model;
        if (model is not { Backbone: null, Layers: [{ Routing: Routing.ExpertChoice, Bias: false }] })
        {
            throw new BadInputException($"{spec}: the comparison is written for one expertChoice layer without biases");
        }

        NpyArray labels = NpyFile.Read(File("labels.npy"));
        return new ComparedNetwork(
            model,
            SafetensorsFile.Read(File("weights.safetensors")).Tensors.ToDictionary(tensor => tensor.Name),
            labels.Length,
            NpyFile.Read(File("input.npy")).Values<float>(),
            labels.Values<int>(),
            NpyFile.Read(File("logits.npy")).Values<float>(),
            double.Parse(System.IO.File.ReadAllText(File("loss.txt")), CultureInfo.InvariantCulture),
            SafetensorsFile.Read(File("gradients.safetensors")).Tensors);
    }
}
