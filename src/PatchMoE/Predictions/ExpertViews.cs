namespace PatchMoE;

/// <summary>The routes of one sample in layer 0, as <see cref="IPatchMoEModel.Route"/> writes them; empty if it is dense.</summary>
/// <param name="Patches">Routes: patches; of token choice and sample routing, experts.</param>
/// <param name="Scores">The score of each.</param>
/// <param name="Gates">The gate value of each.</param>
internal sealed record Routes(int[] Patches, float[] Scores, float[] Gates);

/// <summary>What each expert of layer 0 saw, from the routes.</summary>
internal static class ExpertViews
{
    /// <summary>The views of one sample.</summary>
    /// <param name="model">The model.</param>
    /// <param name="input">The sample, normalised.</param>
    /// <param name="routes">Its routes.</param>
    /// <param name="predicted">The index of the predicted class.</param>
    /// <param name="lengths">Valid patches, one count for each group; empty if all are valid.</param>
    public static EquatableArray<ExpertView> Of(IPatchMoEModel model, ReadOnlySpan<float> input, Routes routes, int predicted, ReadOnlySpan<int> lengths)
    {
        ModelSpec spec = model.Spec.Model;
        LayerShape shape = spec.LayerShapes()[0];
        bool contributes = spec.Layers is [{ Map: false }];
        Contributions contributions = contributes ? new Contributions(model, predicted) : default;
        var views = new List<ExpertView>();
        for (int group = 0; group < shape.Instances; group++)
        {
            int valid = lengths.IsEmpty ? shape.Patches : lengths[group];
            foreach (Seen seen in InGroup(spec, shape, routes, group, valid))
            {
                var patches = new TakenPatch[seen.Patches.Length];
                for (int i = 0; i < patches.Length; i++)
                {
                    PatchPlace place = PatchPlace.Of(spec.Input, group, seen.Patches[i]);
                    float? contribution = contributes ? contributions.Of(input, seen.Expert, place, seen.Gates[i], seen.Patches.Length) : null;
                    patches[i] = new TakenPatch(place, seen.Scores[i], seen.Gates[i], contribution);
                }

                views.Add(new ExpertView(seen.Expert, group, [.. patches]));
            }
        }

        return [.. views];
    }

    private static IEnumerable<Seen> InGroup(ModelSpec spec, LayerShape shape, Routes routes, int group, int valid)
    {
        switch (spec.Layers[0].Routing)
        {
            case Routing.Dense:
                return Enumerable.Range(0, shape.Experts).Select(expert => All(expert, valid, score: 0, gate: 1));
            case Routing.Sample:
                return routes.Patches[group] < 0 ? [] : [All(routes.Patches[group], valid, routes.Scores[group], routes.Gates[group])];
            case Routing.TokenChoice:
                return OfTokens(RouteLayout.Of(spec), shape, routes, group);
            default:
                int taken = shape.PatchesPerExpert;
                return Enumerable.Range(0, shape.Experts).Select(expert =>
                {
                    int first = ((group * shape.Experts) + expert) * taken;
                    int count = routes.Patches.AsSpan(first, taken).IndexOf(-1) is int end and >= 0 ? end : taken;
                    Range own = first..(first + count);
                    return new Seen(expert, routes.Patches[own], routes.Scores[own], routes.Gates[own]);
                });
        }
    }

    /// <summary>What each expert took of the patches that chose it, the largest score first.</summary>
    private static IEnumerable<Seen> OfTokens(RouteLayout layout, LayerShape shape, Routes routes, int group)
    {
        ILookup<int, int> byExpert = Enumerable.Range(group * layout.Length, layout.Length)
            .Where(route => routes.Patches[route] >= 0)
            .OrderByDescending(route => routes.Scores[route])
            .ToLookup(route => routes.Patches[route]);
        return Enumerable.Range(0, shape.Experts).Select(expert => new Seen(
            expert,
            [.. byExpert[expert].Select(route => layout.At(route - (group * layout.Length), expert).Patch)],
            [.. byExpert[expert].Select(route => routes.Scores[route])],
            [.. byExpert[expert].Select(route => routes.Gates[route])]));
    }

    private static Seen All(int expert, int patches, float score, float gate) =>
        new(expert, [.. Enumerable.Range(0, patches)], [.. Enumerable.Repeat(score, patches)], [.. Enumerable.Repeat(gate, patches)]);

    private sealed record Seen(int Expert, int[] Patches, float[] Scores, float[] Gates);
}
