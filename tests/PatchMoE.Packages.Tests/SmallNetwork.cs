using PatchMoE.Formats;
using PatchMoE.Initialization;

namespace PatchMoE.Packages.Tests;

/// <summary>A small network with named classes and a normalisation, its weights, and samples for it, as files in a folder.</summary>
internal sealed class SmallNetwork
{
    public const int Samples = 5;

    private const string SpecText = """
        { "name": "small-Net",
          "model": { "input": { "kind": "image", "height": 12, "width": 12, "channels": 3, "patch": 4 },
                     "layers": [ { "experts": 4, "patchesPerExpert": 2, "neuronsPerExpert": 6, "gate": "softmaxSelected" } ],
                     "head": { "kind": "linear", "outputs": 3 }, "loss": "softmaxCrossEntropy" } }
        """;

    public SmallNetwork(string folder)
    {
        Directory.CreateDirectory(folder);
        SpecPath = Path.Combine(folder, "small.json");
        WeightsPath = Path.Combine(folder, "small.safetensors");
        InputPath = Path.Combine(folder, "input.npy");
        PreparedPath = Path.Combine(folder, "prepared.npy");
        File.WriteAllText(SpecPath, SpecText);
        PatchMoESpec spec = SpecReader.Read(SpecText, SpecPath).Spec!;
        var parameters = new float[ModelParameters.BufferLength(spec.Model.Parameters())];
        WeightInitializer.Initialize(spec with { Training = TrainingSpec.Default }, seed: 7, parameters);
        var normalization = new Normalization([0.4f, 0.5f, 0.6f], [0.3f, 0.2f, 0.25f]);
        WeightsFile.Save(WeightsPath, spec, parameters, new ModelMetadata { Classes = ["cat", "\"dog\" */", "Größe"], Normalization = normalization });

        Input = new float[Samples * spec.Model.InputLength()];
        var random = new Random(3);
        for (int i = 0; i < Input.Length; i++)
        {
            Input[i] = random.NextSingle();
        }

        int[] shape = [Samples, .. spec.Model.InputShape()];
        NpyFile.Write(InputPath, new NpyArray(shape, Input));
        float[] prepared = [.. Input];
        normalization.Apply(prepared);
        NpyFile.Write(PreparedPath, new NpyArray(shape, prepared));
    }

    public string SpecPath { get; }

    public string WeightsPath { get; }

    /// <summary>The samples as a file gives them.</summary>
    public string InputPath { get; }

    /// <summary>The samples normalised, as passes take them.</summary>
    public string PreparedPath { get; }

    public float[] Input { get; }
}
