using System.Diagnostics;
using PatchMoE.Tests;
using PatchMoE.Tests.Parity;
using static TorchSharp.torch;

namespace PatchMoE.TorchSharp.Tests;

/// <summary>Weights are loaded and saved by the names used in weights files.</summary>
public class SafetensorsTests
{
    private static readonly PatchMoESpec s_spec = Networks.Of(Networks.Layer(Routing.ExpertChoice), new VectorsInputSpec(5, 3));

    [Test]
    public void NamesAreThoseOfTheFile()
    {
        using var module = new TorchPatchMoE(s_spec);
        Assert.That(module.state_dict().Keys, Is.EqualTo(new[] { "layers.0.router.weight", "layers.0.experts.weight", "layers.0.experts.bias", "head.weight", "head.bias" }));
    }

    [Test]
    public void FixedHead_IsABufferAndNotTrained()
    {
        PatchMoESpec spec = s_spec with { Model = s_spec.Model with { Head = new HeadSpec(HeadKind.Fixed, 1), Loss = Loss.Logistic } };
        using var module = new TorchPatchMoE(spec);
        Assert.That(module.named_parameters().Select(parameter => parameter.name), Has.None.StartsWith("head"));
        Assert.That(module.state_dict().Keys, Does.Contain("head.weight"));
    }

    [Test]
    public void WhatIsSaved_IsLoaded()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("weights.safetensors");
        using var saved = new TorchPatchMoE(s_spec, seed: 7);
        saved.SaveWeights(path);
        using CompiledModule loaded = Networks.Emitted(s_spec);
        loaded.LoadWeights(path);
        Assert.That(Weights(loaded), Is.EqualTo(Weights(saved)));
    }

    [Test]
    public void LayerWithoutHead_LoadsAWholeNetworksFile_AndSavesItsOwnTensors()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("weights.safetensors");
        using var whole = new TorchPatchMoE(s_spec, seed: 7);
        whole.SaveWeights(path);
        using var layer = new TorchPatchMoE(s_spec, ModuleOutput.Features);
        layer.LoadWeights(path);
        layer.SaveWeights(path);
        Assert.That(SafetensorsFile.Read(path).Tensors.Select(tensor => tensor.Name), Has.Exactly(3).Items.And.None.StartsWith("head"));
        Assert.That(() => whole.LoadWeights(path), Throws.TypeOf<BadInputException>().With.Message.Contains("head.weight [3, 12] is missing"));
    }

    [Test]
    public void Python_ReadsWhatIsSaved()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("weights.safetensors");
        using var module = new TorchPatchMoE(s_spec, seed: 7);
        module.SaveWeights(path);
        string[] lines = Python(Reader, path);

        var expected = new List<string>();
        foreach (ParameterSpec spec in module.TensorSpecs)
        {
            expected.Add($"{spec.Name} [{string.Join(", ", spec.Shape)}]");
        }

        Assert.That(lines.Select(line => line[..line.LastIndexOf(' ')]), Is.EqualTo(expected));
        float[] sums = [.. lines.Select(line => float.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture))];
        using var scope = NewDisposeScope();
        Agreement.Check("sums of |w|", sums, [.. module.TensorSpecs.Select(spec => module.Weight(spec.Name).to(ScalarType.Float64).abs().sum().item<double>())]);
    }

    /// <summary>The format read by hand: a header's length, a JSON header, the values; each tensor's name, shape and sum of absolute values.</summary>
    private const string Reader = """
        import json, math, struct, sys
        data = open(sys.argv[1], "rb").read()
        length = struct.unpack("<Q", data[:8])[0]
        header = json.loads(data[8:8 + length])
        for name, entry in header.items():
            if name == "__metadata__":
                continue
            assert entry["dtype"] == "F32"
            begin, end = entry["data_offsets"]
            values = struct.unpack(f"<{math.prod(entry['shape'])}f", data[8 + length + begin:8 + length + end])
            print(name, entry["shape"], repr(math.fsum(map(abs, values))))
        """;

    private static float[] Weights(PatchMoEModule module)
    {
        var weights = new float[module.BufferLength];
        module.GetWeights(weights);
        return weights;
    }

    /// <summary>Runs a Python program if there is a Python; otherwise the test is ignored.</summary>
    private static string[] Python(string program, string argument)
    {
        foreach (string python in new[] { "/usr/bin/python3", "python3", "python" })
        {
            if (Run(python, "import json, math, struct", argument) is not null)
            {
                string output = Run(python, program, argument) ?? throw new AssertionException("Python could not read the file.");
                return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            }
        }

        throw new IgnoreException("No Python on this machine.");
    }

    private static string? Run(string python, string program, string argument)
    {
        try
        {
            var start = new ProcessStartInfo(python) { RedirectStandardOutput = true, RedirectStandardError = true };
            start.ArgumentList.Add("-c");
            start.ArgumentList.Add(program);
            start.ArgumentList.Add(argument);
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            TestContext.Out.WriteLine(errors.Result);
            return process.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
