namespace PatchMoE.Tests;

/// <summary>One folder of golden results, computed by PyTorch autograd in float64.</summary>
internal sealed class GoldenCase(string name)
{
    public static IEnumerable<string> Names => Directory.GetDirectories(Repository.Golden).Select(folder => Path.GetFileName(folder)).Order();

    public PatchMoESpec Spec { get; } = ReadSpec(name);

    public NpyArray Input { get; } = NpyFile.Read(PathOf(name, "input.npy"));

    public int[] Labels { get; } = NpyFile.Read(PathOf(name, "labels.npy")).Values<int>();

    public float[] Logits { get; } = NpyFile.Read(PathOf(name, "logits.npy")).Values<float>();

    /// <summary>[B·T, k, l]; null for dense routing.</summary>
    public int[]? Routes { get; } = File.Exists(PathOf(name, "routes.npy")) ? NpyFile.Read(PathOf(name, "routes.npy")).Values<int>() : null;

    public IReadOnlyDictionary<string, float[]> Gradients { get; } =
        SafetensorsFile.Read(PathOf(name, "gradients.safetensors")).Tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Values);

    public double Loss { get; } =
        System.Text.Json.JsonDocument.Parse(File.ReadAllText(PathOf(name, "expected.json"))).RootElement.GetProperty("loss").GetDouble();

    /// <summary>The weights as the parameter buffer of the model.</summary>
    public float[] Parameters()
    {
        var parameters = new float[ModelParameters.BufferLength(Spec.Model.Parameters())];
        WeightsFile.Load(PathOf(name, "weights.safetensors"), Spec.Model, parameters);
        return parameters;
    }

    private static PatchMoESpec ReadSpec(string name)
    {
        string path = PathOf(name, "spec.json");
        SpecResult result = SpecReader.Read(File.ReadAllText(path), path);
        return result.Spec ?? throw new InvalidOperationException(string.Join("\n", result.Diagnostics));
    }

    private static string PathOf(string name, string file) => Path.Combine(Repository.Golden, name, file);
}
