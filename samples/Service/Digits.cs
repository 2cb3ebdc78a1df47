using PatchMoE;
using PatchMoE.Training;
using PatchMoE.Training.Data;

namespace Service;

/// <summary>Handwritten digits of 28 × 28 grey pixels; each of 8 experts looks at two of the four quarters.</summary>
[PatchMoE(Loss = Loss.SoftmaxCrossEntropy)]
[ImageInput(28, 28, Patch = 14)]
[ExpertLayer(Experts = 8, PatchesPerExpert = 2, NeuronsPerExpert = 8, Gate = Gate.SoftmaxSelected)]
[LinearHead(10)]
public sealed partial class Digits
{
    public const int Pixels = ImageHeight * ImageWidth;

    /// <summary>The weights that lie beside the program.</summary>
    public static string WeightsPath => Path.Combine(AppContext.BaseDirectory, "digits.safetensors");

    /// <summary>Trains the network on the repository's MNIST images and writes its weights.</summary>
    public static void TrainTo(string path, ILogger logger)
    {
        PatchMoESpec data = Spec with { Data = new ImagesDataSpec("mnist", Train: 6000, Test: 4000) };
        (Dataset train, Dataset test, ModelMetadata metadata) = DataLoader.Load(data, dataFolder: null, seed: 1, specFolder: ".");
        using var model = new Digits { Metadata = metadata };
        model.Fit(train, test, epochs: 30, logger: logger, training: TrainingSpec.Default with
        {
            Batch = 25,
            Optimizer = OptimizerSpec.Default with { Kind = OptimizerKind.AdamW, LearningRate = 0.005, WeightDecay = 0.05 },
            Schedule = ScheduleSpec.Default with { Kind = ScheduleKind.Cosine },
        });
        model.Save(path);
    }
}
