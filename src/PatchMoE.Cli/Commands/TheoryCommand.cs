using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text;
using PatchMoE.Cli.Inputs;
using PatchMoE.Cli.Outputs;
using PatchMoE.Cli.Runs;
using PatchMoE.Cli.Theory;
using PatchMoE.Cli.Training;
using PatchMoE.Formats;
using PatchMoE.Measurement;
using PatchMoE.Reports;
using PatchMoE.Training.Data;
using PatchMoE.Training.Evaluation;

namespace PatchMoE.Cli.Commands;

/// <summary><c>pmoe theory SPEC</c>: the paper's orders for a spec, and its threshold l* measured on its data.</summary>
internal sealed class TheoryCommand
{
    private const int DefaultSeeds = 5;
    private const double DefaultAlpha = 0.05;

    private readonly Argument<string> _spec = CommonOptions.Spec();
    private readonly Option<bool> _orders = new("--orders") { Description = "Print the orders alone: train and measure nothing." };
    private readonly Option<string?> _weights = CommonOptions.File("--weights", "Measure these weights, a safetensors file, instead of training.");
    private readonly Option<string?> _data = CommonOptions.Data();
    private readonly Option<int?> _seed = CommonOptions.Seed();
    private readonly Option<int?> _seeds = CommonOptions.Number(
        "--seeds", $"Number of trainings, with the seed and those after it. [default: {DefaultSeeds} on data with known discriminative patches, else 1]", 1, 1000);

