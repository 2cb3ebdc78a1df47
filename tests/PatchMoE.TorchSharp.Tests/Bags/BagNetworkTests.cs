using PatchMoE.Cli.Bags;
using TorchSharp;
using static TorchSharp.torch;

namespace PatchMoE.TorchSharp.Tests.Bags;

/// <summary>The networks that are compared with patch routing on bags.</summary>
public sealed class BagNetworkTests
{
    private const int Dimension = 7;
    private static readonly int[] s_lengths = [3, 1, 5];

    private static IEnumerable<string> Poolings => Enum.GetNames<BagPooling>();

    /// <summary>Every weight is learned, except the bias inside a softmax, which cancels.</summary>
    [Test]
    public void EveryWeight_HasAGradient([ValueSource(nameof(Poolings))] string name)
    {
        using DisposeScope scope = NewDisposeScope();
        BagNetworkSize size = new(Enum.Parse<BagPooling>(name), Dimension, 8);
        var network = new BagNetwork(size, seed: 1);
        nn.functional.binary_cross_entropy_with_logits(network.Forward(Batch(Digits(), s_lengths)).Logits, tensor([1f, 0, 1])).backward();
        (string Name, float Largest)[] gradients = [.. network.named_parameters().Select(one => (one.name, one.parameter.grad!.abs().max().item<float>()))];
        Assert.That(gradients.Sum(one => network.get_parameter(one.Name)!.numel()), Is.EqualTo(size.Weights));
        Assert.That(gradients.Where(one => one.Name != "_weight.bias").Select(one => one.Largest), Is.All.GreaterThan(0));
    }

    /// <summary>A bag's logit and the importance of its digits, by plain loops over the formulas, do not depend on the other bags of the batch.</summary>
    [Test]
    public void Forward_IsTheFormula([ValueSource(nameof(Poolings))] string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable gradients = no_grad();
        BagPooling pooling = Enum.Parse<BagPooling>(name);
        var network = new BagNetwork(new BagNetworkSize(pooling, Dimension, 8), seed: 2);
        Tensor digits = Digits();
        (Tensor logits, Func<Tensor> importanceOf) = network.Forward(Batch(digits, s_lengths));
        Tensor importance = importanceOf();
        int start = 0;
        for (int bag = 0; bag < s_lengths.Length; bag++)
        {
            Tensor own = digits.slice(0, start, start + s_lengths[bag], 1);
            (double logit, double[] weights) = ByFormula(network, pooling, own);
            Assert.That(logits[bag].item<float>(), Is.EqualTo(logit).Within(1e-5));
            for (int digit = 0; digit < importance.shape[1]; digit++)
            {
                double expected = digit < s_lengths[bag] ? weights[digit] : double.NegativeInfinity;
                Assert.That(importance[bag, digit].item<float>(), Is.EqualTo(expected).Within(1e-5));
            }

            start += s_lengths[bag];
        }
    }

    [Test]
    public void TheSeed_DeterminesTheWeights()
    {
        using DisposeScope scope = NewDisposeScope();
        float[] Weights(ulong seed) => [.. new BagNetwork(new BagNetworkSize(BagPooling.Attention, Dimension, 8), seed).parameters().SelectMany(one => one.data<float>().ToArray())];
        float[] weights = Weights(3);
        Assert.That(Weights(3), Is.EqualTo(weights));
        Assert.That(Weights(4), Is.Not.EqualTo(weights));
        Assert.That(weights, Is.All.InRange(-1 / Math.Sqrt(2), 1 / Math.Sqrt(2)));
    }

    /// <summary>A few epochs on bags that hold one of two patterns.</summary>
    [Test]
    public void Training_Learns_AndPicksTheRightDigit([ValueSource(nameof(Poolings))] string name)
    {
        Dataset train = Bags(200, 1);
        Dataset test = Bags(100, 2);
        TrainingSpec training = TrainingSpec.Default with { Epochs = 30, Batch = 10, Optimizer = OptimizerSpec.Default with { LearningRate = 0.02 } };
        var size = new BagNetworkSize(Enum.Parse<BagPooling>(name), Dimension, 8);
        int epochs = 0;
        BagResult result = BagTraining.Run(size, training, train, test, () => epochs++, CancellationToken.None);
        Assert.That(result.Auc, Is.GreaterThan(0.95));
        Assert.That(result.Picked, Is.GreaterThan(0.8));
        Assert.That(epochs, Is.EqualTo(30));
        BagResult again = BagTraining.Run(size, training, train, test, () => { }, CancellationToken.None);
        Assert.That(again with { SecondsPerEpoch = 0 }, Is.EqualTo(result with { SecondsPerEpoch = 0 }), "the same bits");
    }

