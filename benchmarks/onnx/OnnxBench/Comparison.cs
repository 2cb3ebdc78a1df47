using System.Globalization;
using PatchMoE.Compiler;
using PatchMoE.Initialization;
using PatchMoE.Measurement;
using PatchMoE.Onnx;
using PatchMoE.Onnx.Layers;
using PatchMoE.Training.Data;

namespace PatchMoE.OnnxBench;

/// <summary>Forward passes of one network on one thread: the emitted code, and the exported network in each formulation, in turns.</summary>
internal sealed class Comparison
{
    private const ulong Seed = 1;
    private const int RunsOfATurn = 3;

    private static readonly FormulationKind[] s_formulations = [FormulationKind.MaskedPatches, FormulationKind.AllExperts, FormulationKind.ExpertByExpert];

    private readonly PatchMoESpec _spec;
    private readonly Dataset _data;
    private readonly FormulationKind _exported;
    private readonly Action _ours;
    private readonly Dictionary<FormulationKind, Action> _theirs = [];
    private readonly List<double> _ourTimes = [];
    private readonly Dictionary<FormulationKind, List<double>> _times = s_formulations.ToDictionary(kind => kind, _ => new List<double>());

    public Comparison(PatchMoESpec spec, int batch)
    {
        _spec = spec;
        IPatchMoEModel model = PatchMoECompiler.Compile(spec, AssemblyCache.ForUser());

        // Weights at the default scale, whatever the spec starts training from: routers near 0 would leave all gate values equal.
        WeightInitializer.Initialize(spec with { Training = null }, Seed, model.Parameters);
        _data = DrawnBatch.Make(spec.Model, batch, Seed);
        var logits = new float[batch * model.Outputs];
        Workspace workspace = model.CreateWorkspace();
        _ours = () => model.Forward(_data.Inputs, logits, workspace);
        _ours();

        byte[] exported = OnnxModel.Export(model).ToArray();
        foreach (FormulationKind kind in s_formulations)
        {
            byte[] bytes = OnnxModel.Export(model, new OnnxExportOptions { Formulation = kind }).ToArray();
            _exported = bytes.AsSpan().SequenceEqual(exported) ? kind : _exported;
            var session = new BoundSession(bytes, spec.Model, _data.Inputs, batch);
            session.Run();
            session.RequireLogits(logits);
            _theirs.Add(kind, session.Run);
        }

        foreach (Action pass in _theirs.Values.Prepend(_ours))
        {
            PassTimer.WarmUp(pass);
        }
    }

    /// <summary>The head of the table.</summary>
    public static string Titles => """
        | network | B | ours, ms | exported, ms | ratio | masked patches, ms | all experts, ms | expert by expert, ms |
        |---|---|---|---|---|---|---|---|
        """;

    /// <summary>Times our code and then each formulation.</summary>
    public void TimeRound()
    {
        _ourTimes.Add(Timing.Of(Turn.Take(_ours, RunsOfATurn)).Median);
        foreach ((FormulationKind kind, Action run) in _theirs)
        {
            _times[kind].Add(Timing.Of(Turn.Take(run, RunsOfATurn)).Median);
        }
    }

    /// <summary>Medians over the rounds, and the median of the rounds' ratios.</summary>
    public string Row()
    {
        double ratio = Timing.Of([.. _times[_exported].Zip(_ourTimes, (theirs, ours) => theirs / ours)]).Median;
        string formulations = string.Join(" | ", s_formulations.Select(kind => kind == _exported ? $"**{Milliseconds(_times[kind])}**" : Milliseconds(_times[kind])));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| `{_spec.Name}` | {_data.Labels.Length} | {Milliseconds(_ourTimes)} | {Milliseconds(_times[_exported])} | {ratio:F1}× | {formulations} |");
    }

    private static string Milliseconds(List<double> seconds) => (Timing.Of(seconds).Median * 1e3).ToString("F3", CultureInfo.InvariantCulture);
}
