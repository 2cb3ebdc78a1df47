using PatchMoE.Kernels;

namespace PatchMoE.Tests.Kernels;

/// <summary>Choosing, capacity and the order by expert against the plainest code, on every tail of a vector, with ties, and with scores that are not numbers.</summary>
[TestFixture]
internal sealed class TokenChoiceTests
{
    private const int Guarded = -77;

    [Test]
    public void Choose_TakesTheLargestAndOfEqualTheFirst([Values(1, 7, 8, 15, 16, 17, 40)] int patches, [Values(1, 2, 5, 9)] int experts)
    {
        var random = new Random(patches + experts);
        foreach (int perPatch in new[] { 1, 2, 3, experts }.Where(t => t <= experts).Distinct())
        {
            foreach (int distinct in new[] { 1, 3, 1000 })
            {
                float[] scores = [.. Enumerable.Range(0, experts * patches).Select(_ => (random.Next(distinct) - (distinct / 2)) * 0.37f)];
                int valid = patches - random.Next(Math.Min(3, patches));

                int[] choices = Choose(scores, valid, patches, experts, perPatch);

                for (int j = 0; j < valid; j++)
                {
                    int[] best = [.. Enumerable.Range(0, experts).OrderByDescending(s => scores[(s * patches) + j]).Take(perPatch)];
                    Assert.That(Enumerable.Range(0, perPatch).Select(r => choices[(r * patches) + j]), Is.EqualTo(best), $"patch {j} of {valid}");
                }
            }
        }
    }

    [Test]
    public void Choose_OfNaN_TakesDistinctExperts_AlikeInVectorsAndAlone([Values(1, 2, 4)] int perPatch)
    {
        const int patches = 24;
        const int experts = 6;
        var random = new Random(perPatch);
        float[] one = [.. Enumerable.Range(0, experts * patches).Select(_ => random.Next(3) == 0 ? float.NaN : random.Next(4))];
        int[] together = Choose(one, patches, patches, experts, perPatch);
        for (int j = 0; j < patches; j++)
        {
            int[] own = [.. Enumerable.Range(0, perPatch).Select(r => together[(r * patches) + j])];
            Assert.That(own, Is.Unique);
            Assert.That(own, Is.All.InRange(0, experts - 1));
            float[] scores = [.. Enumerable.Range(0, experts).Select(s => one[(s * patches) + j])];
            Assert.That(Choose(scores, 1, 1, experts, perPatch), Is.EqualTo(own), $"patch {j}");
        }
    }

    [Test]
    public void Limit_GivesFirstChoicesAndLowerPatchesTheirPlaces()
    {
        // Four patches, two choices each, of three experts that take two patches at most.
        int[] choices = [0, 0, 0, 1, /* second */ 1, 1, 1, 0];
        TokenChoice.Limit(ref choices[0], valid: 4, patches: 4, experts: 3, perPatch: 2, capacity: 2, ref (new int[3])[0]);
        Assert.That(choices, Is.EqualTo(new[] { 0, 0, ~0, 1, /* second */ 1, ~1, ~1, ~0 }));
        Assert.That(choices.Select(TokenChoice.Expert), Is.EqualTo(new[] { 0, 0, 0, 1, 1, 1, 1, 0 }));
    }

    [Test]
    public void LimitInOrder_GivesPlacesInThatOrder()
    {
        int[] choices = [0, 0, 0, 1, /* second */ 1, 1, 1, 0];
        int[] order = [2, 3, 1, 0];
        TokenChoice.LimitInOrder(ref choices[0], valid: 4, patches: 4, experts: 3, perPatch: 2, capacity: 2, ref (new int[3])[0], ref order[0]);
        Assert.That(choices, Is.EqualTo(new[] { ~0, 0, 0, 1, /* second */ ~1, ~1, 1, ~0 }));
    }

    [Test]
    public void Sort_ListsPairsByExpertAndPatch_DroppedOnesLast([Values(1, 3)] int perPatch, [Values(0, 1, 13)] int valid)
    {
        const int patches = 13;
        const int experts = 4;
        var random = new Random(perPatch + valid);
        int[] choices = [.. Enumerable.Range(0, perPatch * patches).Select(_ => random.Next(experts) is var s && random.Next(4) == 0 ? ~s : s)];
        (int Place, int Patch, int Expert)[] pairs =
        [
            .. Enumerable.Range(0, valid).SelectMany(j => Enumerable.Range(0, perPatch).Select(r => (r * patches) + j))
                .OrderBy(place => choices[place] < 0 ? experts : choices[place]).Select(place => (place, place % patches, choices[place])),
        ];
        var starts = new int[experts + 1];
        int[] routes = [.. Enumerable.Repeat(Guarded, patches * perPatch)];
        int[] places = [.. Enumerable.Repeat(Guarded, patches * perPatch)];

        TokenChoice.Sort(ref choices[0], valid, patches, experts, perPatch, ref starts[0], ref routes[0], ref places[0]);

        Assert.That(starts, Is.EqualTo(Enumerable.Range(0, experts + 1).Select(s => pairs.Count(pair => pair.Expert >= 0 && pair.Expert < s))));
        Assert.That(routes, Is.EqualTo(pairs.Select(pair => pair.Patch).Concat(Enumerable.Repeat(Guarded, routes.Length - pairs.Length))));
        for (int i = 0; i < pairs.Length; i++)
        {
            Assert.That(places[pairs[i].Place], Is.EqualTo(i));
        }
    }

    [Test]
    public void Normalise_DividesByTheSumOverExperts_InVectorsAndAloneAlike([Values(1, 8, 13, 37)] int patches)
    {
        const int experts = 5;
        var random = new Random(patches);
        float[] values = [.. Enumerable.Range(0, experts * patches).Select(_ => random.NextSingle() + 0.1f)];
        int valid = patches - (patches / 10);
        float[] expected = [.. values];
        for (int j = 0; j < valid; j++)
        {
            float sum = 0;
            for (int s = 0; s < experts; s++)
            {
                sum += values[(s * patches) + j];
            }

            for (int s = 0; s < experts; s++)
            {
                expected[(s * patches) + j] /= sum;
            }
        }

        TokenChoice.Normalise(ref values[0], valid, patches, experts);

        Assert.That(values, Is.EqualTo(expected));
    }

    /// <summary>Chooses with exactly the scratch it asks for, and checks what follows its arrays.</summary>
    private static int[] Choose(float[] scores, int valid, int patches, int experts, int perPatch)
    {
        float[] best = [.. Enumerable.Repeat((float)Guarded, (perPatch * TokenChoice.Lanes) + 1)];
        int[] choices = [.. Enumerable.Repeat(Guarded, (perPatch * patches) + 1)];
        TokenChoice.Choose(ref scores[0], valid, patches, experts, perPatch, ref choices[0], ref best[0]);
        Assert.That(best[^1], Is.EqualTo(Guarded));
        Assert.That(choices[^1], Is.EqualTo(Guarded));
        return choices[..^1];
    }
}
