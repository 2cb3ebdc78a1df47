using PatchMoE.Kernels;

namespace PatchMoE.Tests.Kernels;

/// <summary>The selections against a sort, on every tail of a vector, with ties, and with scores that are not numbers.</summary>
[TestFixture]
internal sealed class TopScoresTests
{
    private const int Guarded = -77;

    private static readonly Selection[] s_selections = [TopScores.ByRank, TopScores.ByThreshold, TopScores.BySort, TopScores.ByRounds];

    private static readonly float[] s_special = [0f, -0f, 1f, 1f, -1f, float.MaxValue, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon];

    [Test]
    public void Selections_TakeTheLargestAndOfEqualTheFirst([Values(1, 2, 7, 8, 15, 16, 17, 33, 64, 100, 515)] int count)
    {
        var random = new Random(count);
        foreach (int most in new[] { 1, 2, Math.Max(1, count / 3), count, count + 3 })
        {
            foreach (int distinct in new[] { 1, 3, 1000 })
            {
                float[] scores = Enumerable.Range(0, count).Select(_ => (random.Next(distinct) - (distinct / 2)) * 0.37f).ToArray();
                Check(scores, most);
            }

            Check(Enumerable.Range(0, count).Select(_ => s_special[random.Next(s_special.Length)]).ToArray(), most);
        }
    }

    [Test]
    public void Selections_OfNoScores_FillWithMinusOne()
    {
        float[] none = new float[16];
        foreach (Selection select in s_selections)
        {
            Assert.That(Select(select, none, 0, 5), Is.All.EqualTo(-1), select.Method.Name);
        }
    }

    [Test]
    public void Selections_OfNaN_TakeDistinctIndicesInRange([Values(5, 16, 90)] int count)
    {
        var random = new Random(count);
        float[] scores = Enumerable.Range(0, count).Select(j => random.Next(3) switch
        {
            0 => float.NaN,
            1 => BitConverter.Int32BitsToSingle(-1 - random.Next(2)),
            _ => j,
        }).ToArray();
        foreach (Selection select in s_selections)
        {
            int[] routes = Select(select, scores, count, count - 1);
            Assert.That(routes, Is.Unique);
            Assert.That(routes, Is.All.InRange(0, count - 1));
        }
    }

    private delegate void Selection(ref float scores, int count, int most, ref int routes, ref int scratch);

    private static void Check(float[] scores, int most)
    {
        int[] best = Enumerable.Range(0, scores.Length).OrderByDescending(j => scores[j]).Take(most).ToArray();
        int[] expected = [.. best, .. Enumerable.Repeat(-1, most - best.Length)];
        foreach (Selection select in s_selections)
        {
            Assert.That(Select(select, scores, scores.Length, most), Is.EqualTo(expected), select.Method.Name);
        }
    }

    /// <summary>Runs a selection with exactly the scratch it asks for, and checks what follows its arrays.</summary>
    private static int[] Select(Selection select, float[] scores, int count, int most)
    {
        int list = (Math.Max(count, most + 1) + 15) / 16 * 16;
        int[] scratch = Enumerable.Repeat(Guarded, (4 * list) + 16).ToArray();
        int[] routes = Enumerable.Repeat(Guarded, most + 16).ToArray();
        select(ref scores[0], count, most, ref routes[0], ref scratch[0]);
        Assert.That(scratch[(4 * list)..], Is.All.EqualTo(Guarded));
        Assert.That(routes[most..], Is.All.EqualTo(Guarded));
        return routes[..most];
    }
}
