using System.ComponentModel;

namespace PatchMoE.Kernels;

/// <summary>The checks of a pass's arrays. There are no others: emitted kernels index without bounds checks.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Guard
{
    /// <summary>B for an array of <paramref name="perSample"/> values per sample.</summary>
    /// <exception cref="ArgumentException">The length is not a multiple of <paramref name="perSample"/>.</exception>
    public static int Batch(int length, int perSample, string name) => length % perSample == 0
        ? length / perSample
        : throw new ArgumentException($"{name} has {length} values, which is not a multiple of the {perSample} of one sample.", name);

    /// <summary>An array must hold B times <paramref name="perSample"/> values.</summary>
    /// <exception cref="ArgumentException">It does not.</exception>
    public static void Length(int length, int batch, int perSample, string name)
    {
        if (length != (long)batch * perSample)
        {
            throw new ArgumentException($"{name} has {length} values; {batch} samples of {perSample} values need {(long)batch * perSample}.", name);
        }
    }

    /// <summary>An optional array is empty or holds B times <paramref name="perSample"/> values.</summary>
    /// <exception cref="ArgumentException">It does not.</exception>
    public static void OptionalLength(int length, int batch, int perSample, string name)
    {
        if (length != 0)
        {
            Length(length, batch, perSample, name);
        }
    }

    /// <summary>Inputs are finite numbers.</summary>
    /// <param name="input">[B, <paramref name="perSample"/>].</param>
    /// <param name="perSample">The number of values in one sample.</param>
    /// <exception cref="ArgumentException">One is NaN or infinity.</exception>
    internal static void Finite(ReadOnlySpan<float> input, int perSample)
    {
        if (FiniteCheck.FirstNotFinite(input) is int bad and >= 0)
        {
            throw new ArgumentException(
                $"input: value {bad % perSample} of sample {bad / perSample} is {FiniteCheck.Show(input[bad])}; inputs must be finite numbers. Remove or replace it.", nameof(input));
        }
    }

    /// <summary>A gradient buffer must be as long as the parameters.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    public static void Gradients(int length, int parameters)
    {
        if (length != parameters)
        {
            throw new ArgumentException($"gradients has {length} values; the parameter buffer has {parameters}.", "gradients");
        }
    }

    /// <summary>A mean needs at least one sample.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static void NotEmpty(int batch)
    {
        if (batch == 0)
        {
            throw new ArgumentException("A batch needs at least one sample: the loss is a mean over it.");
        }
    }

    /// <summary>Whether a label is valid for the loss: −1 or +1 (logistic), or 0…classes−1.</summary>
    public static bool IsLabel(int label, Loss loss, int classes) => loss == Loss.Logistic ? label is -1 or 1 : (uint)label < (uint)classes;

    /// <summary>Labels must be −1 or +1 (logistic) or 0…classes−1.</summary>
    /// <exception cref="ArgumentException">One is not.</exception>
    public static void Labels(ReadOnlySpan<int> labels, Loss loss, int classes)
    {
        for (int i = 0; i < labels.Length; i++)
        {
            if (!IsLabel(labels[i], loss, classes))
            {
                string rule = loss == Loss.Logistic ? "the logistic loss takes -1 or +1" : $"softmax cross entropy over {classes} outputs takes 0 to {classes - 1}";
                throw new ArgumentException($"labels[{i}] is {labels[i]}; {rule}.", nameof(labels));
            }
        }
    }

    /// <summary>Indices of a batch's samples in a data set: B of 0…N−1, in any order.</summary>
    /// <param name="samples">The indices.</param>
    /// <param name="batch">B.</param>
    /// <param name="count">N.</param>
    /// <exception cref="ArgumentException">They are not.</exception>
    internal static void Samples(ReadOnlySpan<int> samples, int batch, int count)
    {
        Length(samples.Length, batch, 1, nameof(samples));
        for (int i = 0; i < samples.Length; i++)
        {
            if ((uint)samples[i] >= (uint)count)
            {
                throw new ArgumentException($"samples[{i}] is {samples[i]}; the data have {count} samples, and indices begin at 0.", nameof(samples));
            }
        }
    }

    /// <summary>Valid-patch counts: none, or B·groups of 0…patches.</summary>
    /// <exception cref="ArgumentException">They are not.</exception>
    public static void Lengths(ReadOnlySpan<int> lengths, int batch, int groups, int patches)
    {
        OptionalLength(lengths.Length, batch, groups, nameof(lengths));
        for (int i = 0; i < lengths.Length; i++)
        {
            if ((uint)lengths[i] > (uint)patches)
            {
                throw new ArgumentException($"lengths[{i}] is {lengths[i]}; a valid-patch count is 0 to {patches}.", nameof(lengths));
            }
        }
    }

    /// <summary>Networks whose layers cut the map of an image take no valid-patch counts.</summary>
    /// <param name="length">The number of counts.</param>
    /// <param name="model">The model's name.</param>
    /// <exception cref="ArgumentException">There are some.</exception>
    internal static void NoLengths(int length, string model)
    {
        if (length > 0)
        {
            throw new ArgumentException(
                $"lengths has {length} values, but the layers of {model} cut the map of an image, all of whose patches are valid; only sequences have valid-patch counts. Leave lengths out.", "lengths");
        }
    }
}
