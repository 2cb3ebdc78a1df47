using System.Globalization;
using PatchMoE.Formats;
using PatchMoE.Kernels;
using PatchMoE.Training.Optimizers;

namespace PatchMoE.Training.Runs;

/// <summary>
/// A <see cref="Checkpoint"/> as a safetensors file: the weights by their names, the optimizer's buffers as <c>optimizer.{buffer}.{name}</c>, the best epoch's
/// weights as <c>best.{name}</c>, and the rest in the metadata.
/// </summary>
public static class CheckpointFile
{
    /// <summary>Saves a checkpoint; the file is replaced completely or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">The network.</param>
    /// <param name="checkpoint">What to save.</param>
    /// <exception cref="BadInputException">The file cannot be written.</exception>
    public static void Save(string path, ModelSpec model, Checkpoint checkpoint) => Save(path, model, checkpoint, previous: null);

    /// <summary>Saves a checkpoint, and keeps the one that was there.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">The network.</param>
    /// <param name="checkpoint">What to save.</param>
    /// <param name="previous">What a file at <paramref name="path"/> is renamed to once the new one is complete; null to replace it.</param>
    /// <exception cref="BadInputException">The file cannot be written.</exception>
    internal static void Save(string path, ModelSpec model, Checkpoint checkpoint, string? previous)
    {
        IEnumerable<NamedTensor> state = checkpoint.OptimizerState.SelectMany(
            buffer => WeightsFile.Tensors(model, buffer.Values).Select(tensor => tensor with { Name = StateName(buffer.Name, tensor.Name) }));
        var metadata = new Dictionary<string, string>
        {
            ["seed"] = Text(checkpoint.Seed),
            ["method"] = Text(checkpoint.Method),
            ["optimizer"] = Text(checkpoint.OptimizerKind),
            ["batchSize"] = Text(checkpoint.BatchSize),
            ["samples"] = Text(checkpoint.Samples),
            ["phase"] = Text(checkpoint.Phase),
            ["epoch"] = Text(checkpoint.Epoch),
            ["batch"] = Text(checkpoint.Batch),
            ["lossSum"] = Text(checkpoint.LossSum),
            ["optimizerSteps"] = Text(checkpoint.OptimizerSteps),
            ["shares"] = Text(checkpoint.Shares),
            ["heldOut"] = Text(checkpoint.HeldOut),
            ["history"] = string.Join('\n', checkpoint.History.Select(epoch => epoch.ToJson())),
        };
        IEnumerable<NamedTensor> best = [];
        if (checkpoint.Best is { } kept)
        {
            metadata["bestEpoch"] = Text(kept.Epoch);
            metadata["bestValidationLoss"] = Text(kept.ValidationLoss);
            best = WeightsFile.Tensors(model, kept.Weights).Select(tensor => tensor with { Name = BestName(tensor.Name) });
        }

        NamedTensor[] tensors = [.. WeightsFile.Tensors(model, checkpoint.Weights), .. state, .. best];
        metadata[CheckpointSum.Key] = CheckpointSum.Of(tensors, metadata);
        SafetensorsFile.Write(path, tensors, metadata, previous);
    }

    /// <summary>Loads a checkpoint.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">The network it must belong to.</param>
    /// <exception cref="BadInputException">The file cannot be read or is not a checkpoint of this network.</exception>
    public static Checkpoint Load(string path, ModelSpec model) => Load(SafetensorsFile.Read(path), path, model);

    /// <summary>Loads a checkpoint from a seekable stream that holds nothing else; messages call it <paramref name="path"/>.</summary>
    internal static Checkpoint Load(Stream stream, string path, ModelSpec model) => Load(SafetensorsFile.Read(stream, path), path, model);

    private static Checkpoint Load(SafetensorsContent content, string path, ModelSpec model)
    {
        // Checkpoints written before they had a checksum have none.
        if (content.Metadata.TryGetValue(CheckpointSum.Key, out string? sum) && sum != CheckpointSum.Of(content.Tensors, content.Metadata))
        {
            throw new BadInputException($"{path}: the checkpoint is damaged: its checksum is wrong. Start the run again, with --force.");
        }

        T Read<T>(string key, Func<string, T> parse) => ReadMetadata(path, content, key, parse);
        int ReadCount(string key) => Read(key, text => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture));

