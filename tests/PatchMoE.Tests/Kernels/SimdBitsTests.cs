namespace PatchMoE.Tests.Kernels;

/// <summary>Every width of vectors gives the bits of plain arithmetic in the documented order.</summary>
[TestFixtureSource(typeof(SimdWidth), nameof(SimdWidth.All))]
internal sealed class SimdBitsTests(SimdWidth width)
{
    private const int Draws = 500;

    private static readonly float[] s_special =
    [
        0f, -0f, float.Epsilon, -float.Epsilon, 1.5f, -1.5f, float.MaxValue, float.MinValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN, -float.NaN,
        BitConverter.UInt32BitsToSingle(0x7FC12345), BitConverter.UInt32BitsToSingle(0xFFC12345), 1e-40f, -1e-40f,
    ];

    [Test]
    public void Pixels_AreDividedBy255_RoundedOnce()
    {
        byte[] all = [.. Enumerable.Range(0, 256).Select(pixel => (byte)pixel)];
        foreach (byte[] pixels in all.Chunk(SimdWidth.Floats))
        {
            AssertBits(width.LoadPixels(pixels), Array.ConvertAll(pixels, pixel => pixel / 255f));
        }
    }

    /// <summary>One vector of 16 lanes and two of 8 are expected to give the same bits.</summary>
    [Test]
    public void AddLanes_AddsInTheDocumentedOrder()
    {
        int sequentialDiffers = 0;
        for (int draw = 0; draw < Draws; draw++)
        {
            float[] values = Values(draw, "values");
            float start = Values(draw, "start")[0];
            float expected = start;
            for (int i = 0; i < SimdWidth.Floats; i += Math.Min(width.Lanes, 8))
            {
                expected += Sum(values.AsSpan(i, Math.Min(width.Lanes, 8)));
            }

            AssertBits([width.AddLanes(start, values)], [expected]);
            sequentialDiffers += values.Aggregate(start, (sum, value) => sum + value).Equals(expected) ? 0 : 1;
        }

        // The order matters for these values; one lane at a time is the order from left to right.
        Assert.That(sequentialDiffers > Draws / 4, Is.EqualTo(width.Lanes > 1), $"{sequentialDiffers}");
    }

    [Test]
    public void AddLanesOfFour_GivesTheBitsOfAddLanes()
    {
        for (int draw = 0; draw < Draws; draw++)
        {
            float[] starts = Values(draw, "start")[..4];
            float[][] values = [Values(draw, "a"), Values(draw, "b"), Values(draw, "c"), Values(draw, "d")];
            AssertBits(width.AddLanesOfFour(starts, values), [.. values.Select((lanes, i) => width.AddLanes(starts[i], lanes))]);
        }
    }

    [Test]
    public void MultiplyAdd_GivesTheBitsOfScalars()
    {
        for (int draw = 0; draw < Draws; draw++)
        {
            float[] a = Values(draw, "a");
            float[] b = Values(draw, "b");
            float[] c = Values(draw, "c");
            AssertBits(width.MultiplyAdd(a, b, c), [.. a.Select((value, i) => MathF.FusedMultiplyAdd(value, b[i], c[i]))]);
        }
    }

    // A rounded product gives 0 in the first case; double precision rounds the sums of the next two to a tie.
    [TestCase(1.00000012f, 0.99999988f, -1f, -1.4210855E-14f)]
    [TestCase(24929f, 673f, 1e-20f, 16777218f)]
    [TestCase(24929f, 673f, -1e-20f, 16777216f)]
    [TestCase(float.MaxValue, 2f, float.MinValue, float.MaxValue)]
    [TestCase(1e-30f, 1e-30f, 0f, 0f)]
    [TestCase(-1e-30f, 1e-30f, 0f, -0f)]
    [TestCase(float.PositiveInfinity, -2f, 1f, float.NegativeInfinity)]
    [TestCase(float.PositiveInfinity, 0f, 1f, float.NaN)]
    [TestCase(1f, float.NaN, 1f, float.NaN)]
    [TestCase(2f, 3f, float.NaN, float.NaN)]
    public void MultiplyAdd_RoundsOnce(float a, float b, float c, float expected)
    {
        float[] results = width.MultiplyAdd(Repeat(a), Repeat(b), Repeat(c));
        if (float.IsNaN(expected))
        {
            // Which NaN it is depends on the processor.
            Assert.That(results, Is.All.NaN);
        }
        else
        {
            AssertBits(results, Repeat(expected));
        }
    }

    [Test]
    public void Relu_GivesTheBitsOfScalars() => AssertBits(width.Relu(s_special), [.. s_special.Select(x => x <= 0 ? 0f : x)]);

    [Test]
    public void WherePositive_GivesTheBitsOfScalars()
    {
        for (int shift = 0; shift < SimdWidth.Floats; shift++)
        {
            float[] signs = [.. s_special[shift..], .. s_special[..shift]];
            AssertBits(width.WherePositive(s_special, signs), [.. s_special.Select((x, i) => signs[i] > 0 ? x : 0f)]);
        }
    }

    [Test]
    public void KeepLast_TakesAnyCount()
    {
        foreach (int count in Enumerable.Range(-40, 81).Append(1_000_000).Append(-1_000_000))
        {
            AssertBits(width.KeepLast(s_special, count), [.. s_special.Select((x, i) => i >= SimdWidth.Floats - count ? x : 0f)]);
        }
    }

    /// <summary>(v0 + v2) + (v1 + v3) of four lanes, and the sum of two fours of eight.</summary>
    private static float Sum(ReadOnlySpan<float> lanes) => lanes.Length switch
    {
        1 => lanes[0],
        4 => (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]),
        _ => Sum(lanes[..4]) + Sum(lanes[4..]),
    };

    /// <summary>16 floats of either sign, of magnitudes from 2^-6 to 2^6.</summary>
    private static float[] Values(int draw, string name)
    {
        CounterRandom random = CounterRandom.ForName((ulong)draw, name);
        return
        [
            .. Enumerable.Range(0, SimdWidth.Floats).Select(i => (float)(random.Normal((ulong)i) * Math.Pow(2, random.Integer((ulong)i + 16, 13) - 6))),
        ];
    }

    private static float[] Repeat(float value) => [.. Enumerable.Repeat(value, SimdWidth.Floats)];

    private static void AssertBits(float[] results, float[] expected) =>
        Assert.That(results.Select(BitConverter.SingleToUInt32Bits), Is.EqualTo(expected.Select(BitConverter.SingleToUInt32Bits)));
}
