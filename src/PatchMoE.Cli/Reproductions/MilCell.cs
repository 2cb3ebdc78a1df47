using System.Globalization;
using System.Text.Json.Nodes;
using PatchMoE.Cli.Bags;
using PatchMoE.Cli.Experiments;
using PatchMoE.Training.Data;

namespace PatchMoE.Cli.Reproductions;

/// <summary>One training on bags, by patch routing or by a network with a pooling of the whole bag, and its test.</summary>
internal sealed class MilCell : ICell
{
    private readonly string _folder;
    private readonly BagNetworkSize? _size;
    private readonly int _drawn;

    /// <param name="title">What it is called.</param>
    /// <param name="spec">The network that routes patches, with bags as data, and the training: of either network.</param>
    /// <param name="pooling">The pooling of the other network; null to train the spec's.</param>
    /// <param name="folder">The folder of the digits.</param>
    /// <param name="drawn">How many training bags to draw, of which the cell takes the first: those of cells that share them.</param>
    public MilCell(string title, PatchMoESpec spec, BagPooling? pooling, string folder, int drawn)
    {
        (Title, Spec, Pooling, _folder, _drawn) = (title, spec, pooling, Path.GetFullPath(folder), drawn);
        _size = pooling is { } one ? BagNetworkSize.Nearest(one, ((VectorsInputSpec)spec.Model.Input).Dimension, (int)NetworkCost.Of(spec.Model).Parameters) : null;
        Identity = $"{SpecWriter.ToJson(spec)}\n{_size?.ToString() ?? "patch routing"}\n{_folder}";
        Work = (double)Bags.Train * Bags.Mean * spec.Training!.Epochs * (pooling is null ? 1 : 10);
    }

    public string Title { get; }

    public string Identity { get; }

    /// <summary>Patches seen; one that is only scored takes about a tenth of the time of one that is embedded.</summary>
    public double Work { get; }

    /// <summary>The spec.</summary>
    public PatchMoESpec Spec { get; }

    /// <summary>The pooling; null for patch routing.</summary>
    public BagPooling? Pooling { get; }

    private BagsDataSpec Bags => (BagsDataSpec)Spec.Data!;

    /// <summary>Numbers that depend on the identity; those of torch may differ in the last bits between machines, and <c>secondsPerEpoch</c> is a measurement.</summary>
    public JsonObject Run(CellContext context)
    {
        TrainingSpec training = Spec.Training!;
        PatchMoESpec all = Spec with { Data = Bags with { Train = _drawn } };
        (Dataset train, Dataset test) = CellData.Load(all, _folder, _folder, context.Data);
        train = train.First(Bags.Train);
        void Advance() => context.Advance(Work / training.Epochs);
        BagResult result = _size is null
            ? PatchRoutingTraining.Run(Spec, train, test, Advance, context.Cancellation)
            : BagTraining.Run(_size, training, train, test, Advance, context.Cancellation);
        return new JsonObject
        {
            ["auc"] = result.Auc,
            ["testAccuracy"] = result.Accuracy,
            ["pickedIsPositive"] = result.Picked,
            ["weights"] = result.Weights,
            ["secondsPerEpoch"] = result.SecondsPerEpoch,
        };
    }

    public string Describe(JsonObject result) =>
        string.Create(CultureInfo.InvariantCulture, $"AUC {(double)result["auc"]!:0.000}, picked {(double)result["pickedIsPositive"]!:0.00}");
}
