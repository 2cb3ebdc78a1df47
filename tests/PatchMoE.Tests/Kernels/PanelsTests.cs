using PatchMoE.Kernels;

namespace PatchMoE.Tests.Kernels;

/// <summary>Panels and what tiles give for them, value by value.</summary>
[TestFixture]
internal sealed class PanelsTests
{
    private const float Untouched = -1f;

    [Test]
    public void Pack_PutsEachValueOfSixteenRowsSideBySide([Values(1, 4, 8, 12, 15, 16, 28)] int count, [Values(1, 7, 8, 19, 32)] int length)
    {
        float[] rows = [.. Enumerable.Range(1, count * length).Select(i => (float)i)];
        int panels = (count + 15) / 16;
        float[] packed = Enumerable.Repeat(Untouched, panels * length * 16).ToArray();
        Panels.Pack(ref rows[0], count, length, ref packed[0]);
        for (int r = 0; r < panels * 16; r++)
        {
            for (int i = 0; i < length; i++)
            {
                Assert.That(packed[(((r / 16 * length) + i) * 16) + (r % 16)], Is.EqualTo(r < count ? rows[(r * length) + i] : 0f), $"row {r}, value {i}");
            }
        }
    }

    [Test]
    public void Turn_WritesTheRowsAskedForAndNoOther([Values(1, 2, 4, 6, 12)] int patches, [Values(0, 4, 5)] int from, [Values(8, 13, 16)] int to)
    {
        const int step = 14;
        float[] tile = [.. Enumerable.Range(0, patches * 16).Select(i => (float)i)];
        float[] rows = Enumerable.Repeat(Untouched, 16 * step).ToArray();
        Panels.Turn(ref tile[0], patches, ref rows[0], step, from, to);
        for (int r = 0; r < 16; r++)
        {
            for (int p = 0; p < step; p++)
            {
                Assert.That(rows[(r * step) + p], Is.EqualTo(r >= from && r < to && p < patches ? tile[(p * 16) + r] : Untouched), $"row {r}, patch {p}");
            }
        }
    }
}
