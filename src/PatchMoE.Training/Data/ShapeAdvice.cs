namespace PatchMoE.Training.Data;

/// <summary>
/// What to do with inputs of a wrong shape, as numpy says it. Axes in another order are transposed; reshaping them would mix up the values, so it is advised
/// only where it does not.
/// </summary>
internal static class ShapeAdvice
{
    /// <summary>The advice, a sentence without its full stop.</summary>
    /// <param name="shape">The axes of the array, which are not those of a batch.</param>
    /// <param name="shapes">Those that a sample may have.</param>
    public static string For(IReadOnlyList<int> shape, InputShapes shapes) =>
        OneSample(shape, shapes) ?? OtherOrder(shape, shapes) ?? OtherChannels(shape, shapes) ?? Flat(shape, shapes)
        ?? $"Give arrays of that shape, or change model.input";

    private static string? OneSample(IReadOnlyList<int> shape, InputShapes shapes)
    {
        const string Problem = "This is one sample, and a batch is needed";
        if (shapes.All.Any(shape.SequenceEqual))
        {
            return $"{Problem}: save x[None] for a batch of one";
        }

        return shapes.All.Select(sample => Permutation(shape, sample, batch: false)).FirstOrDefault(order => order is not null) is { } order
            ? $"{Problem}, with the axes in another order: save {Transpose(order)}[None]"
            : null;
    }

    private static string? OtherOrder(IReadOnlyList<int> shape, InputShapes shapes) =>
        shapes.All.Select(sample => Permutation(shape, sample, batch: true)).FirstOrDefault(order => order is not null) is { } order
            ? $"The axes are in another order{(shapes.AreImages ? "; channels come last" : "")}: save {Transpose(order)}"
            : null;

    private static string? OtherChannels(IReadOnlyList<int> shape, InputShapes shapes)
    {
        if (!shapes.AreImages || shape.Count is not (3 or 4) || !shape.Skip(1).Take(2).SequenceEqual(shapes.Sample.Take(2)))
        {
            return null;
        }

        (int given, int wanted) = (shape.Count == 3 ? 1 : shape[3], shapes.Sample[2]);
        string change = (given, wanted) switch
        {
            (1, _) => $"For the same value in every channel, save np.repeat({(shape.Count == 3 ? "x[..., None]" : "x")}, {wanted}, axis=-1)",
            (3 or 4, 1) => "For grey values, save x[..., :3].mean(axis=-1).astype(x.dtype)",
            (4, 3) => "Without the fourth channel, save x[..., :3]",
            _ => "Give images of that many channels",
        };
        return $"{change}; or train a network with model.input.channels = {given}";
    }

    /// <summary>Samples with axes run together, or with axes of size 1 that the model does not have.</summary>
    private static string? Flat(IReadOnlyList<int> shape, InputShapes shapes)
    {
        int[] sample = shapes.Sample;
        string reshape = $"x.reshape(-1, {string.Join(", ", sample)})";
        if (shape.Count > 0 && shape.Skip(1).Where(size => size != 1).SequenceEqual(sample.Where(size => size != 1)))
        {
            return $"Save {reshape}";
        }

        if (shape.Count is not (1 or 2) || shape[^1] != sample.Aggregate(1L, (product, size) => product * size))
        {
            return null;
        }

        return shapes.AreImages && sample[2] > 1
            ? $"If the channels of a pixel are side by side, save {reshape}; if each channel is an image of its own, one after the other, save x.reshape(-1, {sample[2]}, {sample[0]}, {sample[1]}).transpose(0, 2, 3, 1)"
            : $"If each sample is written {(shapes.AreImages ? "row by row" : "vector by vector")}, save {reshape}";
    }

    /// <summary>
    /// The order of the axes that makes a sample, or a batch of samples, of an array; null if there is none. Of several, the one that changes least, so rows stay
    /// before columns.
    /// </summary>
    private static int[]? Permutation(IReadOnlyList<int> shape, int[] sample, bool batch)
    {
        int rank = sample.Length + (batch ? 1 : 0);
        return shape.Count != rank ? null : Permutations(rank)
            .Where(order => order.Skip(rank - sample.Length).Select(axis => shape[axis]).SequenceEqual(sample))
            .MinBy(Inversions);
    }

    private static IEnumerable<int[]> Permutations(int count) => count == 0
        ? [[]]
        : Permutations(count - 1).SelectMany(order => Enumerable.Range(0, count).Select(at => (int[])[.. order[..at], count - 1, .. order[at..]]));

    private static int Inversions(int[] order) =>
        Enumerable.Range(0, order.Length).Sum(i => order[i..].Count(later => later < order[i]));

    private static string Transpose(int[] order) => $"x.transpose({string.Join(", ", order)})";
}
