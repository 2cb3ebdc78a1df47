using System.CommandLine;
using PatchMoE.Cli.Inputs;
using PatchMoE.Cli.Outputs;
using PatchMoE.Cli.Predictions;
using PatchMoE.Formats;

namespace PatchMoE.Cli.Commands;

/// <summary><c>pmoe predict MODEL --input cat.png</c>: the class of each sample, one per line.</summary>
internal sealed class PredictCommand
{
    private const int Batch = 256;
    private const int MaximumTop = 1000;

    private readonly Argument<string> _model = CommonOptions.Model();
    private readonly Option<string?> _weights = CommonOptions.OptionalWeights();
    private readonly Option<string[]> _input = new("--input")
    {
        Description = "What to predict: pictures or texts, folders of them, a .txt file with a path in each line, a .csv or .tsv table, arrays [B, …] (.npy, .npz, file.npz:name), or - for one of them on standard input.",
        HelpName = "FILE",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string?> _lengths = CommonOptions.File("--lengths", "Number of valid patches of each sample (or group) of an array, a .npy file [B] (or [B, T]).");
    private readonly Option<int?> _top = CommonOptions.Number("--top", "Number of classes to print for each sample, the most probable first.", 1, MaximumTop);
    private readonly Option<bool> _json = new("--json") { Description = "Print a JSON object for each sample." };
    private readonly Option<string?> _output = CommonOptions.File("--output", "A .npy file [B] of int32 to write the labels of the predicted classes to as well.");
    private readonly Option<int?> _threads = CommonOptions.Threads();

    public static Command Create(CommandContext context)
    {
        var predict = new PredictCommand();
        var command = new Command("predict", "Print the class of each sample.")
        {
            predict._model, predict._weights, predict._input, predict._lengths, predict._top, predict._json, predict._output, predict._threads,
        };
        command.SetAction(parsed => predict.Execute(parsed, context));
        return command;
    }

    private int Execute(ParseResult parsed, CommandContext context)
    {
        string[] inputs = parsed.GetRequiredValue(_input);
        string? lengths = parsed.GetValue(_lengths);
        string? output = parsed.GetValue(_output);
        ModelSource source = ModelSource.Find(parsed.GetRequiredValue(_model), parsed.GetValue(_weights), context);
        OutputFiles.RequireDistinct([output], [parsed.GetValue(_model), source.WeightsPath, .. ArrayInput.Files([.. inputs, lengths])]);
        IPatchMoEModel model = TrainedModel.Load(source.Spec, source.WeightsPath, context);
        using Workspace workspace = model.CreateWorkspace(parsed.GetValue(_threads) ?? CommonOptions.DefaultThreads);
        var reader = new PredictionInput(model, source.Spec);
        var text = new PredictionText(named: inputs is not [var only] || !reader.IsOneFile(only), parsed.GetValue(_top), model.Metadata.Classes.Count > 0, parsed.GetValue(_json));

        var labels = new List<int>();
        using IEnumerator<NamedSample[]> batches = reader.Read(inputs, lengths).Chunk(Batch).GetEnumerator();
        while (context.Compute(batches.MoveNext))
        {
            NamedSample[] batch = batches.Current;
            IReadOnlyList<Prediction> predictions = Classify(model, workspace, batch);
            context.Output.Write(string.Concat(predictions.Select((prediction, i) => text.Of(prediction, batch[i].Name) + "\n")));
            labels.AddRange(predictions.Select(prediction => prediction.Label));
        }

        if (output is not null)
        {
            NpyFile.Write(output, new NpyArray([labels.Count], labels.ToArray()));
        }

        return ExitCode.Done;
    }

    private static IReadOnlyList<Prediction> Classify(IPatchMoEModel model, Workspace workspace, NamedSample[] batch)
    {
        var inputs = new float[batch.Length * model.InputLength];
        for (int i = 0; i < batch.Length; i++)
        {
            batch[i].Values.Span.CopyTo(inputs.AsSpan(i * model.InputLength));
        }

        int[] lengths = [.. batch.SelectMany(sample => sample.Lengths.ToArray())];
        return model.ClassifyBatch(inputs, workspace, lengths);
    }
}
