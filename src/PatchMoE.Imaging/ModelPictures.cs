using PatchMoE.Imaging;

namespace PatchMoE;

/// <summary>Predictions from pictures: decoded and fitted as the model's <see cref="ModelMetadata"/> say. Safe for use from several threads.</summary>
public static class ModelPictures
{
    /// <summary>Classifies a picture.</summary>
    /// <param name="model">A model whose input is an image of 1 or 3 channels.</param>
    /// <param name="file">A PNG, JPEG, BMP, GIF or WebP file.</param>
    /// <exception cref="BadInputException">The file cannot be read or decoded.</exception>
    /// <exception cref="ArgumentException">The model's input is no such image.</exception>
    public static Prediction Classify(this IPatchMoEModel model, string file) => model.Classify(Values(model, file, data: null));

    /// <summary>Classifies a picture in memory.</summary>
    /// <param name="model">As in the other overload.</param>
    /// <param name="picture">The bytes of a PNG, JPEG, BMP, GIF or WebP file.</param>
    /// <param name="name">How messages refer to it.</param>
    /// <exception cref="BadInputException">It cannot be decoded.</exception>
    /// <exception cref="ArgumentException">The model's input is no image of 1 or 3 channels.</exception>
    public static Prediction Classify(this IPatchMoEModel model, ReadOnlyMemory<byte> picture, string name = "picture") => model.Classify(Values(model, name, picture.ToArray()));

    /// <summary>Classifies a picture and says which patches each expert saw. Their rectangles are in pixels of the network's image, to which the picture was fitted.</summary>
    /// <param name="model">A model whose input is an image of 1 or 3 channels.</param>
    /// <param name="file">A PNG, JPEG, BMP, GIF or WebP file.</param>
    /// <exception cref="BadInputException">The file cannot be read or decoded.</exception>
    /// <exception cref="ArgumentException">The model's input is no such image.</exception>
    public static Explanation Explain(this IPatchMoEModel model, string file) => model.Explain(Values(model, file, data: null));

    /// <summary>Classifies a picture in memory and says which patches each expert saw.</summary>
    /// <param name="model">As in the other overload.</param>
    /// <param name="picture">The bytes of a PNG, JPEG, BMP, GIF or WebP file.</param>
    /// <param name="name">How messages refer to it.</param>
    /// <exception cref="BadInputException">It cannot be decoded.</exception>
    /// <exception cref="ArgumentException">The model's input is no image of 1 or 3 channels.</exception>
    public static Explanation Explain(this IPatchMoEModel model, ReadOnlyMemory<byte> picture, string name = "picture") => model.Explain(Values(model, name, picture.ToArray()));

    /// <summary>The values of a picture as a file gives them, pixels/255.</summary>
    /// <param name="model">The model whose input they become.</param>
    /// <param name="name">The file, or how messages refer to the bytes.</param>
    /// <param name="data">The bytes; null to read the file.</param>
    internal static float[] Values(IPatchMoEModel model, string name, byte[]? data)
    {
        if (model.Spec.Model.Input is not ImageInputSpec { Channels: 1 or 3 } image)
        {
            throw new ArgumentException(
                $"The input of {model.Spec.Name} is [{string.Join(", ", model.Spec.Model.InputShape())}], which is no image of 1 or 3 channels, so a picture cannot become one. Call Classify with the values.",
                nameof(model));
        }

        var target = new PictureTarget(image.Height, image.Width, image.Channels, model.Metadata.Fit);
        var pixels = new byte[target.Length];
        if (data is null)
        {
            PictureReader.Default.Read(name, target, pixels);
        }
        else
        {
            PictureReader.Default.Read(data, target, pixels, name);
        }

        return Array.ConvertAll(pixels, pixel => pixel / 255f);
    }
}
