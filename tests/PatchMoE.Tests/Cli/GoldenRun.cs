using System.Globalization;
using System.Text.Json;

namespace PatchMoE.Tests;

/// <summary>A golden case run through <c>pmoe run</c>, and the comparison with its expected results.</summary>
internal sealed class GoldenRun(string name, TemporaryFolder folder)
{
    private const double Tolerance = 1e-4;

    public static IEnumerable<string> Names => Directory.GetDirectories(Repository.Golden).Select(path => Path.GetFileName(path)!).Order();

    public string Spec => In("spec.json");

    public string In(string file) => Path.Combine(Repository.Golden, name, file);

    private bool HasRoutes => File.Exists(In("routes.npy"));

    /// <summary>The arguments of a run with every output.</summary>
    public string[] Arguments(params string[] more) =>
    [
        "run", Spec, "--weights", In("weights.safetensors"), "--input", In("input.npy"), "--labels", In("labels.npy"),
        "--output", folder.File("logits.npy"), "--gradients", folder.File("gradients.safetensors"),
        .. HasRoutes ? ["--routes", folder.File("routes.npy")] : Array.Empty<string>(), .. more,
    ];

    /// <summary>Compares everything that a run wrote and printed.</summary>
    public void AssertAgrees(Outcome outcome)
    {
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        AssertLoss(outcome.Output);

        NpyArray logits = NpyFile.Read(folder.File("logits.npy"));
        NpyArray expected = NpyFile.Read(In("logits.npy"));
        Assert.That(logits.Shape, Is.EqualTo(expected.Shape));
        AssertClose(logits.Values<float>(), expected.Values<float>(), "logits");
        AssertGradients();
        if (HasRoutes)
        {
            AssertRoutes();
        }
    }

    private void AssertLoss(string output)
    {
        using JsonDocument expected = JsonDocument.Parse(File.ReadAllText(In("expected.json")));
        Assert.That(output, Does.StartWith("loss "));
        double loss = double.Parse(output["loss ".Length..], CultureInfo.InvariantCulture);
        AssertClose([(float)loss], [(float)expected.RootElement.GetProperty("loss").GetDouble()], "loss");
    }

    private void AssertGradients()
    {
        Dictionary<string, NamedTensor> gradients = SafetensorsFile.Read(folder.File("gradients.safetensors")).Tensors.ToDictionary(tensor => tensor.Name);
        Dictionary<string, NamedTensor> expected = SafetensorsFile.Read(In("gradients.safetensors")).Tensors.ToDictionary(tensor => tensor.Name);
        Assert.That(gradients.Keys, Is.EquivalentTo(expected.Keys));
        foreach ((string tensor, NamedTensor values) in expected)
        {
            Assert.That(gradients[tensor].Shape, Is.EqualTo(values.Shape), tensor);
            AssertClose(gradients[tensor].Values, values.Values, tensor);
        }
    }

    /// <summary>The same sets of patches; their order is that of the scores, which may be close.</summary>
    private void AssertRoutes()
    {
        NpyArray routes = NpyFile.Read(folder.File("routes.npy"));
        NpyArray expected = NpyFile.Read(In("routes.npy"));
        Assert.That(routes.Shape, Is.EqualTo(expected.Shape));
        int taken = expected.Shape[2];
        Assert.That(
            routes.Values<int>().Chunk(taken).Select(row => row.Order().ToArray()), Is.EqualTo(expected.Values<int>().Chunk(taken).Select(row => row.Order().ToArray())));
    }

    private static void AssertClose(float[] values, float[] expected, string name)
    {
        double largest = expected.Max(value => Math.Abs((double)value));
        for (int i = 0; i < expected.Length; i++)
        {
            double error = Math.Abs((double)values[i] - expected[i]);
            if (!(error <= Tolerance * largest))
            {
                Assert.Fail($"{name}[{i}] is {values[i]} and should be {expected[i]}, within {Tolerance} of {largest}.");
            }
        }
    }
}
