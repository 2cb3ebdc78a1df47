using System.CommandLine;
using System.Globalization;
using PatchMoE.Cli.Backends;
using PatchMoE.Cli.Inputs;
using PatchMoE.Cli.Outputs;
using PatchMoE.Formats;

namespace PatchMoE.Cli.Commands;

/// <summary><c>pmoe run SPEC …</c>: one forward pass, and with labels one backward pass.</summary>
internal sealed class RunCommand
{
    private readonly Argument<string> _spec = CommonOptions.Spec();
    private readonly Option<string> _weights = CommonOptions.Weights();
    private readonly Option<string> _input = CommonOptions.RequiredFile("--input", CommonOptions.SamplesHelp);
    private readonly Option<string> _output = CommonOptions.RequiredFile("--output", "The .npy file [B, C] to write the logits to.");
    private readonly Option<string?> _labels = CommonOptions.File("--labels", "The labels, an array [B] of whole numbers; with them, the loss is printed.");
    private readonly Option<string?> _gradients = CommonOptions.File("--gradients", "The safetensors file to write the gradients of the mean loss to; needs --labels.");
    private readonly Option<string?> _routes = CommonOptions.File("--routes", "The .npy file [B, k, l] of int32 to write the routes of layer 0 to, best first; [B, n, t] for token choice.");
    private readonly Option<string?> _lengths = CommonOptions.File("--lengths", "Number of valid patches of each sample (or group), a .npy file [B] (or [B, T]).");
    private readonly Option<string> _backend = CommonOptions.Backend();
    private readonly Option<string?> _device = CommonOptions.Device();
    private readonly Option<int?> _threads = CommonOptions.Threads();

    public static Command Create(CommandContext context)
    {
        var run = new RunCommand();
        var command = new Command("run", "Compute logits and, with labels, the loss and its gradients.")
        {
            run._spec, run._weights, run._input, run._output, run._labels, run._gradients, run._routes, run._lengths, run._backend, run._device, run._threads,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(run._gradients) is not null && result.GetResult(run._labels) is null)
            {
                result.AddError("--gradients needs --labels: the gradients are those of the loss.");
            }
        });
        command.SetAction(parsed => run.Execute(parsed, context));
        return command;
    }

    private int Execute(ParseResult parsed, CommandContext context)
    {
        OutputFiles.RequireDistinct(
            [parsed.GetValue(_output), parsed.GetValue(_gradients), parsed.GetValue(_routes)],
            [parsed.GetValue(_spec), parsed.GetValue(_weights), .. ArrayInput.Files(parsed.GetValue(_input), parsed.GetValue(_labels), parsed.GetValue(_lengths))]);
        string? device = parsed.GetValue(_device);
        BackendEntry backend = BackendCatalog.Require(parsed.GetRequiredValue(_backend), device);
        PatchMoESpec spec = SpecFile.Load(parsed.GetRequiredValue(_spec), context);
        bool wantRoutes = parsed.GetValue(_routes) is not null;
        backend.RequireFor(spec);
        if (wantRoutes && spec.Model.Layers.Count == 0)
        {
            throw new BadInputException("--routes: the model has no pMoE layer, so it has no routes. Leave --routes out.");
        }

        if (wantRoutes && spec.Model.Layers[0].Routing == Routing.Dense)
        {
            throw new BadInputException("--routes: model.layers[0].routing is dense, so every expert sees every patch and there are no routes. Leave --routes out.");
        }

        float[] parameters = TrainedModel.Weights(spec.Model, parsed.GetRequiredValue(_weights), context);
        SampleBatch batch = context.Compute(() => SampleFiles.Read(spec.Model, parsed.GetRequiredValue(_input), parsed.GetValue(_labels), parsed.GetValue(_lengths)));

        var request = new EngineRequest(spec, parsed.GetValue(_threads) ?? CommonOptions.DefaultThreads, device);
        PassResult result = context.Compute(() =>
        {
            using INetworkEngine engine = backend.Start(request, context.Error);
            engine.SetParameters(parameters);
            return OnePass.Run(engine, batch, wantRoutes);
        });
        Write(parsed, spec.Model, batch.Samples, result);
        if (result.Loss is { } loss)
        {
            context.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"loss {loss:R}"));
        }

        return ExitCode.Done;
    }

    private void Write(ParseResult parsed, ModelSpec model, int samples, PassResult result)
    {
        var files = new List<(string Path, Action<Stream> Write)>
        {
            (parsed.GetRequiredValue(_output), stream => NpyFile.Write(stream, new NpyArray([samples, model.Head.Outputs], result.Logits))),
        };
        if (parsed.GetValue(_gradients) is { } gradients)
        {
            files.Add((gradients, stream => SafetensorsFile.Write(stream, result.Gradients)));
        }

        if (parsed.GetValue(_routes) is { } routes)
        {
            files.Add((routes, stream => NpyFile.Write(stream, new NpyArray(RouteShape(model, samples), result.Routes!))));
        }

        AtomicFile.WriteAll(files);
    }

    /// <summary>[B·T, k, l]; [B·T, n, t] for token choice, [B·T, 1, 1] for sample routing; T = 1 without groups.</summary>
    private static int[] RouteShape(ModelSpec model, int samples)
    {
        EquatableArray<int> shape = model.RouteShape();
        return [samples * shape[0], shape[1], shape[2]];
    }
}