        var method = Read("method", ParseChoice<TrainingMethod>);
        var kind = Read("optimizer", ParseChoice<OptimizerKind>);
        var phase = Read("phase", text => ParsePhase(text, method));
        IReadOnlyList<string> buffers = phase == TrainingPhase.Routers ? [] : Optimizer.StateNames(kind);
        return new Checkpoint(
            Read("seed", text => ulong.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)),
            method,
            kind,
            ReadCount("batchSize"),
            ReadCount("samples"),
            phase,
            ReadCount("epoch"),
            ReadCount("batch"),
            Read("lossSum", ParseFinite),
            ReadCount("optimizerSteps"),
            ReadBuffer(path, content, model, name => name),
            [.. buffers.Select(buffer => (buffer, ReadState(path, content, model, buffer)))],
            Read("history", text => text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(EpochMetrics.FromJson).ToArray()))
        {
            // Checkpoints written before batches could be cut, or samples held out, have none of this.
            Shares = content.Metadata.ContainsKey("shares") ? ReadCount("shares") : 1,
            HeldOut = content.Metadata.ContainsKey("heldOut") ? ReadCount("heldOut") : 0,
            Best = content.Metadata.ContainsKey("bestEpoch")
                ? new BestEpoch(ReadCount("bestEpoch"), Read("bestValidationLoss", ParseFinite), ReadBuffer(path, content, model, BestName))
                : null,
        };
    }

    private static string BestName(string parameter) => $"best.{parameter}";

    private static string StateName(string buffer, string parameter) => $"optimizer.{buffer}.{parameter}";

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);

    private static T ParseChoice<T>(string text)
        where T : struct, Enum => Enum.TryParse(text, out T choice) && Enum.IsDefined(choice) ? choice : throw new FormatException();

    private static TrainingPhase ParsePhase(string text, TrainingMethod method)
    {
        var phase = ParseChoice<TrainingPhase>(text);
        return method == TrainingMethod.Separate == (phase != TrainingPhase.All) ? phase : throw new FormatException();
    }

    private static double ParseFinite(string text)
    {
        double value = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        return double.IsFinite(value) ? value : throw new FormatException();
    }

    private static T ReadMetadata<T>(string path, SafetensorsContent content, string key, Func<string, T> parse)
    {
        if (!content.Metadata.TryGetValue(key, out string? text))
        {
            throw Error(path, $"its metadata lacks '{key}'");
        }

        try
        {
            return parse(text);
        }
        catch (Exception exception) when (exception is FormatException or OverflowException or ArgumentException)
        {
            throw Error(path, $"'{text}' is not a value of its metadata '{key}'", exception);
        }
    }

    /// <summary>A buffer of the optimizer; a mean of squares below 0 would make every later weight NaN, and look like a learning rate that is too large.</summary>
    private static float[] ReadState(string path, SafetensorsContent content, ModelSpec model, string buffer)
    {
        float[] values = ReadBuffer(path, content, model, name => StateName(buffer, name));
        int bad = buffer == Optimizer.SquaresName ? values.AsSpan().IndexOfAnyInRange(float.MinValue, -float.Epsilon) : -1;
        return bad < 0
            ? values
            : throw Error(path, $"the optimizer's state is damaged: {FiniteCheck.Show(values[bad])} in {StateName(buffer, "…")}, a mean of squares");
    }

    private static float[] ReadBuffer(string path, SafetensorsContent content, ModelSpec model, Func<string, string> nameOf)
    {
        EquatableArray<ParameterSpec> parameters = model.Parameters();
        var buffer = new float[ModelParameters.BufferLength(parameters)];
        foreach (ParameterSpec parameter in parameters)
        {
            string name = nameOf(parameter.Name);
            NamedTensor tensor = content.Tensors.FirstOrDefault(tensor => tensor.Name == name) ?? throw Error(path, $"the tensor {name} is missing");
            if (!tensor.Shape.SequenceEqual(parameter.Shape))
            {
                throw Error(path, $"{name} is {ShapeText.Of(tensor.Shape)}, but the model needs {ShapeText.Of(parameter.Shape)}");
            }

            if (FiniteCheck.FirstNotFinite(tensor.Values) is int bad and >= 0)
            {
                throw Error(path, $"{name} holds {FiniteCheck.Show(tensor.Values[bad])} at index {bad}");
            }

            tensor.Values.CopyTo(buffer, parameter.Offset);
        }

        return buffer;
    }

    private static BadInputException Error(string path, string reason, Exception? cause = null) =>
        new($"{path}: not a checkpoint of this spec: {reason}. Start the run again, with --force.", cause!);
}
