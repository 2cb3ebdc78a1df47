using System.Globalization;
using PatchMoE.RandomNumbers;

namespace PatchMoE.Training.Data;

/// <summary>
/// Draws samples of CelebA in fixed numbers from each group: a class, or, with spurious attributes, the pictures of a class with one of the two. A larger number of samples
/// contains a smaller one, as long as the seed is the same.
/// </summary>
/// <param name="spec">The spec's <c>data</c> section.</param>
/// <param name="pictures">The pictures, with the attributes of <see cref="Wanted"/>.</param>
/// <param name="seed">The seed.</param>
internal sealed class CelebaGroups(CelebaDataSpec spec, IReadOnlyList<CelebaPicture> pictures, ulong seed)
{
    private int Count => spec.Spurious is null ? spec.ClassCount : 2 * spec.ClassCount;

    /// <summary>The attributes that the groups depend on: those of the label, then the spurious ones.</summary>
    public static IReadOnlyList<NamedAttribute> Wanted(CelebaDataSpec spec)
    {
        IEnumerable<NamedAttribute> wanted = spec.Attributes.Select(name => new NamedAttribute("data.attributes", name));
        if (spec.Spurious is { } spurious)
        {
            wanted = wanted.Append(new NamedAttribute("data.spurious.positive", spurious.Positive));
            wanted = spurious.Negative is { } negative ? wanted.Append(new NamedAttribute("data.spurious.negative", negative)) : wanted;
        }

        return [.. wanted];
    }

    /// <summary>The class of a picture: its attributes as the digits of a binary number, the first the most significant.</summary>
    public int ClassOf(int picture) => Enumerable.Range(0, spec.Attributes.Count).Aggregate(0, (number, i) => (2 * number) + (Has(picture, i) ? 1 : 0));

    /// <summary>The group of a picture; null if it has both spurious attributes or neither, and so is no sample.</summary>
    public int? GroupOf(int picture)
    {
        int label = ClassOf(picture);
        if (spec.Spurious is not { } spurious)
        {
            return label;
        }

        bool positive = Has(picture, spec.Attributes.Count);
        bool negative = spurious.Negative is null ? !positive : Has(picture, spec.Attributes.Count + 1);
        return positive == negative ? null : (2 * label) + (positive ? 1 : 0);
    }

    /// <summary>Draws training or test samples.</summary>
    /// <param name="pool">The pictures to draw from.</param>
    /// <param name="count">The number of samples; null for all of the pool.</param>
    /// <param name="isTraining">Whether the spurious attributes are tied to the class.</param>
    /// <returns>The drawn pictures, ascending.</returns>
    /// <exception cref="BadInputException">A group has too few pictures.</exception>
    public int[] Draw(IReadOnlyList<int> pool, int? count, bool isTraining)
    {
        if (count is not { } samples)
        {
            return [.. pool];
        }

        string part = isTraining ? "train" : "test";
        ILookup<int?, int> members = pool.ToLookup(GroupOf);
        int[] available = [.. Enumerable.Range(0, Count).Select(group => members[group].Count())];
        var drawn = new List<int>();
        for (int group = 0; group < Count; group++)
        {
            int quota = Quota(group, samples, isTraining);
            if (quota > available[group])
            {
                throw TooFew(group, samples, available, isTraining);
            }

            int[] order = [.. members[group]];
            CounterRandom.ForName(seed, string.Create(CultureInfo.InvariantCulture, $"data.{part}.{group}")).Shuffle<int>(order);
            drawn.AddRange(order.Take(quota));
        }

        return [.. drawn.Order()];
    }

    private bool Has(int picture, int attribute) => (pictures[picture].Attributes >> attribute & 1) != 0;

    /// <summary>How many samples a group has: classes have equally many, the first ones one more if they do not divide the number of samples.</summary>
    private int Quota(int group, int samples, bool isTraining)
    {
        int OfClass(int label) => (samples / spec.ClassCount) + (label < samples % spec.ClassCount ? 1 : 0);
        if (spec.Spurious is not { } spurious)
        {
            return OfClass(group);
        }

        int label = group / 2;
        int tied = (int)Math.Round(OfClass(label) * (isTraining ? spurious.Share : 0.5), MidpointRounding.AwayFromZero);
        return group % 2 == label ? tied : OfClass(label) - tied;
    }

    private BadInputException TooFew(int group, int samples, int[] available, bool isTraining)
    {
        bool Fits(int count) => Enumerable.Range(0, Count).All(one => Quota(one, count, isTraining) <= available[one]);
        int most = Math.Min(samples, available.Sum());
        while (!Fits(most))
        {
            most--;
        }

        string part = isTraining ? "train" : "test";
        return new BadInputException(
            $"data.{part}: {samples} samples need {Quota(group, samples, isTraining)} pictures of '{NameOf(group)}', but there are {available[group]} for this part. "
            + (most > 0 ? $"Use at most {most}, or other attributes." : "Use other attributes."));
    }

    private string NameOf(int group)
    {
        EquatableArray<string> classes = ClassNames.OfAttributes(spec.Attributes);
        return spec.Spurious is not { } spurious ? classes[group]
            : $"{classes[group / 2]}, {(group % 2 == 1 ? spurious.Positive : spurious.Negative ?? ClassNames.Without(spurious.Positive))}";
    }
}
