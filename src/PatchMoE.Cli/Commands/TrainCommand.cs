using System.CommandLine;
using PatchMoE.Cli.Backends;
using PatchMoE.Cli.Inputs;
using PatchMoE.Cli.Outputs;
using PatchMoE.Cli.Training;
using PatchMoE.Initialization;
using PatchMoE.Reports;
using PatchMoE.Training;
using PatchMoE.Training.Data;
using PatchMoE.Training.Engines;
using PatchMoE.Training.Runs;

namespace PatchMoE.Cli.Commands;

/// <summary><c>pmoe train SPEC</c>: trains a network and writes a run folder.</summary>
internal sealed class TrainCommand
{
    private readonly Argument<string> _spec = CommonOptions.Spec();
    private readonly Option<string?> _out = CommonOptions.Folder("--out", "The run folder. [default: runs/NAME-SEED, with a number appended if it exists]");
    private readonly Option<string?> _data = CommonOptions.Data();
    private readonly Option<int?> _seed = CommonOptions.Seed();
    private readonly Option<int?> _epochs = CommonOptions.Number("--epochs", "Number of epochs. [default: training.epochs of the spec]", 1, int.MaxValue);
    private readonly Option<int?> _threads = CommonOptions.Threads();
    private readonly Option<bool> _strict = CommonOptions.Strict();
    private readonly Option<bool> _resume = new("--resume") { Description = "Resume the run in the folder." };
    private readonly Option<bool> _force = new("--force") { Description = "Replace the run in the folder." };
    private readonly Option<string> _backend = CommonOptions.Backend();
    private readonly Option<string?> _device = CommonOptions.Device();

    public static Command Create(CommandContext context)
    {
        var train = new TrainCommand();
        var command = new Command("train", "Train a network.")
        {
            train._spec, train._out, train._data, train._seed, train._epochs, train._threads, train._strict, train._resume, train._force, train._backend, train._device,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(train._resume) && result.GetValue(train._force))
            {
                result.AddError("--resume continues a run and --force replaces it: give only one of them.");
            }
        });
        command.SetAction(parsed => train.Execute(parsed, context));
        return command;
    }

    private int Execute(ParseResult parsed, CommandContext context)
    {
        string? device = parsed.GetValue(_device);
        BackendEntry backend = BackendCatalog.Require(parsed.GetRequiredValue(_backend), device);
        string specPath = parsed.GetRequiredValue(_spec);
        string specFolder = SpecFile.FolderOf(specPath);
        PatchMoESpec spec = TrainingRun.Resolve(SpecFile.Load(specPath, context), specFolder, parsed.GetValue(_seed), parsed.GetValue(_epochs));
        backend.RequireFor(spec);
        bool resume = parsed.GetValue(_resume);
        ulong seed = (ulong)spec.Training!.Seed;
        int threads = parsed.GetValue(_threads) ?? CommonOptions.DefaultThreads;

        LoadedData data = SpecData.Load(spec, specFolder, context, parsed.GetValue(_data), RunFolders.CacheFolder(parsed.GetValue(_out)), parsed.GetValue(_strict));
        (Dataset trainData, Dataset testData) = data;
        DatasetRules.CheckTraining(trainData, spec.Model, spec.Training.Batch);
        using RunFolder folder = RunFolders.Choose(parsed.GetValue(_out), spec, resume, parsed.GetValue(_force));
        Checkpoint? checkpoint = null;
        if (resume)
        {
            RunFolders.RequireSameRun(folder, spec, context);
            checkpoint = folder.ReadCheckpoint(spec.Model);
        }

        var weights = new WeightBuffer(spec);
        WeightInitializer.Initialize(spec, seed, weights.Parameters);
        using ITrainingEngine engine = context.Compute(() => backend.Start(new EngineRequest(spec, threads, device), context.Error));
        folder.WriteSpec(spec);
        var options = new TrainerOptions { Seed = seed, SaveCheckpoint = state => folder.WriteCheckpoint(spec, data.Metadata, state) };
        var trainer = new Trainer(weights, engine, spec.Training, trainData, testData, options);
        TrainingResult Train(IProgress<TrainingProgress> progress) => trainer.Run(progress, context.Cancellation, checkpoint);
        TrainingResult result = context.IsWatched ? BarProgress.Watch(context.Error, Train) : Train(new PlainProgress(context.Error));

        folder.WriteCheckpoint(spec, data.Metadata, result.Checkpoint);
        folder.WriteReport(Report(spec, result, weights, engine, data, threads));
        context.Error.WriteLine(result.Interrupted
            ? $"interrupted: what was learned so far is in {folder.FullPath}; continue with --resume --out {folder.FullPath}"
            : $"run folder: {folder.FullPath} (report.html shows the run)");
        context.Output.WriteLine(Summary(spec, result, folder));
        return result.Interrupted ? ExitCode.Interrupted : ExitCode.Done;
    }

    private static string Summary(PatchMoESpec spec, TrainingResult result, RunFolder folder) => JsonLine.Of(new
    {
        spec.Name,
        TestAccuracy = result.Final.Accuracy,
        TestLoss = result.Final.Loss,
        result.Final.RouterHitRate,
        TrainSeconds = result.Seconds,
        Epochs = result.History.Count,
        spec.Training!.Seed,
        result.Interrupted,
        Folder = folder.FullPath,
        Weights = folder.WeightsPath,
        Report = folder.ReportPath,
    });

    private static string Report(PatchMoESpec spec, TrainingResult result, INetworkWeights weights, ITrainingEngine engine, LoadedData data, int threads)
    {
        ulong seed = (ulong)spec.Training!.Seed;
        if (spec.Model.Backbone is not null)
        {
            return TrainingReport.ToHtml(spec, result, seed, ReportSections.Of(data.Metadata, engine, data.Test));
        }

        IPatchMoEModel model = CompiledModel.Load(weights.Spec);
        weights.Parameters.CopyTo(model.Parameters);
        model.Metadata = data.Metadata;
        using Workspace workspace = model.CreateWorkspace(threads);
        using var cpu = new CpuEngine(model, workspace);
        return TrainingReport.ToHtml(spec, result, seed, ReportSections.Of(model, cpu, workspace, data.Test));
    }
}
