using System.Globalization;
using PatchMoE.Formats;

namespace PatchMoE.Peers.Networks;

/// <summary>A network of one expertChoice layer, or a stack of maps, with its weights, a batch of samples, and what our emitted code computed for them.</summary>
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

    /// <summary>Whether its layers give maps.</summary>
    public bool IsStack => Model.Layers[0].Map;

    /// <summary>The layer of a network that has one.</summary>
    public LayerSpec Layer => Model.Layers[0];

    /// <summary>Its n, d, k, l and M.</summary>
    public LayerShape Shape { get; } = Model.LayerShapes()[0];

    /// <summary>How its patches are cut from the pixels; null if samples are vectors, and for a stack, which convolves.</summary>
    public PatchGrid? Grid { get; } = Model.Layers[0].Map ? null : PatchGrid.Of(Model.Input);

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
        if (!IsOneLayer(model) && !IsStackOfMaps(model))
        {
            throw new BadInputException(
                $"{spec}: the comparison is written for one expertChoice layer without biases, and for an image under dense and expertChoice layers with biases that all give maps");
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

    private static bool IsOneLayer(ModelSpec model) => model is { Backbone: null, Layers: [{ Routing: Routing.ExpertChoice, Bias: false, Map: false }] };

    private static bool IsStackOfMaps(ModelSpec model) => model is { Backbone: null, Input: ImageInputSpec }
        && model.Layers.All(layer => layer is { Map: true, Bias: true, Routing: Routing.Dense or Routing.ExpertChoice, Gate: not Gate.SoftmaxAll });
}
