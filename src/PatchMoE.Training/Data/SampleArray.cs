namespace PatchMoE.Training.Data;

/// <summary>Allocates the inputs of a data set.</summary>
internal static class SampleArray
{
    /// <summary>An array [count, length].</summary>
    /// <param name="count">The number of samples.</param>
    /// <param name="length">The number of values in one sample.</param>
    /// <param name="field">The spec's field to name in messages.</param>
    /// <exception cref="BadInputException">One array cannot hold them.</exception>
    public static float[] Allocate(int count, int length, string field) => Allocate<float>(count, length, field);

    /// <summary>An array [count, length] of pixels.</summary>
    /// <param name="count">The number of samples.</param>
    /// <param name="length">The number of pixels in one sample.</param>
    /// <param name="field">The spec's field to name in messages.</param>
    /// <exception cref="BadInputException">One array cannot hold them.</exception>
    public static byte[] AllocatePixels(int count, int length, string field) => Allocate<byte>(count, length, field);

    private static T[] Allocate<T>(int count, int length, string field)
    {
        long values = (long)count * length;
        return values <= Array.MaxLength ? new T[values] : throw new BadInputException(
            $"{field}: {count} samples of {length} values are more than the {Array.MaxLength} values that one array holds. Use at most {Array.MaxLength / length} samples.");
    }
}
