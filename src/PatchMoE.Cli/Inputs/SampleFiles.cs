using PatchMoE.Formats;
using PatchMoE.Kernels;
using PatchMoE.Training.Data;

namespace PatchMoE.Cli.Inputs;

/// <summary>Reads samples, labels and valid-patch counts, and checks them against a model.</summary>
internal static class SampleFiles
{
    /// <summary>Reads the arrays of a batch, as <see cref="ArrayInput"/> does.</summary>
    /// <param name="model">A valid model.</param>
    /// <param name="input">[B, …]; uint8 means pixels, which are divided by 255 as in training.</param>
    /// <param name="labels">[B]; null for none.</param>
    /// <param name="lengths">[B], with groups [B, T] or [B·T]; null for none.</param>
    /// <exception cref="BadInputException">A file does not have the required form.</exception>
    public static SampleBatch Read(ModelSpec model, string input, string? labels, string? lengths)
    {
        ArrayInput.RequireOneStandardInput(input, labels, lengths);
        SampleBatch batch = ReadInput(model, input);
        return batch with
        {
            Labels = labels is null ? null : ReadLabels(model, labels, batch.Samples),
            Lengths = lengths is null ? null : ReadLengths(model, lengths, batch.Samples),
        };
    }

    /// <summary>Reads samples that came from standard input.</summary>
    /// <param name="model">A valid model.</param>
    /// <param name="bytes">A .npy or .npz file, [B, …].</param>
    /// <exception cref="BadInputException">They do not have the required form.</exception>
    public static SampleBatch Read(ModelSpec model, byte[] bytes)
    {
        string name = ArrayInput.NameOf(ArrayInput.StandardInput);
        return ToInput(model, NpyFile.Read(new MemoryStream(bytes), name, NpyReading.Inputs), name);
    }

    private static SampleBatch ReadInput(ModelSpec model, string path) =>
        ToInput(model, ArrayInput.Read(path, NpyReading.Inputs), ArrayInput.NameOf(path));

    private static SampleBatch ToInput(ModelSpec model, NpyArray array, string name)
    {
        float[] values = SampleArrays.Inputs(array, name, model);
        if (FiniteCheck.FirstNotFinite(values) is int bad and >= 0)
        {
            throw new BadInputException(
                $"{name}: the value at {ShapeText.Of(SampleArrays.Position(bad, array.Shape))} is {FiniteCheck.Show(values[bad])}; inputs must be finite numbers. Remove or replace it.");
        }

        return new SampleBatch(values, array.Shape);
    }

    private static int[] ReadLabels(ModelSpec model, string path, int samples)
    {
        string name = ArrayInput.NameOf(path);
        int[] labels = SampleArrays.Labels(ArrayInput.Read(path, NpyReading.WholeNumbers), name, model, samples);
        int bad = Array.FindIndex(labels, label => !Guard.IsLabel(label, model.Loss, model.Head.Outputs));
        if (bad < 0)
        {
            return labels;
        }

        (string rule, string advice) = model.Loss == Loss.Logistic
            ? ("the logistic loss takes -1 and +1", "From 0 and 1, save 2 * y.astype('int32') - 1; for more than two classes, change model.loss")
            : ($"the softmax loss over {model.Head.Outputs} outputs takes 0 to {model.Head.Outputs - 1}", "Change the labels, or model.head.outputs");
        throw new BadInputException($"{name}: the label at [{bad}] is {labels[bad]}; {rule}. {advice}.");
    }

    private static int[] ReadLengths(ModelSpec model, string path, int samples)
    {
        if (model.Backbone is not null)
        {
            throw new BadInputException($"--lengths: the model has a backbone, and every patch of its map is valid. Leave --lengths out.");
        }

        return SampleArrays.Lengths(ArrayInput.Read(path, NpyReading.WholeNumbers), ArrayInput.NameOf(path), model, samples);
    }
}
