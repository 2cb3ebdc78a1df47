using PatchMoE.Formats;

namespace PatchMoE.Training.Data;

/// <summary>Converts the values of a user's arrays to those of the network.</summary>
internal static class SampleValues
{
    /// <summary>Inputs: float32 as they are, uint8 pixels divided by 255.</summary>
    /// <exception cref="BadInputException">The array has another element type.</exception>
    public static float[] Inputs(NpyArray array, string path)
    {
        switch (array.Type)
        {
            case NpyType.Float32:
                return array.Values<float>();
            case NpyType.UInt8:
                var values = new float[array.Length];
                Pixels.ToUnit(array.Values<byte>(), values);
                return values;
            default:
                throw new BadInputException($"{path}: inputs are float32, or uint8 pixels; this is {array.Type}. Save x.astype('float32').");
        }
    }

    /// <summary>Labels and counts: int32 or uint8.</summary>
    /// <param name="array">The array.</param>
    /// <param name="path">Its file.</param>
    /// <param name="what">How messages refer to the values.</param>
    /// <exception cref="BadInputException">The array has another element type.</exception>
    public static int[] Integers(NpyArray array, string path, string what) => array.Type switch
    {
        NpyType.Int32 => array.Values<int>(),
        NpyType.UInt8 => Array.ConvertAll(array.Values<byte>(), value => (int)value),
        _ => throw new BadInputException($"{path}: {what} are int32 or uint8; this is {array.Type}. Save x.astype('int32')."),
    };
}
