using PatchMoE.Kernels;

namespace PatchMoE.Tests.Kernels;

/// <summary>
/// The bits that the elementary functions give on every machine, computed from their formulas in another language. Some of the results are not the nearest
/// to the exact ones, so that a better function fails too.
/// </summary>
[TestFixture]
internal sealed class StrictMathBitsTests
{
    [TestCase(1f, 0x402DF854u)]
    [TestCase(-1f, 0x3EBC5AB2u)]
    [TestCase(0.5f, 0x3FD3094Cu)]
    [TestCase(-10f, 0x383E6BCEu)]
    [TestCase(20.25f, 0x4E1486BBu)]
    [TestCase(88.5f, 0x7F4CDCC4u)]
    [TestCase(-87.5f, 0x006CB2BCu)]
    [TestCase(-95.125f, 0x00000D95u)]
    [TestCase(-2.309727430343628f, 0x3DCB57ACu)]
    [TestCase(-5.180505275726318f, 0x3BB8534Bu)]
    [TestCase(-11.705690383911133f, 0x370A5B8Fu)]
    public void ExpOfSingles(float x, uint bits) => Assert.That(BitConverter.SingleToUInt32Bits(StrictMath.Exp(x)), Is.EqualTo(bits));

    [TestCase(1, 0x4005BF0A8B145769u)]
    [TestCase(-1, 0x3FD78B56362CEF38u)]
    [TestCase(100.25, 0x48F8C39B9134BAC4u)]
    [TestCase(709, 0x7FDD422D2BE5DC9Bu)]
    [TestCase(-709.5, 0x00054E90C99FB878u)]
    [TestCase(-740, 0x0000000000000055u)]
    [TestCase(3.125, 0x4036C2887C1F1691u)]
    [TestCase(-1.75, 0x3FC63E397E022072u)]
    [TestCase(-11.9375, 0x3EDB6EC9743CF29Eu)]
    public void Exp(double x, ulong bits) => Assert.That(Bits(StrictMath.Exp(x)), Is.EqualTo(bits));

    [TestCase(2, 0x3FE62E42FEFA39EFu)]
    [TestCase(10, 0x40026BB1BBB55516u)]
    [TestCase(0.75, 0xBFD269621134DB92u)]
    [TestCase(1e-310, 0xC0864E69394D9508u)]
    [TestCase(1e300, 0x4085963447F87FB5u)]
    [TestCase(3, 0x3FF193EA7AAD030Au)]
    [TestCase(0.8125, 0xBFCA93ED3C8AD9E4u)]
    [TestCase(5.375, 0x3FFAE87BADB2813Cu)]
    public void Log(double x, ulong bits) => Assert.That(Bits(StrictMath.Log(x)), Is.EqualTo(bits));

    [TestCase(0.5, 0x3FD9F323ECBF984Cu)]
    [TestCase(1e-10, 0x3DDB7CDFD9D1D693u)]
    [TestCase(0.28125, 0x3FCFB9186D5E3E2Au)]
    [TestCase(0.578125, 0x3FDD32FE7E00EBD6u)]
    public void LogP1(double x, ulong bits) => Assert.That(Bits(StrictMath.LogP1(x)), Is.EqualTo(bits));

    [TestCase(0.25, 0x3FE6A09E667F3BCDu)]
    [TestCase(0.4, 0x3FD3C6EF372FE94Eu)]
    [TestCase(0.99, 0xBFEFFBF52E9D1086u)]
    [TestCase(0.203125, 0x3FE9B3E047F38740u)]
    [TestCase(0.328125, 0x3FE073879922FFEDu)]
    public void CosPi(double x, ulong bits) => Assert.That(Bits(StrictMath.CosPi(x)), Is.EqualTo(bits));

    [Test]
    public void Grids()
    {
        Assert.That(Hash(-51968, 45056, i => BitConverter.SingleToUInt32Bits(StrictMath.Exp(i / 512f))), Is.EqualTo(0x92168CBA1F072C81), "exp, float");
        Assert.That(Hash(-47600, 45400, i => Bits(StrictMath.Exp(i / 64.0))), Is.EqualTo(0xCEB783B5A7732654), "exp");
        Assert.That(Hash(1, 65536, i => Bits(StrictMath.Log(i / 1024.0))), Is.EqualTo(0xE59F758019C2B1F5), "log");
        Assert.That(Hash(0, 65536, i => Bits(StrictMath.LogP1(i / 65536.0))), Is.EqualTo(0x53C69E7A514A39E7), "log(1 + x)");
        Assert.That(Hash(0, 65536, i => Bits(StrictMath.CosPi(i / 65536.0))), Is.EqualTo(0x1FA90BEE7AB1075F), "cos(π·x)");
    }

    private static ulong Bits(double value) => BitConverter.DoubleToUInt64Bits(value);

    /// <summary>FNV-1a over whole results, for i from <paramref name="first"/> to <paramref name="last"/>.</summary>
    private static ulong Hash(int first, int last, Func<int, ulong> bits) =>
        Enumerable.Range(first, last - first + 1).Aggregate(14695981039346656037, (hash, i) => unchecked((hash ^ bits(i)) * 1099511628211));
}
