using System.Text.Json;
using PatchMoE;
using PatchMoE.Imaging;

namespace Service;

/// <summary>Reads the picture of a request: a PNG, JPEG, BMP, GIF or WebP file, 784 bytes of grey pixels, or a JSON array of 784 grey values 0…255, row by row.</summary>
internal static class RequestPicture
{
    /// <summary>The longest body.</summary>
    public const int LongestBody = 4 * 1024 * 1024;

    private static readonly PictureTarget s_image = new(Digits.ImageHeight, Digits.ImageWidth, Digits.ImageChannels, ImageFit.Stretch);
    private static readonly string s_rule = $"A picture is {Digits.ImageHeight} x {Digits.ImageWidth} grey pixels of 0 to 255, row by row";

    /// <summary>The pixels, 0…1.</summary>
    /// <exception cref="PictureException">The body is no picture.</exception>
    public static async Task<float[]> ReadAsync(HttpRequest request, CancellationToken cancellation) => request.ContentType?.Split(';')[0].Trim() switch
    {
        "image/png" or "image/jpeg" or "image/bmp" or "image/gif" or "image/webp" => await ReadFileAsync(request.Body, cancellation),
        "application/octet-stream" => await ReadBytesAsync(request.Body, cancellation),
        "application/json" => await ReadJsonAsync(request.Body, cancellation),
        var other => throw new PictureException(
            StatusCodes.Status415UnsupportedMediaType,
            $"The content type is '{other}'. Send image/png, image/jpeg, image/bmp, image/gif or image/webp, application/octet-stream with {Digits.Pixels} bytes, or application/json with an array of {Digits.Pixels} numbers."),
    };

    private static async Task<float[]> ReadFileAsync(Stream body, CancellationToken cancellation)
    {
        using var file = new MemoryStream();
        await body.CopyToAsync(file, cancellation);
        var pixels = new byte[Digits.Pixels];
        try
        {
            PictureReader.Default.Read(file.ToArray(), s_image, pixels, "body");
        }
        catch (BadInputException mistake)
        {
            throw new PictureException(StatusCodes.Status400BadRequest, mistake.Message);
        }

        return Array.ConvertAll(pixels, pixel => pixel / 255f);
    }

    private static async Task<float[]> ReadBytesAsync(Stream body, CancellationToken cancellation)
    {
        var bytes = new byte[Digits.Pixels + 1];
        int length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation);
        return length == Digits.Pixels
            ? Array.ConvertAll(bytes[..length], pixel => pixel / 255f)
            : throw new PictureException(StatusCodes.Status400BadRequest, $"The body has {(length > Digits.Pixels ? "more than" : $"{length} bytes, not")} {Digits.Pixels} bytes. {s_rule}.");
    }

    private static async Task<float[]> ReadJsonAsync(Stream body, CancellationToken cancellation)
    {
        float[]? values;
        try
        {
            values = await JsonSerializer.DeserializeAsync<float[]>(body, cancellationToken: cancellation);
        }
        catch (JsonException)
        {
            throw new PictureException(StatusCodes.Status400BadRequest, $"The body is no JSON array of numbers. {s_rule}.");
        }

        if (values?.Length != Digits.Pixels)
        {
            throw new PictureException(StatusCodes.Status400BadRequest, $"The array has {values?.Length ?? 0} numbers, not {Digits.Pixels}. {s_rule}.");
        }

        int bad = Array.FindIndex(values, value => value is not (>= 0 and <= 255));
        return bad < 0
            ? Array.ConvertAll(values, pixel => pixel / 255)
            : throw new PictureException(StatusCodes.Status400BadRequest, $"Number {bad} is {values[bad]}. {s_rule}.");
    }
}

/// <summary>The body of a request is no picture.</summary>
/// <param name="status">The status of the answer.</param>
/// <param name="message">What is wrong.</param>
internal sealed class PictureException(int status, string message) : Exception(message)
{
    public int Status => status;
}
