using PatchMoE;
using PatchMoE.TorchSharp;
using PatchMoE.Training.Data;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

// A generated pMoE layer between layers of torch: convolution, experts that choose patches of its map, classifier. Ten classes of handwritten digits.
const ulong Seed = 1;
const int Epochs = 6;
const int Batch = 50;
if (TorchRuntime.Failure is { } reason)
{
    Console.WriteLine(reason);
    return;
}

PatchMoESpec data = new("digits", MapExperts.Spec.Model with { Input = new ImageInputSpec(28, 28, 1, 4, 4, 4, 4) }, Data: new ImagesDataSpec("mnist", Train: 6000, Test: 4000));
(Dataset train, Dataset test) = PatchMoE.Training.Data.DataLoader.Load(data, dataFolder: null, Seed, specFolder: ".");

manual_seed((long)Seed);
using var network = new DigitNetwork();
using var optimizer = optim.AdamW(network.parameters(), 0.003, weight_decay: 0.01);
var order = new Random((int)Seed);
var clock = System.Diagnostics.Stopwatch.StartNew();
for (int epoch = 1; epoch <= Epochs; epoch++)
{
    double loss = 0;
    foreach (int[] samples in Enumerable.Range(0, train.Count).OrderBy(_ => order.Next()).Chunk(Batch))
    {
        // Everything a step makes ends with its scope.
        using DisposeScope step = NewDisposeScope();
        optimizer.zero_grad();
        Tensor mean = nn.functional.cross_entropy(network.forward(Images(train, samples)), Labels(train, samples));
        mean.backward();
        optimizer.step();
        loss += mean.item<float>() * samples.Length;
    }

    Console.WriteLine($"epoch {epoch}: loss {loss / train.Count:F4}, accuracy {Accuracy(network, test):P1}, {clock.Elapsed.TotalSeconds:F1} s");
}

static double Accuracy(DigitNetwork network, Dataset data)
{
    using IDisposable none = no_grad();
    long right = 0;
    foreach (int[] samples in Enumerable.Range(0, data.Count).Chunk(500))
    {
        using DisposeScope scope = NewDisposeScope();
        right += network.forward(Images(data, samples)).argmax(1).eq(Labels(data, samples)).sum().item<long>();
    }

    return (double)right / data.Count;
}

static Tensor Images(Dataset data, int[] samples) => tensor(samples.SelectMany(i => data.InputsOf(i, 1).ToArray()).ToArray()).reshape(samples.Length, 1, 28, 28);

static Tensor Labels(Dataset data, int[] samples) => tensor(samples.Select(i => (long)data.Labels[i]).ToArray());

/// <summary>Convolution 1 → 8 and 2 × 2 pooling, pMoE on the 14 × 14 map, linear classifier.</summary>
internal sealed class DigitNetwork : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d _convolution = nn.Conv2d(1, 8, kernel_size: 5, padding: 2);
    private readonly MapExperts.Module _experts = new(ModuleOutput.Features);
    private readonly Linear _classifier = nn.Linear(MapExperts.FeatureLength, 10);

    public DigitNetwork()
        : base(nameof(DigitNetwork)) => RegisterComponents();

    /// <summary>[B, 1, 28, 28] → [B, 10].</summary>
    public override Tensor forward(Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor map = nn.functional.max_pool2d(_convolution.forward(images).relu(), 2).permute(0, 2, 3, 1);
        return _classifier.forward(_experts.forward(map)).MoveToOuterDisposeScope();
    }
}

/// <summary>Eight experts on 4 × 4 windows of the map, step 2; each takes the 8 of 36 that it scores highest.</summary>
[PatchMoE(Loss = Loss.SoftmaxCrossEntropy)]
[ImageInput(14, 14, Channels = 8, Patch = 4, Stride = 2)]
[ExpertLayer(Experts = 8, PatchesPerExpert = 8, NeuronsPerExpert = 16, Gate = Gate.SoftmaxSelected, Bias = true)]
[LinearHead(10)]
internal sealed partial class MapExperts;
