using PatchMoE;
using PatchMoE.Training;
using PatchMoE.Training.Data;
using PatchMoE.Training.Engines;

// Ten classes of handwritten digits, cut into overlapping 7 × 7 patches; the network is compiled from specs/digits-10.json.
const ulong Seed = 1;
PatchMoESpec data = DigitsModel.Spec with { Data = new ImagesDataSpec("mnist", Train: 6000, Test: 4000) };
(Dataset train, Dataset test) = DataLoader.Load(data, dataFolder: null, Seed, specFolder: ".");

var model = new DigitsModel();
model.Initialize(Seed);
TrainingSpec training = TrainingSpec.Default with
{
    Epochs = 10,
    Batch = 25,
    Optimizer = OptimizerSpec.Default with { Kind = OptimizerKind.AdamW, LearningRate = 0.005, WeightDecay = 0.05 },
    Schedule = ScheduleSpec.Default with { Kind = ScheduleKind.Cosine },
};
using var engine = new CpuEngine(model, Environment.ProcessorCount);
TrainingResult result = new Trainer(model, engine, training, train, test, new TrainerOptions { Seed = Seed }).Run();
Console.WriteLine($"{result.Final.Accuracy:P1} of {test.Count} held-out digits after {result.Seconds:F1} s");

model.Save("digits.safetensors");
using Workspace workspace = model.CreateWorkspace();
var classes = new int[10];
model.Predict(test.InputsOf(0, 10), classes, workspace);
Console.WriteLine($"predicted {string.Join(' ', classes)}");
Console.WriteLine($"labels    {string.Join(' ', test.Labels[..10].ToArray())}");

[PatchMoE("specs/digits-10.json")]
public sealed partial class DigitsModel;
