using PatchMoE.Kernels;

namespace PatchMoE.Tests.Kernels;

/// <summary>Columns of a patch in pixel rows, cut into vectors and copied in order, are the columns of the patch; nothing behind the patch is read.</summary>
public class PixelRowsTests
{
    [Test]
    public void Copies_AreTheColumns(
        [Values(1, 4, 8, 16)] int lanes, [Values(1, 2, 3, 7)] int rows, [Values(16, 17, 24, 28, 31, 64, 100)] int length, [Values(0, 5, 40)] int gap, [Values(1, 4)] int vectors)
    {
        int step = length + Math.Max(gap, rows > 1 ? 1 : 0);
        int columns = rows * length;
        int width = vectors * lanes;
        float[] image = [.. Enumerable.Range(0, ((rows - 1) * step) + length).Select(i => (float)i)];
        Span<int> pieces = stackalloc int[PixelRows.MostPieces];
        for (int from = 0; from + width <= columns; from++)
        {
            int count = PixelRows.Cut(from, width, lanes, rows, length, step, pieces);
            var copy = new float[width + lanes];
            for (int i = 0; i < count; i += 2)
            {
                image.AsSpan(pieces[i], lanes).CopyTo(copy.AsSpan(pieces[i + 1]));
            }

            float[] expected = [.. Enumerable.Range(from, width).Select(column => (float)((column / length * step) + (column % length)))];
            Assert.That(copy[..width], Is.EqualTo(expected), $"from {from}");
        }
    }
}
