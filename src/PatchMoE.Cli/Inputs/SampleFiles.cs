using PatchMoE.Formats;
using PatchMoE.Kernels;
using PatchMoE.Training.Data;

namespace PatchMoE.Cli.Inputs;

/// <summary>Reads samples, labels and valid-patch counts from .npy files and checks them against a model.</summary>
internal static class SampleFiles
{
    /// <summary>Reads the arrays of a batch.</summary>
    /// <param name="model">A valid model.</param>
    /// <param name="input">[B, …], float32, or uint8 pixels, which are divided by 255 as in training.</param>
    /// <param name="labels">[B], int32 or uint8; null for none.</param>
    /// <param name="lengths">[B], with groups [B, T] or [B·T], int32 or uint8; null for none.</param>
    /// <exception cref="BadInputException">A file does not have the required form.</exception>
    public static SampleBatch Read(ModelSpec model, string input, string? labels, string? lengths)
    {
        SampleBatch batch = ReadInput(model, input);
        return batch with
        {
            Labels = labels is null ? null : ReadLabels(model, labels, batch.Samples),
            Lengths = lengths is null ? null : ReadLengths(model, lengths, batch.Samples),
        };
    }

    private static SampleBatch ReadInput(ModelSpec model, string path)
    {
        NpyArray array = NpyFile.Read(path);
        int[] sample = [.. model.InputShape()];
        string needed = $"[B, {string.Join(", ", sample)}]";
        if (array.Shape.SequenceEqual(sample))
        {
            throw new BadInputException($"{path}: the array is one sample {ShapeText.Of(array.Shape)}, but a batch {needed} is needed. Save x[None] for a batch of one.");
        }

        if (array.Shape.Count == 0 || !array.Shape.Skip(1).SequenceEqual(sample))
        {
            throw new BadInputException($"{path}: the array is {ShapeText.Of(array.Shape)}, but the model's input is {needed}. Reshape the array, or change model.input.");
        }

        if (array.Shape[0] == 0)
        {
            throw new BadInputException($"{path}: the array {ShapeText.Of(array.Shape)} holds no samples. Give at least one.");
        }

        float[] values = SampleValues.Inputs(array, path);
        if (FiniteCheck.FirstNotFinite(values) is int bad and >= 0)
        {
            throw new BadInputException(
                $"{path}: the value at {ShapeText.Of(Position(bad, array.Shape))} is {FiniteCheck.Show(values[bad])}; inputs must be finite numbers. Remove or replace it.");
        }

        return new SampleBatch(values, array.Shape);
    }

    private static int[] ReadLabels(ModelSpec model, string path, int samples)
    {
        NpyArray array = NpyFile.Read(path);
        if (array.Shape.Count != 1 || array.Shape[0] != samples)
        {
            throw new BadInputException($"{path}: the array is {ShapeText.Of(array.Shape)}, but the {samples} samples of the input need labels [{samples}]. Give one label for each sample.");
        }

        int[] labels = SampleValues.Integers(array, path, "labels");
        int bad = Array.FindIndex(labels, label => !Guard.IsLabel(label, model.Loss, model.Head.Outputs));
        if (bad >= 0)
        {
            string rule = model.Loss == Loss.Logistic ? "the logistic loss takes -1 and +1" : $"the softmax loss over {model.Head.Outputs} outputs takes 0 to {model.Head.Outputs - 1}";
            throw new BadInputException($"{path}: the label at [{bad}] is {labels[bad]}; {rule}. Change the labels, or model.loss and model.head.outputs.");
        }

        return labels;
    }

    private static int[] ReadLengths(ModelSpec model, string path, int samples)
    {
        if (model.Backbone is not null)
        {
            throw new BadInputException($"--lengths: the model has a backbone, and every patch of its map is valid. Leave --lengths out.");
        }

        NpyArray array = NpyFile.Read(path);
        LayerShape layer = model.LayerShapes()[0];
        bool hasGroups = model.Input is VectorsInputSpec { Groups.Count: > 0 };
        bool fits = array.Length == samples * (long)layer.Instances
            && (array.Shape.Count == 1 || (hasGroups && array.Shape.SequenceEqual([samples, layer.Instances])));
        if (!fits)
        {
            string needed = hasGroups ? $"[{samples}, {layer.Instances}], one for each group of each sample" : $"[{samples}], one for each sample";
            throw new BadInputException($"{path}: the array is {ShapeText.Of(array.Shape)}, but valid-patch counts {needed}, are needed. Reshape it.");
        }

        int[] lengths = SampleValues.Integers(array, path, "valid-patch counts");
        int bad = Array.FindIndex(lengths, length => length < 0 || length > layer.Patches);
        return bad < 0
            ? lengths
            : throw new BadInputException(
                $"{path}: the valid-patch count at {ShapeText.Of(Position(bad, array.Shape))} is {lengths[bad]}; a count is 0 to {layer.Patches}, the number of patches. Correct it.");
    }

    /// <summary>The position of a row-major index.</summary>
    private static int[] Position(int index, EquatableArray<int> shape)
    {
        var position = new int[shape.Count];
        for (int axis = shape.Count - 1; axis >= 0; axis--)
        {
            (index, position[axis]) = Math.DivRem(index, shape[axis]);
        }

        return position;
    }
}
