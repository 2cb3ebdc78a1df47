namespace PatchMoE.Tests;

public class CounterRandomTests
{
    // Random123's kat_vectors for philox4x32-10: counter words, key words, result.
    [TestCase(0x00000000u, 0x00000000u, 0x00000000u, 0x00000000u, 0x00000000u, 0x00000000u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [TestCase(0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [TestCase(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void BlocksAreThoseOfRandom123(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1, uint r0, uint r1, uint r2, uint r3)
    {
        var random = new CounterRandom(Word(k0, k1), Word(c2, c3));
        Assert.That(random.Block(Word(c0, c1)), Is.EqualTo((r0, r1, r2, r3)));
    }

    [Test]
    public void BitsAreTheWordsOfTheBlocksInOrder()
    {
        var random = new CounterRandom(0, 0);
        Assert.That(
            new[] { random.Bits(0), random.Bits(1), random.Bits(2), random.Bits(3) },
            Is.EqualTo(new[] { 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u }));
        Assert.That(random.Bits(4), Is.EqualTo(random.Block(1).A));
    }

    [Test]
    public void UniformValuesAreInsideTheOpenInterval()
    {
        var random = new CounterRandom(5, 6);
        const int Count = 100_000;
        double[] values = [.. Enumerable.Range(0, Count).Select(i => random.Uniform((ulong)i))];
        Assert.That(values, Has.All.GreaterThan(0).And.All.LessThan(1));
        Assert.That(values.Average(), Is.EqualTo(0.5).Within(5 * Math.Sqrt(1.0 / 12 / Count)));
    }

    [Test]
    public void IntegersCoverTheirRangeEvenly()
    {
        var random = CounterRandom.ForName(1, "integers");
        const int Count = 70_000;
        int[] counts = new int[7];
        for (int i = 0; i < Count; i++)
        {
            counts[random.Integer((ulong)i, 7)]++;
        }

        // Each count is binomial with variance N·(1/7)·(6/7).
        Assert.That(counts, Has.All.EqualTo(Count / 7.0).Within(5 * Math.Sqrt(Count * 6.0 / 49)));
    }

    [Test]
    public void NamesAndSeedsGiveDifferentStreams()
    {
        uint[] first = [.. new (ulong Seed, string Name)[] { (1, "a"), (1, "b"), (2, "a"), (1, "ab"), (1, "ba") }.Select(x => CounterRandom.ForName(x.Seed, x.Name).Bits(0))];
        Assert.That(first, Is.Unique);
        Assert.That(CounterRandom.ForName(1, "a").Bits(0), Is.EqualTo(new CounterRandom(1, 0xAF63DC4C8601EC8C).Bits(0)), "FNV-1a of 'a'");
    }

    [Test]
    public void AShuffleIsAPermutationThatTheSeedDecides()
    {
        int[] Shuffled(ulong seed)
        {
            int[] items = [.. Enumerable.Range(0, 100)];
            CounterRandom.ForName(seed, "shuffle").Shuffle<int>(items);
            return items;
        }

        int[] first = Shuffled(1);
        Assert.That(first, Is.EquivalentTo(Enumerable.Range(0, 100)));
        Assert.That(Shuffled(1), Is.EqualTo(first));
        Assert.That(Shuffled(2), Is.Not.EqualTo(first));
    }

    private static ulong Word(uint low, uint high) => ((ulong)high << 32) | low;
}
