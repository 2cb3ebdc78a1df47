using System.CommandLine;
using PatchMoE.Cli.Inputs;
using PatchMoE.Cli.Outputs;
using PatchMoE.Cli.Texts;
using PatchMoE.Cli.Training;
using PatchMoE.Formats;
using PatchMoE.Reports;
using PatchMoE.Reports.Texts;
using PatchMoE.Training.Data;

namespace PatchMoE.Cli.Commands;

/// <summary><c>pmoe route SPEC --weights FILE --out FILE.svg</c>: draws which patches each expert took; of texts, which segments.</summary>
internal sealed class RouteCommand
{
    private const int DefaultSamples = 8;
    private const int MaximumSamples = 1000;

    private readonly Argument<string> _model = CommonOptions.Model();
    private readonly Option<string?> _weights = CommonOptions.OptionalWeights();
    private readonly Option<string?> _out = CommonOptions.File("--out", "The file to write: a picture (SVG), or for texts a page (HTML); texts without it are written to standard output.");
    private readonly Option<string?> _data = CommonOptions.Data();
    private readonly Option<int?> _seed = CommonOptions.Seed();
    private readonly Option<string?> _input = CommonOptions.File("--input", "Samples to draw instead of the spec's test data: an array [B, …], or - for one from standard input; for texts a file, a folder, a table, or - for a text.");
    private readonly Option<string?> _labels = CommonOptions.File("--labels", "The labels of --input, a .npy file [B].");
    private readonly Option<string?> _lengths = CommonOptions.File("--lengths", "Number of valid patches of each sample (or group) of --input, a .npy file [B] (or [B, T]).");
    private readonly Option<int?> _samples = CommonOptions.Number("--samples", $"Number of samples to draw, starting with the first. [default: {DefaultSamples}]", 1, MaximumSamples);

    public static Command Create(CommandContext context)
    {
        var route = new RouteCommand();
        var command = new Command("route", "Draw which patches each expert took.")
        {
            route._model, route._weights, route._out, route._data, route._seed, route._input, route._labels, route._lengths, route._samples,
        };
        command.Validators.Add(result =>
        {
            bool hasInput = result.GetResult(route._input) is not null;
            if (hasInput && (result.GetResult(route._data) is not null || result.GetResult(route._seed) is not null))
            {
                result.AddError("--data and --seed apply to the spec's test data: leave them out, or leave out --input.");
            }

            if (!hasInput && (result.GetResult(route._labels) is not null || result.GetResult(route._lengths) is not null))
            {
                result.AddError("--labels and --lengths need --input: the spec's test data come with their own.");
            }
        });
        command.SetAction(parsed => route.Execute(parsed, context));
        return command;
    }

    private int Execute(ParseResult parsed, CommandContext context)
    {
        ModelSource source = ModelSource.Find(parsed.GetRequiredValue(_model), parsed.GetValue(_weights), context);
        if (TextInput.Takes(source.Spec.Model))
        {
            return RouteTexts(parsed, source, context);
        }

        string output = parsed.GetValue(_out) ?? throw new BadInputException("--out: name the SVG file to write, for example routes.svg.");
        OutputFiles.RequireDistinct([output], [parsed.GetValue(_model), source.WeightsPath, .. ArrayInput.Files(parsed.GetValue(_input), parsed.GetValue(_labels), parsed.GetValue(_lengths))]);

        PatchMoESpec spec = source.Spec;
        string? input = parsed.GetValue(_input);
        bool hasLabels = input is null || parsed.GetValue(_labels) is not null;
        IPatchMoEModel model = TrainedModel.Load(spec, source.WeightsPath, context);
        Dataset data = input is null
            ? TestData(parsed, spec, source.Folder, model.Metadata.Normalization, context)
            : context.Compute(() => Given(parsed, model, input));

        using Workspace workspace = model.CreateWorkspace();
        int[] drawn = [.. Enumerable.Range(0, Math.Min(parsed.GetValue(_samples) ?? DefaultSamples, data.Count))];
        IReadOnlyList<LayerChoices> upper = UpperLayers.Of(model, data, drawn);
        bool isLowestDense = spec.Model.Layers[0].Routing == Routing.Dense;
        IEnumerable<RoutedSample> routed = isLowestDense && upper.Count > 0 ? RoutedSample.Predicted(model, workspace, data, drawn) : RoutedSample.Of(model, workspace, data, drawn);
        RoutedSample[] samples = [.. routed.Select(sample => hasLabels ? sample : sample with { Label = null })];
        IReadOnlyList<string>? classes = model.Metadata.Classes.Count > 0 ? model.Metadata.Classes : null;
        string svg = upper.Count > 0 || RouteGallery.NeedsPanels(spec.Model)
            ? PanelPicture.Draw(spec.Model, [.. isLowestDense ? [] : (LayerChoices[])[LayerChoices.OfLowest(spec.Model, samples)], .. upper], samples, classes)
            : RoutePicture.Draw(spec.Model, samples, classes);
        AtomicFile.WriteText(output, svg);
        return ExitCode.Done;
    }

    private int RouteTexts(ParseResult parsed, ModelSource source, CommandContext context)
    {
        string input = parsed.GetValue(_input) ?? throw new BadInputException("--input: name a text to route, a folder, a table, or - for a text on standard input.");
        string? output = parsed.GetValue(_out);
        OutputFiles.RequireDistinct(output is null ? [] : [output], [parsed.GetValue(_model), source.WeightsPath, input == ArrayInput.StandardInput ? null : input]);
        IPatchMoEModel model = TrainedModel.Load(source.Spec, source.WeightsPath, context);
        int most = parsed.GetValue(_samples) ?? DefaultSamples;
        RoutedText[] texts = [.. new TextInput(source.Spec).Documents([input]).Take(most).Select(text => TextRouting.Of(model, text.Name, text.Document))];
        if (output is not null)
        {
            AtomicFile.WriteText(output, RoutedTextPage.ToHtml(source.Spec.Name, source.Spec.Model.Layers[0].Experts, texts));
            return ExitCode.Done;
        }

        var terminal = new TerminalRoutes(TerminalRoutes.OutputHasColours);
        foreach (RoutedText text in texts)
        {
            context.Output.Write(terminal.Draw(text));
        }

        return ExitCode.Done;
    }

    private Dataset TestData(ParseResult parsed, PatchMoESpec spec, string folder, Normalization? normalization, CommandContext context)
    {
        PatchMoESpec resolved = TrainingRun.Resolve(spec, folder, parsed.GetValue(_seed));
        return SpecData.Load(resolved, folder, context, parsed.GetValue(_data), normalization: normalization).Test;
    }

    /// <summary>Samples as they are in the user's data: normalised as the model wants them.</summary>
    private Dataset Given(ParseResult parsed, IPatchMoEModel model, string input)
    {
        ModelSpec spec = model.Spec.Model;
        SampleBatch batch = SampleFiles.Read(spec, input, parsed.GetValue(_labels), parsed.GetValue(_lengths));
        model.Metadata.Normalization?.Apply(batch.Input);
        return new Dataset(spec.InputShape(), batch.Input, batch.Labels ?? new int[batch.Samples], batch.Lengths);
    }
}
