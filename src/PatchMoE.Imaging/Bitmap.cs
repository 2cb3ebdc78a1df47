namespace PatchMoE.Imaging;

/// <summary>A decoded picture: rows of pixels, one byte for each channel.</summary>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Channels">1, 3, or 4 with opacity.</param>
/// <param name="Pixels">[Height, Width, Channels].</param>
internal sealed record Bitmap(int Height, int Width, int Channels, byte[] Pixels)
{
    /// <summary>An empty bitmap.</summary>
    public Bitmap(int height, int width, int channels)
        : this(height, width, channels, new byte[checked(height * width * channels)])
    {
    }
}
