using PatchMoE.Imaging;
using SkiaSharp;

namespace PatchMoE.Tests;

/// <summary>Pictures of every format become the pixels they show.</summary>
[TestFixture]
public sealed class PictureReaderTests
{
    // 2×1 pixels, red and blue: a BMP of 24 bits, and a GIF with a palette of two colours.
    private const string Bmp = "Qk0+AAAAAAAAADYAAAAoAAAAAgAAAAEAAAABABgAAAAAAAgAAAATCwAAEwsAAAAAAAAAAAAAAAD//wAAAAA=";
    private const string Gif = "R0lGODlhAgABAIAAAP8AAAAA/ywAAAAAAgABAAACAkQKADs=";

    [TestCase(SKEncodedImageFormat.Png)]
    [TestCase(SKEncodedImageFormat.Jpeg)]
    [TestCase(SKEncodedImageFormat.Webp)]
    public void EveryFormatIsDecoded(SKEncodedImageFormat format)
    {
        byte[] pixels = Read(Pictures.Plain(8, 8, 200, 100, 50, format), 2, 2, 3);
        Assert.That(pixels.Chunk(3), Has.All.Matches<byte[]>(pixel => Math.Abs(pixel![0] - 200) <= 3 && Math.Abs(pixel[1] - 100) <= 3 && Math.Abs(pixel[2] - 50) <= 3));
    }

    [TestCase(Bmp)]
    [TestCase(Gif)]
    public void BmpAndGifAreDecoded(string base64) =>
        Assert.That(Read(Convert.FromBase64String(base64), 1, 2, 3), Is.EqualTo(new byte[] { 255, 0, 0, 0, 0, 255 }));

    /// <summary>Luma of ITU-R BT.601, as Pillow's convert('L') gives it.</summary>
    [TestCase(255, 0, 0, 76)]
    [TestCase(0, 255, 0, 150)]
    [TestCase(0, 0, 255, 29)]
    [TestCase(10, 200, 30, 124)]
    [TestCase(255, 255, 255, 255)]
    public void ColoursBecomeGrey(int red, int green, int blue, int grey) =>
        Assert.That(Read(Pictures.Plain(1, 1, red, green, blue), 1, 1, 1), Is.EqualTo(new[] { (byte)grey }));

    [Test]
    public void WhatIsTransparentShowsWhite()
    {
        byte[] png = Pictures.Encode(1, 2, (_, x) => x == 0 ? (10, 10, 10, 0) : (0, 0, 0, 128));
        Assert.That(Read(png, 1, 2, 1), Is.EqualTo(new byte[] { 255, 127 }));
    }

    /// <summary>The eight orientations of EXIF, on a picture of 16×8 whose stored upper left quarter is white.</summary>
    [TestCase(1, "upper left")]
    [TestCase(2, "upper right")]
    [TestCase(3, "lower right")]
    [TestCase(4, "lower left")]
    [TestCase(5, "upper left")]
    [TestCase(6, "upper right")]
    [TestCase(7, "lower right")]
    [TestCase(8, "lower left")]
    public void PicturesAreTurnedUpright(int orientation, string corner)
    {
        byte[] jpeg = Pictures.Encode(8, 16, (y, x) => y < 4 && x < 8 ? (255, 255, 255, 255) : (0, 0, 0, 255), SKEncodedImageFormat.Jpeg);
        byte[] turned = [.. jpeg[..2], .. Exif(orientation), .. jpeg[2..]];
        (int height, int width) = orientation >= 5 ? (16, 8) : (8, 16);
        byte[] pixels = Read(turned, height, width, 1);
        string[] bright = [.. new[] { ("upper left", 0, 0), ("upper right", 0, width - 1), ("lower left", height - 1, 0), ("lower right", height - 1, width - 1) }
            .Where(place => pixels[(place.Item2 * width) + place.Item3] > 127).Select(place => place.Item1)];
        Assert.That(bright, Is.EqualTo(new[] { corner }));
    }

    [Test]
    public void FileThatIsNoPictureIsNamed()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("a.png"), "text");
        File.WriteAllBytes(folder.File("b.png"), [.. Pictures.Plain(64, 64, 1, 2, 3).Take(60)]);
        Assert.Multiple(() =>
        {
            Assert.That(() => PictureReader.Default.Read(folder.File("a.png"), new PictureTarget(1, 1, 1, ImageFit.Crop), new byte[1]),
                Throws.TypeOf<BadInputException>().With.Message.EqualTo($"{folder.File("a.png")}: this is no picture that can be read. Give a PNG, JPEG, BMP, GIF or WebP file."));
            Assert.That(() => PictureReader.Default.Read(folder.File("b.png"), new PictureTarget(1, 1, 1, ImageFit.Crop), new byte[1]),
                Throws.TypeOf<BadInputException>().With.Message.Contains("cannot be decoded"));
            Assert.That(() => PictureReader.SizeOf(folder.File("c.png")), Throws.TypeOf<BadInputException>().With.Message.Contains("there is no such file"));
        });
    }

    [Test]
    public void SizeAndColourAreTold()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("grey.png"), Pictures.Plain(3, 5, 9, 9, 9));
        File.WriteAllBytes(folder.File("red.png"), Pictures.Plain(3, 5, 9, 0, 0));
        Assert.That(
            (PictureReader.SizeOf(folder.File("grey.png")), PictureReader.IsGrey(folder.File("grey.png")), PictureReader.IsGrey(folder.File("red.png"))),
            Is.EqualTo(((3, 5), true, false)));
    }

    private static byte[] Read(byte[] data, int height, int width, int channels)
    {
        var pixels = new byte[height * width * channels];
        PictureReader.Default.Read(data, new PictureTarget(height, width, channels, ImageFit.Stretch), pixels);
        return pixels;
    }

    /// <summary>An APP1 segment with one entry: the orientation.</summary>
    private static byte[] Exif(int orientation) =>
    [
        0xFF, 0xE1, 0, 34, .. "Exif\0\0"u8, .. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0,
    ];
}
