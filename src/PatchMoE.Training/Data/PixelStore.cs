using System.Buffers;

namespace PatchMoE.Training.Data;

/// <summary>Samples that are pictures of a file: pixels/255, normalised, computed when they are read. A channel's 256 possible values are tabulated.</summary>
internal sealed class PixelStore : SampleStore
{
    private readonly PixelFile _file;
    private readonly int[] _pictures;
    private readonly float[][] _values;

    /// <summary>Takes some of a file's pictures.</summary>
    /// <param name="file">The file.</param>
    /// <param name="pictures">[N], the index of each sample in it.</param>
    /// <param name="channels">C.</param>
    /// <param name="normalization">null for none.</param>
    public PixelStore(PixelFile file, int[] pictures, int channels, Normalization? normalization)
    {
        (_file, _pictures, _values) = (file, pictures, new float[channels][]);
        var pixel = new float[channels];
        for (int channel = 0; channel < channels; channel++)
        {
            _values[channel] = new float[byte.MaxValue + 1];
        }

        for (int value = 0; value <= byte.MaxValue; value++)
        {
            Array.Fill(pixel, value / 255f);
            normalization?.Apply(pixel);
            for (int channel = 0; channel < channels; channel++)
            {
                _values[channel][value] = pixel[channel];
            }
        }
    }

    public override void Copy(int sample, Span<float> values)
    {
        byte[] pixels = ArrayPool<byte>.Shared.Rent(_file.Length);
        _file.Read(_pictures[sample], pixels);
        for (int channel = 0; channel < _values.Length; channel++)
        {
            float[] table = _values[channel];
            for (int i = channel; i < values.Length; i += _values.Length)
            {
                values[i] = table[pixels[i]];
            }
        }

        ArrayPool<byte>.Shared.Return(pixels);
    }
}
