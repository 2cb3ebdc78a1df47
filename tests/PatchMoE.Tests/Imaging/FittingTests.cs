using PatchMoE.Imaging;

namespace PatchMoE.Tests;

/// <summary>Pictures of any size and proportions become images of the network's size.</summary>
[TestFixture]
public sealed class FittingTests
{
    /// <summary>Rows of one pixel height; the results are those of Pillow's resize with BILINEAR.</summary>
    [TestCase(new[] { 0, 255 }, 4, new[] { 0, 64, 191, 255 })]
    [TestCase(new[] { 0, 0, 255, 255 }, 2, new[] { 36, 219 })]
    [TestCase(new[] { 0, 90, 180 }, 3, new[] { 0, 90, 180 })]
    [TestCase(new[] { 0, 60, 120, 250 }, 1, new[] { 105 })]
    [TestCase(new[] { 77, 77, 77, 77, 77 }, 3, new[] { 77, 77, 77 })]
    public void RowsAreScaled(int[] row, int width, int[] expected)
    {
        var bitmap = new Bitmap(1, row.Length, 1, [.. row.Select(value => (byte)value)]);
        Assert.That(Resampler.Scale(bitmap, new Part(0, 0, 1, row.Length), 1, width).Pixels, Is.EqualTo(expected.Select(value => (byte)value)));
    }

    [Test]
    public void RowsAndColumnsAreScaledAlike()
    {
        var random = new Random(1);
        var bitmap = new Bitmap(7, 5, 3);
        random.NextBytes(bitmap.Pixels);
        Bitmap turned = Transposed(bitmap);
        Assert.That(
            Resampler.Scale(turned, new Part(0, 0, 5, 7), 3, 9).Pixels.Zip(Transposed(Resampler.Scale(bitmap, new Part(0, 0, 7, 5), 9, 3)).Pixels, (a, b) => Math.Abs(a - b)),
            Has.All.LessThanOrEqualTo(1));
    }

    /// <summary>A picture of 2×4 with columns 10, 20, 30, 40, in an image of 2×2.</summary>
    [TestCase(ImageFit.Stretch, new[] { 17, 33, 17, 33 })]
    [TestCase(ImageFit.Crop, new[] { 20, 30, 20, 30 })]
    [TestCase(ImageFit.Pad, new[] { 17, 33, 0, 0 })]
    public void OtherProportionsAreStretchedCutOrPadded(ImageFit fit, int[] expected)
    {
        var bitmap = new Bitmap(2, 4, 1, [10, 20, 30, 40, 10, 20, 30, 40]);
        var pixels = new byte[4];
        Fitting.Fit(bitmap, new PictureTarget(2, 2, 1, fit), pixels);
        Assert.That(pixels, Is.EqualTo(expected.Select(value => (byte)value)));
    }

    private static Bitmap Transposed(Bitmap bitmap)
    {
        var result = new Bitmap(bitmap.Width, bitmap.Height, bitmap.Channels);
        for (int y = 0; y < bitmap.Height; y++)
        {
            for (int x = 0; x < bitmap.Width; x++)
            {
                bitmap.Pixels.AsSpan(((y * bitmap.Width) + x) * bitmap.Channels, bitmap.Channels).CopyTo(result.Pixels.AsSpan(((x * bitmap.Height) + y) * bitmap.Channels));
            }
        }

        return result;
    }
}
