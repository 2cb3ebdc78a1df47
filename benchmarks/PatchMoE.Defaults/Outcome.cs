using System.Globalization;
using System.Text.Json;
using PatchMoE.Compiler;
using PatchMoE.Initialization;
using PatchMoE.Training;
using PatchMoE.Training.Data;
using PatchMoE.Training.Engines;

namespace PatchMoE.Defaults;

/// <summary>The test accuracies of one task with one setting, a seed after the other; 0 for a training that diverged.</summary>
internal sealed record Outcome(string Case, string Setting, double[] Accuracies)
{
    /// <summary>Trains with every seed: each draws pictures, initial weights and order anew.</summary>
    public static Outcome Measure(Case task, Setting setting, int seeds)
    {
        IPatchMoEModel model = PatchMoECompiler.Compile(task.Spec);
        using Workspace workspace = model.CreateWorkspace();
        return new Outcome(task.Name, setting.Name, [.. Enumerable.Range(1, seeds).Select(seed => Accuracy(task, setting.Training, model, workspace, (ulong)seed))]);
    }

    /// <summary>The outcomes so far, one JSON object per line, so that a long experiment can be made in pieces.</summary>
    public static List<Outcome> Read(string path) =>
        File.Exists(path) ? [.. File.ReadLines(path).Select(line => JsonSerializer.Deserialize<Outcome>(line)!)] : [];

    public void Append(string path) => File.AppendAllText(path, JsonSerializer.Serialize(this) + "\n");

    /// <summary>Failures, then the lowest and the median accuracy.</summary>
    public string Text(Case task)
    {
        double[] sorted = [.. Accuracies.Order()];
        int failed = sorted.Count(accuracy => accuracy < task.FailsBelow);
        return string.Create(CultureInfo.InvariantCulture, $"{failed} ({sorted[0]:0.00}, {sorted[sorted.Length / 2]:0.00})");
    }

    private static double Accuracy(Case task, TrainingSpec training, IPatchMoEModel model, Workspace workspace, ulong seed)
    {
        (Dataset train, Dataset test) = task.Draw(task.Spec, seed);
        WeightInitializer.Initialize(task.Spec with { Training = training }, seed, model.Parameters);
        using var engine = new CpuEngine(model, workspace);
        var options = new TrainerOptions { Seed = seed, TestEvery = 0, Notices = false };
        try
        {
            return new Trainer(model, engine, training, train, test, options).Run().Final.Accuracy;
        }
        catch (TrainingDivergedException)
        {
            return 0;
        }
    }
}
