namespace PatchMoE;

/// <summary>Decodes pictures. The package PatchMoE.Imaging has one; it is separate, so that an application without pictures does not carry a decoder.</summary>
public interface IPictureReader
{
    /// <summary>Decodes a picture and fits it into an image; how it was to be turned when it was taken (EXIF) is respected.</summary>
    /// <param name="path">The file: PNG, JPEG, BMP, GIF or WebP.</param>
    /// <param name="image">The image to make.</param>
    /// <param name="pixels">[H, W, C], 0…255, written.</param>
    /// <exception cref="BadInputException">The file cannot be read or decoded; the message names it.</exception>
    void Read(string path, PictureTarget image, Span<byte> pixels);
}

/// <summary>The image that a picture is to become.</summary>
/// <param name="Height">H ≥ 1.</param>
/// <param name="Width">W ≥ 1.</param>
/// <param name="Channels">1 for grey, 3 for red, green and blue.</param>
/// <param name="Fit">How a picture of other proportions becomes H×W.</param>
public readonly record struct PictureTarget(int Height, int Width, int Channels, ImageFit Fit)
{
    /// <summary>The number of values of the image, H·W·C.</summary>
    public int Length => checked(Height * Width * Channels);
}