    [Test]
    public void Training_StopsWhenCancelled() => Assert.That(
        () => BagTraining.Run(new BagNetworkSize(BagPooling.Mean, Dimension, 4), TrainingSpec.Default, Bags(20, 1), Bags(20, 2), () => { }, new CancellationToken(canceled: true)),
        Throws.InstanceOf<OperationCanceledException>());

    /// <summary>Logit and importance of one bag in double precision.</summary>
    private static (double Logit, double[] Importance) ByFormula(BagNetwork network, BagPooling pooling, Tensor digits)
    {
        Dictionary<string, Tensor> weights = network.named_parameters().ToDictionary(one => one.name, one => one.parameter.to(float64));
        Tensor Layer(string name, Tensor x) => x.matmul(weights[$"{name}.weight"].t()) + weights[$"{name}.bias"];
        Tensor features = Layer("_embedding", digits.to(float64)).clamp_min(0);
        Tensor head = weights["_head.weight"].reshape(-1);
        long count = features.shape[0];
        double[] importance = new double[count];
        Tensor pooled;
        if (pooling == BagPooling.Mean)
        {
            pooled = features.mean([0]);
            importance = [.. (features * head).sum(1).data<double>()];
        }
        else if (pooling == BagPooling.Max)
        {
            pooled = zeros(features.shape[1], float64);
            for (long f = 0; f < features.shape[1]; f++)
            {
                double[] column = [.. features.select(1, f).contiguous().data<double>()];
                pooled[f] = column.Max();
                for (int j = 0; j < count; j++)
                {
                    importance[j] += column[j] == column.Max() ? column[j] * head[f].item<double>() : 0;
                }
            }
        }
        else
        {
            Tensor hidden = Layer("_attention", features).tanh();
            Tensor scores = Layer("_weight", pooling == BagPooling.GatedAttention ? hidden * Layer("_gate", features).sigmoid() : hidden).reshape(-1);
            importance = [.. scores.exp().div(scores.exp().sum()).data<double>()];
            pooled = (features * tensor(importance).unsqueeze(1)).sum([0]);
        }

        return ((pooled * head).sum().item<double>() + weights["_head.bias"].item<double>(), importance);
    }

    private static BagBatch Batch(Tensor digits, int[] lengths) => new(digits, lengths);

    private static Tensor Digits()
    {
        CounterRandom random = CounterRandom.ForName(5, "digits");
        return tensor([.. Enumerable.Range(0, s_lengths.Sum() * Dimension).Select(i => (float)random.Normal((ulong)i))]).reshape(-1, Dimension);
    }

    /// <summary>Bags of 3 to 6 noisy vectors; a positive one holds one vector with a large first value.</summary>
    private static Dataset Bags(int count, ulong seed)
    {
        CounterRandom noise = CounterRandom.ForName(seed, "noise");
        CounterRandom choices = CounterRandom.ForName(seed, "choices");
        var inputs = new float[count * 6 * Dimension];
        int[] lengths = [.. Enumerable.Range(0, count).Select(i => 3 + choices.Integer((ulong)(2 * i), 4))];
        int[] places = [.. lengths.Select((length, i) => i % 2 == 0 ? choices.Integer((ulong)(2 * i) + 1, length) : -1)];
        for (int i = 0; i < count; i++)
        {
            for (int v = 0; v < lengths[i] * Dimension; v++)
            {
                int at = (i * 6 * Dimension) + v;
                inputs[at] = (float)(0.3 * noise.Normal((ulong)at)) + (v == places[i] * Dimension ? 2 : 0);
            }
        }

        return new Dataset(EquatableArray.Of(6, Dimension), inputs, [.. places.Select(place => place >= 0 ? 1 : -1)], lengths, places);
    }
}
