using PatchMoE;
using PatchMoE.Training;
using PatchMoE.Training.Data;

// The first time, and with the argument 'train', trains the network of specs/digits.json and writes its weights; then predicts digits that it has not seen.
const string weights = "weights.safetensors";
string specFile = Path.Combine(AppContext.BaseDirectory, "specs", "digits.json");
PatchMoESpec spec = SpecReader.Read(File.ReadAllText(specFile), specFile).Spec!;
(Dataset train, Dataset test, ModelMetadata metadata) = DataLoader.Load(spec, dataFolder: null, seed: 1, specFolder: Path.GetDirectoryName(specFile)!);

if (args is ["train"] || !File.Exists(weights))
{
    using var untrained = new DigitsModel { Metadata = metadata };
    TrainingResult result = untrained.Fit(train, test, training: spec.Training);
    untrained.Save(weights);
    Console.WriteLine($"{result.Final.Accuracy:P1} of {test.Count} digits after {result.Seconds:F1} s of training on {train.Count} others; weights in {weights}");
}

using DigitsModel model = DigitsModel.Load(weights);
for (int i = 0; i < 5; i++)
{
    Explanation seen = model.Explain(test.InputsOf(i, 1));
    string places = string.Join(", ", seen.MostImportant(3).Select(patch => $"({patch.Place.Pixels!.Value.X}, {patch.Place.Pixels!.Value.Y})"));
    Console.WriteLine($"{seen.Prediction}, it is {metadata.Classes[test.Labels[i]]}; the patches that spoke most for it begin at {places}");
}

// The source generator writes the rest of the class: weights, passes, training.
[PatchMoE("specs/digits.json")]
public sealed partial class DigitsModel;
