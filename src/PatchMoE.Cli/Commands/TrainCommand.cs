using System.CommandLine;
using System.Globalization;
using PatchMoE.Cli.Backends;
using PatchMoE.Cli.Inputs;
using PatchMoE.Cli.Outputs;
using PatchMoE.Cli.Processes;
using PatchMoE.Cli.Runs;
using PatchMoE.Cli.Texts;
using PatchMoE.Cli.Training;
using PatchMoE.Measurement;
using PatchMoE.Reports;
using PatchMoE.Training;
using PatchMoE.Training.Data;
using PatchMoE.Training.Engines;
using PatchMoE.Training.Evaluation;
using PatchMoE.Training.Runs;

namespace PatchMoE.Cli.Commands;

/// <summary><c>pmoe train SPEC</c>: trains a network and writes a run folder.</summary>
internal sealed class TrainCommand
{
    /// <summary>Seconds. Between two exchanges lies a step, or the writing of a checkpoint.</summary>
    private const int DefaultDeadline = 60;

    // The accuracy on the training samples is for comparison with the test's: a few thousand tell it.
    private const int MostTrainingSamples = 5000;

    private readonly Argument<string> _spec = CommonOptions.Spec();
    private readonly Option<string?> _out = CommonOptions.Folder("--out", "The run folder. [default: runs/NAME-SEED, with a number appended if it exists]");
    private readonly Option<string?> _data = CommonOptions.Data();
    private readonly Option<int?> _seed = CommonOptions.Seed();
    private readonly Option<int?> _epochs = CommonOptions.Number("--epochs", "Number of epochs; of the experts, where routers learn first (method separate, training.routerEpochs). [default: training.epochs of the spec]", 1, int.MaxValue);
    private readonly Option<int?> _seeds = CommonOptions.Number(
        "--seeds", "Train with so many seeds and keep the one with the lowest validation loss. [default: training.seeds of the spec]", 1, 10_000);

    private readonly Option<double?> _validation = CommonOptions.Share(
        "--validation", "The share of the training samples to hold out. [default: training.validation of the spec, or 0.2 if something is chosen by them]");

    private readonly Option<bool> _keepBest = new("--keep-best") { Description = "Keep the weights of the epoch with the lowest validation loss." };
    private readonly Option<int?> _patience = CommonOptions.Number(
        "--patience", "Stop when the validation loss has not fallen for so many epochs, and keep the best epoch's weights.", 1, int.MaxValue);

