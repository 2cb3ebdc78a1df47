using System.Globalization;
using System.Text.Json;
using PatchMoE.Formats;
using PatchMoE.Measurement;

namespace PatchMoE.Compare;

/// <summary>Times one model on request, so that two programs can be timed in turns.</summary>
internal sealed class Server(PatchMoESpec spec, int batch, int threads)
{
    /// <summary>
    /// Writes weights, samples, logits, loss and gradients to a folder and the costs of the passes to <paramref name="output"/>; then answers each line
    /// <c>forward N</c> or <c>step N</c> with N single times in seconds, or more if the pass is short, as a JSON array on one line; untimed runs of the same
    /// pass come first.
    /// </summary>
    public void Serve(string folder, TextReader input, TextWriter output)
    {
        using var passes = new Passes(spec, batch, threads);
        Leave(passes, folder);
        Dictionary<string, Action> work = new() { ["forward"] = passes.Forward, ["step"] = passes.Step };
        foreach (Action pass in work.Values)
        {
            PassTimer.WarmUp(pass);
        }

        output.WriteLine(JsonSerializer.Serialize(Describe(passes)));
        output.Flush();
        while (input.ReadLine() is { } line)
        {
            string[] words = line.Split('\t');
            Action pass = work[words[0]];
            output.WriteLine(JsonSerializer.Serialize(Turn.Take(pass, int.Parse(words[1], CultureInfo.InvariantCulture))));
            output.Flush();
        }
    }

    private void Leave(Passes passes, string folder)
    {
        string File(string name) => Path.Combine(folder, name);
        double loss = passes.LossAndGradients();
        int[] inputShape = [batch, .. spec.Model.InputShape()];
        System.IO.File.WriteAllText(File("spec.json"), SpecWriter.ModelToJson(spec));
        System.IO.File.WriteAllText(File("loss.txt"), loss.ToString("R", CultureInfo.InvariantCulture));
        WeightsFile.Save(File("weights.safetensors"), spec.Model, passes.Model.Parameters);
        NpyFile.Write(File("input.npy"), new NpyArray(inputShape, passes.Data.Inputs.ToArray()));
        NpyFile.Write(File("labels.npy"), new NpyArray([batch], passes.Data.Labels.ToArray()));
        NpyFile.Write(File("logits.npy"), new NpyArray([batch, passes.Model.Outputs], passes.Logits));
        SafetensorsFile.Write(
            File("gradients.safetensors"),
            [.. WeightsFile.Tensors(spec.Model, passes.Gradients).Where((_, i) => passes.Model.ParameterSpecs[i].HasGradient)]);
    }

    private object Describe(Passes passes)
    {
        MachineLimits limits = MachineLimits.Measure(threads);
        object Pass(PassCost cost)
        {
            PassBound bound = limits.BoundOf(cost);
            return new { flops = cost.Flops, bytes = cost.Bytes, limitSeconds = bound.Seconds, boundBy = bound.BoundBy };
        }

        return new
        {
            limits = new { vectorBits = limits.Vectors.Bits, vectorRegisters = limits.Vectors.Registers, vectors = limits.Vectors.ToString(), flops = limits.Flops, memoryBandwidth = limits.MemoryBandwidth },
            forward = Pass(passes.Cost.Forward(batch)),
            step = Pass(passes.Cost.Step(batch)),
        };
    }
}
