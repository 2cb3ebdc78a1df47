namespace PatchMoE.Reference;

/// <summary>
/// How far apart scores were where their order decided something: what was chosen, the order of what was chosen, or which pairs an expert had room for. Other
/// arithmetic may decide differently where a gap is near its rounding error. Scores that are exactly equal do not count: their order is defined.
/// </summary>
internal static class ScoreGaps
{
    /// <summary>The smallest gap in any layer, relative to the layer's largest absolute score; infinity if nothing was decided.</summary>
    public static double Smallest(ModelSpec model, SamplePass[] passes) => model.Layers
        .Select((layer, i) => OfLayer(layer, [.. passes.SelectMany(pass => pass.Layers[i]).Select(group => group.Assignment)]))
        .DefaultIfEmpty(double.PositiveInfinity)
        .Min();

    private static double OfLayer(LayerSpec layer, Assignment[] assignments)
    {
        double largest = assignments.SelectMany(assignment => assignment.Scores).SelectMany(row => row).Select(Math.Abs).DefaultIfEmpty().Max();
        IEnumerable<double> choices = assignments.SelectMany(assignment => layer.Routing switch
        {
            Routing.ExpertChoice => assignment.Scores.Select(row => OfBest(row, layer.PatchesPerExpert)),
            Routing.Sample => [OfBest([.. assignment.Scores.Select(score => score[0])], 1)],
            Routing.TokenChoice => assignment.Choices!.Experts.Select((_, j) => OfBest(TokenChoiceRouter.OfPatch(assignment.Scores, j), layer.Choice!.ExpertsPerPatch)),
            _ => [],
        });
        IEnumerable<double> places = layer.Choice is { CapacityFactor: not null, Priority: Priority.Score } ? assignments.SelectMany(OfPlaces) : [];
        return choices.Select(gap => gap / largest).Concat(places).DefaultIfEmpty(double.PositiveInfinity).Min();
    }

    /// <summary>The smallest gap among the best <paramref name="count"/> scores and the next one.</summary>
    private static double OfBest(double[] scores, int count)
    {
        double[] sorted = [.. scores.OrderDescending().Take(count + 1)];
        return sorted.Zip(sorted.Skip(1), (high, low) => high - low).Where(gap => gap > 0).DefaultIfEmpty(double.PositiveInfinity).Min();
    }

    /// <summary>
    /// For each rank and expert, the gap between the priorities of the last patch that it took and the first that it had no room for, relative to the former. Equal priorities are a
    /// tie; but those of the same scores in another order are sums that may be rounded differently elsewhere: their gap is 0.
    /// </summary>
    private static IEnumerable<double> OfPlaces(Assignment assignment)
    {
        TokenChoices choices = assignment.Choices!;
        return from pair in choices.Experts.SelectMany((experts, j) => experts.Select((expert, rank) => (j, rank, expert)))
               let taken = choices.Taken[pair.j][pair.rank]
               let scores = TokenChoiceRouter.OfPatch(assignment.Scores, pair.j)
               let priority = Softmax.Forward(scores).Max()
               group (taken, priority, scores) by (pair.rank, pair.expert) into rivals
               where rivals.Any(rival => rival.taken) && rivals.Any(rival => !rival.taken)
               let last = rivals.Where(rival => rival.taken).Min(rival => rival.priority)
               let first = rivals.Where(rival => !rival.taken).Max(rival => rival.priority)
               where last > first || rivals.Where(rival => rival.priority == last).Any(rival => IsReordered(rival.scores, rivals.First(one => one.priority == last).scores))
               select (last - first) / last;
    }

    /// <summary>Whether two patches have the same scores, relative to the largest, in different orders.</summary>
    private static bool IsReordered(double[] a, double[] b)
    {
        double[] x = [.. a.Select(score => score - a.Max())];
        double[] y = [.. b.Select(score => score - b.Max())];
        return !x.SequenceEqual(y) && x.Order().SequenceEqual(y.Order());
    }
}
