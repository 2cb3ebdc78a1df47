using PatchMoE;
using PatchMoE.Training;
using PatchMoE.Training.Data;

// Ten classes of handwritten digits, cut into overlapping 7 × 7 patches; the network is compiled from specs/digits-10.json.
PatchMoESpec spec = DigitsModel.Spec with { Data = new ImagesDataSpec("mnist", Train: 6000, Test: 4000) };
(Dataset train, Dataset test, ModelMetadata metadata) = DataLoader.Load(spec, dataFolder: null, seed: 1, specFolder: ".");

using var model = new DigitsModel { Metadata = metadata };
TrainingResult result = model.Fit(train, test, epochs: 10, TrainingSpec.Default with
{
    Batch = 25,
    Optimizer = OptimizerSpec.Default with { Kind = OptimizerKind.AdamW, LearningRate = 0.005, WeightDecay = 0.05 },
    Schedule = ScheduleSpec.Default with { Kind = ScheduleKind.Cosine },
});
Console.WriteLine($"{result.Final.Accuracy:P1} of {test.Count} held-out digits after {result.Seconds:F1} s");
model.Save("digits.safetensors");

Explanation seen = model.Explain(test.InputsOf(1, 1));
Console.WriteLine($"{seen.Prediction}, label {test.Labels[1]}; it looked at {string.Join(", ", seen.MostImportant(3).Select(patch => patch.Place.Pixels))}");

[PatchMoE("specs/digits-10.json")]
public sealed partial class DigitsModel;