    private readonly Option<int?> _epochs = CommonOptions.Number("--epochs", "Number of epochs. [default: training.epochs of the spec]", 1, int.MaxValue);
    private readonly Option<int[]> _patches = new("--l")
    {
        Description = "The numbers of patches per expert to measure. [default: 1 to n; where each takes a training or a compilation, and n is above 16, a part of these]",
        HelpName = "L",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<double?> _alpha = new("--alpha")
    {
        Description = string.Create(CultureInfo.InvariantCulture, $"l* is the smallest l whose hit rate reaches 1 − ALPHA. [default: {DefaultAlpha}]"),
        HelpName = "ALPHA",
        CustomParser = ParseAlpha,
    };

    private readonly Option<bool> _retrain = new("--retrain") { Description = "Train networks for each l, instead of taking every l from networks trained with the spec's." };
    private readonly Option<int?> _threads = CommonOptions.Number("--threads", "Number of threads, shared by trainings at once and their passes. [default: the machine's cores]", 1, 1024);
    private readonly Option<bool> _strict = CommonOptions.Strict();
    private readonly Option<string?> _out = CommonOptions.File("--out", "The HTML report to write; the measured table goes beside it as CSV.");

    public static Command Create(CommandContext context)
    {
        var theory = new TheoryCommand();
        var command = new Command("theory", "Compare a spec's orders with the CNN's, and measure how many patches its experts need.")
        {
            theory._spec, theory._orders, theory._weights, theory._data, theory._seed, theory._seeds, theory._epochs,
            theory._patches, theory._alpha, theory._retrain, theory._threads, theory._strict, theory._out,
        };
        command.Validators.Add(theory.Validate);
        command.SetAction(parsed => theory.Execute(parsed, context));
        return command;
    }

    private void Validate(CommandResult result)
    {
        if (result.GetValue(_orders) && Asked(result).FirstOrDefault() is { } measuring)
        {
            result.AddError($"--orders measures nothing: leave it out, or leave out {measuring.Name}.");
        }

        if (result.GetResult(_weights) is not null && Trains(result) is { } training)
        {
            result.AddError($"--weights measures a trained network, and {training.Name} is about training: give only one of them.");
        }

        if (result.GetValue(_patches) is { } patches && Array.Exists(patches, l => l < 1))
        {
            result.AddError("--l: each is a whole number of patches, at least 1.");
        }
    }

    /// <summary>The options given that are about measuring.</summary>
    private IEnumerable<Option> Asked(SymbolResult result) =>
        ((Option[])[_weights, _data, _seed, _seeds, _epochs, _patches, _alpha, _retrain, _strict]).Where(option => result.GetResult(option) is { Implicit: false });

    /// <summary>The first option given that is about training.</summary>
    private Option? Trains(SymbolResult result) => ((Option[])[_seeds, _epochs, _retrain]).FirstOrDefault(option => result.GetResult(option) is { Implicit: false });

    private int Execute(ParseResult parsed, CommandContext context)
    {
        string path = parsed.GetRequiredValue(_spec);
        string folder = SpecFile.FolderOf(path);
        string? page = parsed.GetValue(_out);
        string? table = page is null ? null : Path.ChangeExtension(page, ".csv");
        OutputFiles.RequireDistinct([page, table], [path, parsed.GetValue(_weights)]);
        PatchMoESpec spec = TrainingRun.Resolve(SpecFile.Load(path, context), folder, parsed.GetValue(_seed), parsed.GetValue(_epochs));
        var result = new TheoryResult(spec, TheoryScope.Of(spec));
        string? obstacle = parsed.GetValue(_orders) ? "--orders" : Obstacle(spec);
        if (obstacle is not null && !parsed.GetValue(_orders) && Asked(parsed.CommandResult).FirstOrDefault() is { } asked)
        {
            throw new BadInputException($"{obstacle} Nothing can be measured: leave out {asked.Name}, or change the spec.");
        }

        int[] patches = obstacle is null ? Patches(parsed, spec) : [];
        float[]? weights = obstacle is null && parsed.GetValue(_weights) is { } file ? TrainedModel.Weights(spec.Model, file, context) : null;
        OrderTables.Write(context, spec, result.Scope);
        if (obstacle is null)
        {
            result = Measure(parsed, result, folder, weights, patches, context);
        }
        else if (!parsed.GetValue(_orders))
        {
            context.Error.WriteLine($"Nothing is measured: {obstacle}");
        }

        if (page is not null)
        {
            WriteReport(parsed, result, page, table!, context);
        }

        context.Output.WriteLine(result.ToJson(page));
        return ExitCode.Done;
    }

    private static void WriteReport(ParseResult parsed, TheoryResult result, string page, string table, CommandContext context)
    {
        string command = string.Join(' ', parsed.Tokens.Select(token => token.Value.Contains(' ', StringComparison.Ordinal) ? $"\"{token.Value}\"" : token.Value).Prepend("pmoe"));
        var origin = new ReportOrigin(command, ReportMachine.Current(VectorClass.Current.ToString()), DateTimeOffset.Now);
        var files = new List<(string, Action<Stream>)> { (page, stream => stream.Write(Encoding.UTF8.GetBytes(TheoryReport.ToHtml(result, origin)))) };
        if (TheoryReport.ToCsv(result) is { } csv)
        {
            files.Add((table, stream => stream.Write(Encoding.UTF8.GetBytes(csv))));
        }

        AtomicFile.WriteAll(files);
        context.Error.WriteLine($"report: {string.Join(", ", files.Select(file => file.Item1))}");
    }

    /// <summary>Why nothing can be measured; null if it can.</summary>
    private static string? Obstacle(PatchMoESpec spec) => spec switch
    {
        { Model.Layers.Count: 0 } => $"model.layers: {spec.Name} has none, so there is no router.",
        _ when spec.Model.Layers[0].Routing != Routing.ExpertChoice =>
            $"model.layers[0].routing: '{SpecWords.Of(spec.Model.Layers[0].Routing)}' has no l to measure; only the experts of 'expertChoice' choose patches.",
        { Model.Backbone: not null } => $"model.backbone: {spec.Name} has a backbone, and layers behind one are measured by no backend yet.",
        { Data: null } => $"data: {spec.Name} has none. Add a data section.",
        _ => null,
    };

    /// <summary>The values of l to measure; empty for the default.</summary>
    /// <exception cref="BadInputException">One is above n.</exception>
    private int[] Patches(ParseResult parsed, PatchMoESpec spec)
    {
        int all = spec.Model.LayerShapes()[0].Patches;
        int[] patches = [.. (parsed.GetValue(_patches) ?? []).Distinct().Order()];
        return patches.Length == 0 || patches[^1] <= all
            ? patches
            : throw new BadInputException($"--l: {patches[^1]} is more than the {all} patches of model.layers[0]. Give numbers from 1 to {all}.");
    }

    private TheoryResult Measure(ParseResult parsed, TheoryResult result, string folder, float[]? weights, int[] patches, CommandContext context)
    {
        PatchMoESpec spec = result.Spec;
        string? dataFolder = parsed.GetValue(_data);
        Normalization? normalization = weights is null ? null : WeightsFile.ReadMetadata(parsed.GetValue(_weights)!, spec.Model).Normalization;
        LoadedData data = SpecData.Load(spec, folder, context, dataFolder, RunPlaces.CacheFolder(null), parsed.GetValue(_strict), normalization);
        bool known = !data.Test.DiscriminativePatches.IsEmpty && RouterHits.AreDefinedFor(spec.Model);
        RequireKnown(parsed, spec, known);
        bool retrain = known && parsed.GetValue(_retrain);
        if (retrain && spec.Training!.Method == TrainingMethod.Separate)
        {
            context.Error.WriteLine("note: --retrain changes nothing here: with separate training the routers do not depend on l");
            retrain = false;
        }

        int all = spec.Model.LayerShapes()[0].Patches;
        int[] chosen = patches.Length > 0 ? patches : known && !retrain ? [.. Enumerable.Range(1, all)] : Rerouting.Grid(all, spec.Model.Layers[0].PatchesPerExpert);
        int seeds = weights is not null ? 1 : parsed.GetValue(_seeds) ?? (known ? DefaultSeeds : 1);
        LoadedData Draw(ulong seed) => DataLoader.Load(spec, dataFolder, seed, folder);
        var job = new TheoryJob(spec, data, Draw, weights, seeds, chosen, parsed.GetValue(_threads) ?? CommonOptions.DefaultThreads, context);
        return known ? MeasureHits(job, result, retrain, parsed.GetValue(_alpha) ?? DefaultAlpha) : MeasureAccuracy(job, result);
    }

    private static TheoryResult MeasureHits(TheoryJob job, TheoryResult result, bool retrain, double alpha)
    {
        HitMeasurement hits = HitMeasurement.Run(job, retrain, alpha);
        HitTables.Write(job, hits);
        return result with { Job = job, Hits = hits };
    }

    private static TheoryResult MeasureAccuracy(TheoryJob job, TheoryResult result)
    {
        TrainingSpec training = job.Spec.Training!;
        if (job.Weights is null && training.HeldOut == 0)
        {
            job = job with { Spec = job.Spec with { Training = training with { Validation = TrainingSpec.DefaultValidation } } };
            job.Context.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{TrainingSpec.DefaultValidation * 100:0.#} % of the training samples of each class are held out, to choose l by (training.validation changes the share)"));
        }

        AccuracyMeasurement accuracies = AccuracyMeasurement.Run(job);
        AccuracyTables.Write(job, accuracies);
        return result with { Job = job, Accuracies = accuracies };
    }

    /// <exception cref="BadInputException">An option needs known discriminative patches.</exception>
    private void RequireKnown(ParseResult parsed, PatchMoESpec spec, bool known)
    {
        if (!known && ((Option[])[_alpha, _retrain]).FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } needs)
        {
            throw new BadInputException(spec.Model.Layers.Count > 1
                ? $"{needs.Name}: hit rates are defined for one layer, and {spec.Name} has {spec.Model.Layers.Count}. Leave {needs.Name} out."
                : $"{needs.Name}: hit rates need data whose discriminative patches are known, of data.kind 'mosaic' or 'synthetic'. Leave {needs.Name} out: l is then chosen by accuracy.");
        }
    }

    private static double? ParseAlpha(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double alpha) && alpha is > 0 and < 1)
        {
            return alpha;
        }

        result.AddError($"--alpha: '{text}' is not between 0 and 1, for example 0.05.");
        return null;
    }
}
