using PatchMoE.Formats;

namespace PatchMoE.Training.Data;

/// <summary>A user's own arrays as samples: the one rule for what shape they have, wherever they are read.</summary>
internal static class SampleArrays
{
    /// <summary>
    /// The values of inputs [B, …], whose axes after the first are those of model.input; a single channel may be left out. Float32 is taken as it is, uint8 means
    /// pixels and is divided by 255.
    /// </summary>
    /// <param name="array">Read with <see cref="NpyReading.Inputs"/>.</param>
    /// <param name="name">How messages call it.</param>
    /// <param name="model">A valid model.</param>
    /// <returns>[B, the length of a sample].</returns>
    /// <exception cref="BadInputException">The array has another shape, or holds no samples.</exception>
    public static float[] Inputs(NpyArray array, string name, ModelSpec model)
    {
        CheckInputs(array, name, model);
        if (array.Type != NpyType.UInt8)
        {
            return array.Values<float>();
        }

        var values = new float[array.Length];
        Pixels.ToUnit(array.Values<byte>(), values);
        return values;
    }

    /// <summary>The same inputs as they are: floats, or pixels.</summary>
    /// <param name="array">As in <see cref="Inputs"/>, and so are the others.</param>
    /// <param name="name">How messages call it.</param>
    /// <param name="model">A valid model.</param>
    /// <exception cref="BadInputException">As there.</exception>
    public static SampleStore Store(NpyArray array, string name, ModelSpec model)
    {
        CheckInputs(array, name, model);
        return array.Type == NpyType.UInt8 ? new ByteStore(array.Values<byte>(), model.InputLength()) : new FloatStore(array.Values<float>(), model.InputLength());
    }

    private static void CheckInputs(NpyArray array, string name, ModelSpec model)
    {
        InputShapes shapes = InputShapes.Of(model);
        if (!shapes.IsBatch(array.Shape))
        {
            throw new BadInputException(
                $"{name}: the array is {ShapeText.Of(array.Shape)}, but the model's input is [B, {string.Join(", ", shapes.Sample)}]. {ShapeAdvice.For(array.Shape, shapes)}.");
        }

        if (array.Shape[0] == 0)
        {
            throw new BadInputException($"{name}: the array {ShapeText.Of(array.Shape)} holds no samples. Give at least one.");
        }
    }

    /// <summary>Labels, one for each sample.</summary>
    /// <param name="array">Read with <see cref="NpyReading.WholeNumbers"/>.</param>
    /// <param name="name">How messages call it.</param>
    /// <param name="model">A valid model.</param>
    /// <param name="samples">The number of samples.</param>
    /// <exception cref="BadInputException">The array has another shape.</exception>
    public static int[] Labels(NpyArray array, string name, ModelSpec model, int samples)
    {
        if (array.Shape.Count == 1 && array.Shape[0] == samples)
        {
            return array.Values<int>();
        }

        string advice = array.Shape.Count > 1 && array.Length == samples ? "Save y.ravel()"
            : model.Loss == Loss.SoftmaxCrossEntropy && array.Shape.SequenceEqual([samples, model.Head.Outputs]) ? "If they are one-hot, save y.argmax(axis=1)"
            : "Give one label for each sample";
        throw new BadInputException($"{name}: the array is {ShapeText.Of(array.Shape)}, but the {samples} samples of the input need labels [{samples}]. {advice}.");
    }

    /// <summary>Valid-patch counts, one for each sample or group.</summary>
    /// <param name="array">[B], with groups [B, T] or [B·T]; read with <see cref="NpyReading.WholeNumbers"/>.</param>
    /// <param name="name">How messages call it.</param>
    /// <param name="model">A valid model.</param>
    /// <param name="samples">The number of samples.</param>
    /// <returns>[B] or [B, T].</returns>
    /// <exception cref="BadInputException">The array has another shape, or a count is none.</exception>
    public static int[] Lengths(NpyArray array, string name, ModelSpec model, int samples)
    {
        LayerShape layer = model.LayerShapes()[0];
        bool hasGroups = model.Input is VectorsInputSpec { Groups.Count: > 0 };
        bool fits = array.Length == samples * (long)layer.Instances
            && (array.Shape.Count == 1 || (hasGroups && array.Shape.SequenceEqual([samples, layer.Instances])));
        if (!fits)
        {
            string needed = hasGroups ? $"[{samples}, {layer.Instances}], one for each group of each sample" : $"[{samples}], one for each sample";
            string advice = hasGroups && array.Shape.SequenceEqual([layer.Instances, samples]) ? "Save n.T" : array.Length == samples * (long)layer.Instances ? "Save n.ravel()" : "Give as many";
            throw new BadInputException($"{name}: the array is {ShapeText.Of(array.Shape)}, but valid-patch counts {needed}, are needed. {advice}.");
        }

        int[] lengths = array.Values<int>();
        int bad = Array.FindIndex(lengths, length => length < 0 || length > layer.Patches);
        return bad < 0
            ? lengths
            : throw new BadInputException(
                $"{name}: the valid-patch count at {ShapeText.Of(Position(bad, array.Shape))} is {lengths[bad]}; a count is 0 to {layer.Patches}, the number of patches. Correct it.");
    }

    /// <summary>The position of a row-major index.</summary>
    /// <param name="index">The index.</param>
    /// <param name="shape">The shape of the array.</param>
    public static int[] Position(int index, EquatableArray<int> shape)
    {
        var position = new int[shape.Count];
        for (int axis = shape.Count - 1; axis >= 0; axis--)
        {
            (index, position[axis]) = Math.DivRem(index, shape[axis]);
        }

        return position;
    }
}
