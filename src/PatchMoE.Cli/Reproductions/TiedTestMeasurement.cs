using System.Text.Json.Nodes;
using PatchMoE.Cli.Experiments;
using PatchMoE.Training.Data;
using PatchMoE.Training.Evaluation;

namespace PatchMoE.Cli.Reproductions;

/// <summary>How a network does on test mosaics in which the spurious digit is tied to the class as in training, and whether its experts take that digit.</summary>
internal sealed class TiedTestMeasurement : ICellMeasurement
{
    /// <summary>The accuracy on the tied test mosaics.</summary>
    public const string Accuracy = "tiedAccuracy";

    /// <summary>The share of the tied mosaics whose spurious digit is among the patches taken, as the router hit rate counts; absent if there is no router.</summary>
    public const string SpuriousRate = "spuriousRate";

    /// <summary>The router hit rate, of the class digit, on the same mosaics.</summary>
    public const string HitRate = "tiedHitRate";

    public string Name => "tied test";

    public void Measure(INetworkEngine engine, PatchMoESpec spec, string? dataFolder, CellContext context, JsonObject result)
    {
        var mosaic = (MosaicDataSpec)spec.Data!;
        ulong seed = (ulong)spec.Training!.Seed;
        ImageSet images = DataFolder.Read(mosaic.Source, dataFolder, seed).Test;
        (Dataset tied, int[] spurious) = MosaicData.MakeTiedTest(mosaic, spec.Model, images, seed);
        var evaluator = new Evaluator(engine);
        EvaluationResult evaluation = evaluator.Evaluate(tied, context.Cancellation);
        result[Accuracy] = evaluation.Accuracy;
        if (evaluation.RouterHitRate is { } hits)
        {
            result[HitRate] = hits;
            result[SpuriousRate] = evaluator.HitRate(tied.WithDiscriminativePatches(spurious), context.Cancellation);
        }
    }
}
