using PatchMoE.Text;

namespace PatchMoE.Tests.Texts;

[TestFixture]
public sealed class HashedEmbeddingTests
{
    /// <summary>Published values of XXH3 with 64 bits and seed 0.</summary>
    [TestCase("a", 0xE6C632B61E964E1FUL)]
    [TestCase("abc", 0x78AF5F94892F3950UL)]
    public void Hashes_AreThoseOfXxh3(string word, ulong hash) => Assert.That(Hashes(word).Words, Is.EqualTo(new[] { hash }));

    [TestCase("FREE", "free")]
    [TestCase("ﬁne", "fine")]
    [TestCase("Ｆｒｅｅ", "free")]
    [TestCase("STRASSE", "straße")]
    [TestCase("e\u0301te", "éTE")]
    public void Words_OfOneSpellingHaveOneHash(string one, string other) => Assert.That(Hashes(one).Words, Is.EqualTo(Hashes(other).Words));

    [Test]
    public void Pairs_AreTheWordsWithASpaceBetween()
    {
        WordHashes hashes = Hashes("abc, ABC\nabc");
        Assert.That(hashes.Words, Is.All.EqualTo(0x78AF5F94892F3950UL).And.Exactly(3).Items);
        Assert.That(hashes.Pairs, Is.All.EqualTo(System.IO.Hashing.XxHash3.HashToUInt64("abc abc"u8)).And.Exactly(2).Items);
    }

    /// <summary>The formula, word by word: place from the upper half of the hash, sign from its last bit.</summary>
    [TestCase(7)]
    [TestCase(64)]
    public void Vector_AddsASignForEachWordAndPair(int dimension)
    {
        WordHashes hashes = Hashes("get your free money now or get your free money never");
        var expected = new double[dimension];
        foreach (ulong hash in hashes.Words.Concat(hashes.Pairs))
        {
            expected[(int)((UInt128)(hash >> 32) * (ulong)dimension / 0x1_0000_0000)] += hash % 2 == 0 ? 1 : -1;
        }

        double length = Math.Sqrt(expected.Sum(value => value * value));
        Assert.That(Vector(hashes, dimension), Is.EqualTo(expected.Select(value => (float)(value / length))));
    }

    /// <summary>Fixed for good: weights that were trained with these values must go on working.</summary>
    [Test]
    public void Vector_IsTheSameForGood() => Assert.That(
        string.Join(' ', Vector(Hashes("Free money, now!"), 8).Select(value => value.ToString("0.000000", System.Globalization.CultureInfo.InvariantCulture))),
        Is.EqualTo("0.000000 -0.377965 0.377965 0.755929 -0.377965 0.000000 0.000000 0.000000"));

    private static WordHashes Hashes(string text)
    {
        TextBreaks breaks = TextBreaks.Of(TextDocument.Of(text));
        breaks.Hash();
        return breaks.Hashes;
    }

    private static float[] Vector(WordHashes hashes, int dimension)
    {
        var vector = new float[dimension];
        HashedEmbedding.Write(hashes.Run(0, hashes.Words.Count), vector);
        return vector;
    }
}
