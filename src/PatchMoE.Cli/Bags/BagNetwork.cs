using PatchMoE.RandomNumbers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PatchMoE.Cli.Bags;

/// <summary>
/// A network for bags as in Ilse, Tomczak and Welling (Attention-based Deep Multiple Instance Learning, ICML 2018), for digits as they are: each is embedded by one
/// layer, h = ReLU(W·x + b); the bag is pooled into one vector z; the logit is ⟨u, z⟩ + c.
/// </summary>
internal sealed class BagNetwork : nn.Module
{
    private readonly BagPooling _pooling;
    private readonly Linear _embedding;
    private readonly Linear? _attention;
    private readonly Linear? _gate;
    private readonly Linear? _weight;
    private readonly Linear _head;

    /// <summary>Creates the network with PyTorch's initial weights, uniform in ±1/√(inputs), drawn by the seed.</summary>
    public BagNetwork(BagNetworkSize size, ulong seed)
        : base(nameof(BagNetwork))
    {
        _pooling = size.Pooling;
        _embedding = nn.Linear(size.Dimension, size.Features);
        _attention = size.Pooling is BagPooling.Attention or BagPooling.GatedAttention ? nn.Linear(size.Features, size.Hidden) : null;
        _gate = size.Pooling == BagPooling.GatedAttention ? nn.Linear(size.Features, size.Hidden) : null;
        _weight = _attention is null ? null : nn.Linear(size.Hidden, 1);
        _head = nn.Linear(size.Features, 1);
        RegisterComponents();
        Initialize(seed);
    }

    /// <summary>
    /// The logits of bags, [B], and how much each patch speaks for a positive answer, [B, longest], −∞ where there is none; the latter is computed only when asked for,
    /// since training does not need it.
    /// </summary>
    public (Tensor Logits, Func<Tensor> Importance) Forward(BagBatch batch)
    {
        Tensor features = _embedding.forward(batch.Digits).relu();
        Tensor padded = batch.Pad(features, 0);
        switch (_pooling)
        {
            case BagPooling.Max:
                // Features are not negative, so the padding is never larger. A patch counts with the features in which it is the largest.
                Tensor largest = padded.amax([1], keepdim: true);
                return (Head(largest.squeeze(1)), () => WithoutPadding(((padded == largest) * padded * _head.weight!).sum(-1), batch));
            case BagPooling.Mean:
                return (Head(padded.sum(1) / batch.Lengths.unsqueeze(1)), () => WithoutPadding((padded * _head.weight!).sum(-1), batch));
            default:
                Tensor hidden = _attention!.forward(features).tanh();
                Tensor scores = _weight!.forward(_gate is null ? hidden : hidden * _gate.forward(features).sigmoid());
                Tensor weights = batch.Pad(scores, float.NegativeInfinity).squeeze(-1).softmax(-1);
                return (Head(weights.unsqueeze(1).bmm(padded).squeeze(1)), () => WithoutPadding(weights, batch));
        }
    }

    private static Tensor WithoutPadding(Tensor importance, BagBatch batch) => importance.masked_fill(batch.IsPadding, float.NegativeInfinity);

    private Tensor Head(Tensor pooled) => _head.forward(pooled).squeeze(-1);

    private void Initialize(ulong seed)
    {
        // torch's own generator is shared by the process, and several networks are trained at once.
        using IDisposable gradients = no_grad();
        foreach (Linear layer in new[] { _embedding, _attention, _gate, _weight, _head }.OfType<Linear>())
        {
            double bound = 1 / Math.Sqrt(layer.weight!.shape[1]);
            foreach ((string name, Parameter parameter) in layer.named_parameters())
            {
                CounterRandom random = CounterRandom.ForName(seed, $"{named_children().Single(child => child.module == layer).name}.{name}");
                float[] values = [.. Enumerable.Range(0, (int)parameter.numel()).Select(i => (float)(bound * ((2 * random.Uniform((ulong)i)) - 1)))];
                using Tensor drawn = tensor(values).reshape(parameter.shape);
                parameter.copy_(drawn);
            }
        }
    }
}