    private readonly Option<string?> _tensorBoard = new("--tensorboard")
    {
        Description = "Write a TensorBoard event file. [default folder: the run folder]",
        HelpName = "DIR",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<int?> _threads = CommonOptions.Threads();
    private readonly Option<bool> _strict = CommonOptions.Strict();
    private readonly Option<bool> _resume = new("--resume") { Description = "Resume the run in the folder." };
    private readonly Option<bool> _force = new("--force") { Description = "Replace the run in the folder." };
    private readonly Option<bool> _json = CommonOptions.Json();
    private readonly Option<string> _backend = CommonOptions.Backend();
    private readonly Option<string?> _device = CommonOptions.Device();

    private readonly Option<int?> _shares = CommonOptions.Number(
        "--shares",
        "Cut each batch into so many shares, which any number of processes computes to the same bits. [default: training.shares of the spec; started by MPI, 4 or as many as processes]",
        1,
        int.MaxValue);

    private readonly Option<bool> _allReduce = new("--allreduce") { Description = "Started by MPI: let MPI add the gradients up. Faster; the bits depend on the number of processes." };
    private readonly Option<int?> _deadline = CommonOptions.Number("--deadline", "Started by MPI: end if the other processes give no answer for so many seconds. [default: 60]", 1, 1_000_000);

    public static Command Create(CommandContext context)
    {
        var train = new TrainCommand();
        var command = new Command("train", "Train a network.")
        {
            train._spec, train._out, train._data, train._seed, train._epochs, train._seeds, train._validation,
            train._keepBest, train._patience, train._tensorBoard, train._threads, train._strict, train._resume, train._force, train._json, train._backend, train._device,
            train._shares, train._allReduce, train._deadline,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(train._resume) && result.GetValue(train._force))
            {
                result.AddError("--resume continues a run and --force replaces it: give only one of them.");
            }

            if (result.GetValue(train._allReduce) && result.GetResult(train._shares) is not null)
            {
                result.AddError("--allreduce gives each process one share, whatever --shares says: give only one of them.");
            }
        });
        command.SetAction(parsed => train.Execute(parsed, context));
        return command;
    }

    private int Execute(ParseResult parsed, CommandContext context)
    {
        using TrainingProcesses processes = TrainingProcesses.Join(context, TimeSpan.FromSeconds(parsed.GetValue(_deadline) ?? DefaultDeadline));
        return processes.Run(() => Train(parsed, processes));
    }

    private int Train(ParseResult parsed, TrainingProcesses processes)
    {
        CommandContext context = processes.Context;
        string specPath = parsed.GetRequiredValue(_spec);
        string? device = parsed.GetValue(_device);
        bool resume = parsed.GetValue(_resume);
        bool plain = parsed.GetValue(_allReduce);
        Prepared prepared = processes.Prepare(
            () => Prepare(parsed, processes), own => [Fingerprint.OfProgram(), Fingerprint.OfSpec(own.Spec, own.Backend.Name), Fingerprint.OfData(own.Data)]);
        (BackendEntry backend, PatchMoESpec spec, LoadedData data) = (prepared.Backend, prepared.Spec, prepared.Data);
        using RunFolder? folder = prepared.Folder;
        int shares = processes.SharesOf(spec.Training!, parsed.GetValue(_shares), prepared.Begun?.Training?.Shares, plain);
        spec = spec with { Training = spec.Training! with { Shares = shares } };
        processes.RequireShares(spec, plain);

        int threads = parsed.GetValue(_threads) ?? processes.ThreadsOf(CommonOptions.DefaultThreads, backend);
        bool severalSeeds = spec.Training.Seeds > 1;
        Checkpoint? checkpoint = null;
        if (resume && !severalSeeds)
        {
            checkpoint = processes.GiveToAll(prepared.Newest, stream => CheckpointFile.Load(stream, "checkpoint", spec.Model));
            if (checkpoint is null)
            {
                context.Error.WriteLine("note: the run was stopped before its first checkpoint, so it begins again");
            }
        }

        if (folder is not null)
        {
            folder.WriteSpec(spec);
            context.InterruptText = $"interrupted: the epochs saved so far are in {folder.FullPath}; continue with {TrainingText.Resume(spec, specPath, folder)}";
        }

        if (spec.Training.HeldOut > 0)
        {
            context.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{spec.Training.HeldOut * 100:0.#} % of the training samples of each class are held out (training.validation)"));
        }

        string? events = parsed.GetResult(_tensorBoard) is null || folder is null ? null : parsed.GetValue(_tensorBoard) ?? folder.FullPath;
        var job = new TrainingJob(spec, data, backend, new EngineRequest(spec, threads, device), events, context) { Collective = processes.Collective, PlainSum = plain };
        (TrainingResult result, WeightBuffer weights) = severalSeeds ? SeedTrainings.Run(job, folder!, resume) : job.Run((ulong)spec.Training.Seed, folder, checkpoint, events);
        if (folder is not null)
        {
            Finish(parsed, job, folder, result, weights, threads, processes.Count);
        }

        return result.Interrupted ? ExitCode.Interrupted : ExitCode.Done;
    }

    /// <summary>All that can fail before the training begins; the run folder is the first process's.</summary>
    private Prepared Prepare(ParseResult parsed, TrainingProcesses processes)
    {
        CommandContext context = processes.Context;
        bool resume = parsed.GetValue(_resume);
        BackendEntry backend = BackendCatalog.Require(parsed.GetRequiredValue(_backend), parsed.GetValue(_device));
        string specPath = parsed.GetRequiredValue(_spec);
        string specFolder = SpecFile.FolderOf(specPath);
        PatchMoESpec spec = WithChoices(parsed, TrainingRun.Resolve(SpecFile.Load(specPath, context), specFolder, parsed.GetValue(_seed), parsed.GetValue(_epochs)));
        backend.RequireFor(spec);
        if (processes.Collective is not null && spec.Training!.Seeds > 1)
        {
            throw new BadInputException("--seeds: several processes train with one seed. Leave it out, or run 'pmoe sweep' over seeds, whose trainings need not exchange anything.");
        }

        backend.Begin(spec);
        LoadedData data = SpecData.Load(spec, specFolder, context, parsed.GetValue(_data), RunPlaces.CacheFolder(parsed.GetValue(_out)), parsed.GetValue(_strict));
        DatasetRules.CheckTraining(data.Train, spec.Model, spec.Training!.Batch);
        if (!processes.IsFirst)
        {
            return new Prepared(backend, spec, data);
        }

        RunFolder folder = RunFolders.Choose(parsed.GetValue(_out), spec, resume, parsed.GetValue(_force));
        try
        {
            return new Prepared(backend, spec, data)
            {
                Folder = folder,
                Begun = resume ? RunFolders.RequireSameRun(folder, spec, context) : null,
                Newest = resume && spec.Training.Seeds == 1 ? folder.ReadNewest(spec.Model, context.Error.WriteLine) : null,
            };
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Writes the report and says how it ended.</summary>
    private void Finish(ParseResult parsed, TrainingJob job, RunFolder folder, TrainingResult result, WeightBuffer weights, int threads, int processes)
    {
        CommandContext context = job.Context;
        string specPath = parsed.GetRequiredValue(_spec);
        folder.WriteReport(Report(job.Spec, result, weights, job, threads, Origin(parsed, specPath), folder));
        if (result.Seeds.Count > 0)
        {
            SeedTrainings.Write(result.Seeds, context);
        }

        TrainingSummary.WriteNotices(result.Notices, context.Error);
        bool isTold = context.IsReadAtATerminal && !parsed.GetValue(_json);
        if (!isTold)
        {
            context.Error.WriteLine(result.Interrupted
                ? $"interrupted: what was learned so far is in {folder.FullPath}; continue with {TrainingText.Resume(job.Spec, specPath, folder)}"
                : $"run folder: {folder.FullPath} (report.html shows the run)");
        }

        context.WriteResult(TrainingSummary.Json(job.Spec, result, folder, processes), parsed.GetValue(_json), TrainingText.Lines(job.Spec, specPath, result, folder));
    }

    /// <summary>The spec with the command line's choices.</summary>
    /// <exception cref="BadInputException">Something is to be chosen by held-out samples, but none are held out.</exception>
    private PatchMoESpec WithChoices(ParseResult parsed, PatchMoESpec spec)
    {
        TrainingSpec training = spec.Training!;
        training = training with
        {
            Seeds = parsed.GetValue(_seeds) ?? training.Seeds,
            Validation = parsed.GetValue(_validation) ?? training.Validation,
            KeepBest = parsed.GetValue(_keepBest) || training.KeepBest,
            Patience = parsed.GetValue(_patience) ?? training.Patience,
        };
        return TrainingRules.Validation(training) is { } diagnostic ? throw new BadInputException(diagnostic.Message) : spec with { Training = training };
    }

    /// <summary>The command that repeats the run, with every choice that was made on the line.</summary>
    private static ReportRun Origin(ParseResult parsed, string specPath)
    {
        string command = string.Join(' ', ["pmoe", .. parsed.Tokens.Select(token => ShellWord.Of(token.Value))]);
        var origin = new ReportOrigin(command, ReportMachine.Current(VectorClass.Current.ToString()), DateTimeOffset.Now);
        return new ReportRun(origin, ShellWord.Path(specPath), "", TrainingAccuracy: null);
    }

    private static string Report(PatchMoESpec spec, TrainingResult result, WeightBuffer weights, TrainingJob job, int threads, ReportRun origin, RunFolder folder)
    {
        ulong seed = (ulong)spec.Training!.Seed;
        LoadedData data = job.Data;
        ReportRun run = origin with { WeightsPath = ShellWord.Path(folder.WeightsPath) };
        if (spec.Model.Backbone is not null)
        {
            using ITrainingEngine engine = job.Backend.Start(job.Request, job.Context.Error);
            engine.SetParameters(weights.Parameters);
            return TrainingReport.ToHtml(spec, result, seed, ReportSections.Of(data.Metadata, engine, data.Test), run);
        }

        IPatchMoEModel model = CompiledModel.Load(spec);
        weights.Parameters.CopyTo(model.Parameters);
        model.Metadata = data.Metadata;
        using Workspace workspace = model.CreateWorkspace(threads);
        using var cpu = new CpuEngine(model, workspace);
        Dataset test = data.Test.WithVectorsOf(model);
        run = run with { TrainingAccuracy = result.Interrupted ? null : new Evaluator(cpu).Evaluate(Trained(data.Train, spec.Training).WithVectorsOf(model)).Accuracy };
        var sections = ReportSections.Of(model, cpu, workspace, test, (set, samples) => UpperLayers.Of(model, set, samples));
        return TrainingReport.ToHtml(spec, result, seed, ReportedTexts.Of(sections, model, test), run);
    }

    /// <summary>Training samples that are not held out, some thousands at even distances: data may be in the order of their classes.</summary>
    private static Dataset Trained(Dataset train, TrainingSpec training)
    {
        int[] trained = HeldOutSamples.Split(train.Labels, training.HeldOut, (ulong)training.Seed).Trained;
        int count = Math.Min(trained.Length, MostTrainingSamples);
        return train.Select([.. Enumerable.Range(0, count).Select(i => trained[(int)((long)i * trained.Length / count)])]);
    }

    /// <summary>What is known before a training begins.</summary>
    private sealed record Prepared(BackendEntry Backend, PatchMoESpec Spec, LoadedData Data)
    {
        /// <summary>The run folder; null for a process that is not the first.</summary>
        public RunFolder? Folder { get; init; }

        /// <summary>The spec that the run was begun with; null for a new one.</summary>
        public PatchMoESpec? Begun { get; init; }

        /// <summary>The checkpoint to go on from, and its file; null if there is none.</summary>
        public (Checkpoint Checkpoint, string Path)? Newest { get; init; }
    }
}
