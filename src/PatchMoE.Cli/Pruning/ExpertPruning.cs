using PatchMoE.RandomNumbers;

namespace PatchMoE.Cli.Pruning;

/// <summary>
/// Smaller networks from a trained one: experts of the top layer are removed with their router rows, their neurons and the head's columns. An expert chooses its patches and
/// computes its outputs whatever the others do, so the logits are those of the whole network with the removed experts' head weights set to 0.
/// </summary>
internal static class ExpertPruning
{
    /// <summary>How far training moved each expert's router, ‖w_s − w_s(0)‖₂: one that has hardly moved has learned to choose nothing in particular.</summary>
    /// <param name="model">A network whose top layer's experts choose patches.</param>
    /// <param name="initial">The parameter buffer before training.</param>
    /// <param name="trained">The parameter buffer after it.</param>
    /// <returns>[k].</returns>
    public static double[] RouterMoves(ModelSpec model, ReadOnlySpan<float> initial, ReadOnlySpan<float> trained)
    {
        ParameterSpec router = Router(model);
        var moves = new double[TopLayer(model).Experts];
        int dimension = router.Length / moves.Length;
        for (int i = 0; i < router.Length; i++)
        {
            double move = (double)trained[router.Offset + i] - initial[router.Offset + i];
            moves[i / dimension] += move * move;
        }

        return Array.ConvertAll(moves, Math.Sqrt);
    }

    /// <summary>How much training changed the length of each expert's router, |‖w_s‖ − ‖w_s(0)‖|: the rank of Chowdhury et al. (ICML 2024).</summary>
    /// <param name="model">As in <see cref="RouterMoves"/>.</param>
    /// <param name="initial">As in <see cref="RouterMoves"/>.</param>
    /// <param name="trained">As in <see cref="RouterMoves"/>.</param>
    /// <returns>[k].</returns>
    public static double[] NormChanges(ModelSpec model, ReadOnlySpan<float> initial, ReadOnlySpan<float> trained)
    {
        var origin = new float[initial.Length];
        double[] before = RouterMoves(model, origin, initial);
        double[] after = RouterMoves(model, origin, trained);
        return [.. before.Zip(after, (first, last) => Math.Abs(last - first))];
    }

    /// <summary>The experts in the order of ascending values; among equal ones, the lower index first.</summary>
    public static int[] Ascending(IReadOnlyList<double> values) => [.. Enumerable.Range(0, values.Count).OrderBy(expert => values[expert])];

    /// <summary>The experts in an order drawn from a seed.</summary>
    /// <param name="experts">k.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="draw">Tells several draws apart.</param>
    public static int[] Drawn(int experts, ulong seed, int draw)
    {
        int[] order = [.. Enumerable.Range(0, experts)];
        CounterRandom.ForName(seed, FormattableString.Invariant($"prune.order.{draw}")).Shuffle<int>(order);
        return order;
    }

    /// <summary>The network with fewer experts in its top layer.</summary>
    /// <param name="model">The whole network.</param>
    /// <param name="experts">How many are left.</param>
    /// <exception cref="ArgumentException">There are fewer, none would be left, or the top layer's experts do not choose patches.</exception>
    public static ModelSpec WithExperts(ModelSpec model, int experts)
    {
        LayerSpec top = TopLayer(model);
        if (experts < 1 || experts > top.Experts)
        {
            throw new ArgumentException($"Keep 1 to {top.Experts} experts, not {experts}.", nameof(experts));
        }

        return model with { Layers = model.Layers.Take(model.Layers.Count - 1).Append(top with { Experts = experts }).ToEquatableArray() };
    }

    /// <summary>The parameter buffer of <see cref="WithExperts"/>.</summary>
    /// <param name="model">The whole network.</param>
    /// <param name="parameters">Its parameter buffer.</param>
    /// <param name="kept">The experts to keep, each once, ascending.</param>
    /// <exception cref="ArgumentException">As in <see cref="WithExperts"/>; or an expert does not exist, or they are not ascending.</exception>
    public static float[] Keep(ModelSpec model, ReadOnlySpan<float> parameters, IReadOnlyList<int> kept)
    {
        ModelSpec smaller = WithExperts(model, kept.Count);
        LayerSpec top = TopLayer(model);
        int experts = top.Experts;
        int places = top.Map ? model.LayerShapes()[model.Layers.Count - 1].Patches : 1;
        if (kept.Any(expert => expert < 0 || expert >= experts) || kept.Zip(kept.Skip(1)).Any(pair => pair.First >= pair.Second))
        {
            throw new ArgumentException($"The experts {string.Join(", ", kept)} are not indices below {experts} in ascending order.", nameof(kept));
        }

        EquatableArray<ParameterSpec> targets = smaller.Parameters();
        var result = new float[ModelParameters.BufferLength(targets)];
        foreach ((ParameterSpec source, ParameterSpec target) in model.Parameters().Zip(targets))
        {
            // Rows of tensors [rows, k, …] of which some are kept; a head on a map has a row for each class and place.
            (int rows, bool isPruned) = source.Role switch
            {
                ParameterRole.Head => (source.Shape[0] * places, true),
                ParameterRole.Router or ParameterRole.Experts or ParameterRole.ExpertsBias => (1, source.Layer == model.Layers.Count - 1),
                _ => (1, false),
            };
            ReadOnlySpan<float> from = parameters.Slice(source.Offset, source.Length);
            Span<float> to = result.AsSpan(target.Offset, target.Length);
            if (!isPruned)
            {
                from.CopyTo(to);
                continue;
            }

            int length = source.Length / rows / experts;
            for (int row = 0; row < rows; row++)
            {
                for (int i = 0; i < kept.Count; i++)
                {
                    from.Slice(((row * experts) + kept[i]) * length, length).CopyTo(to[(((row * kept.Count) + i) * length)..]);
                }
            }
        }

        return result;
    }

    private static LayerSpec TopLayer(ModelSpec model) => model.Layers.LastOrDefault() is { Routing: Routing.ExpertChoice } top
        ? top
        : throw new ArgumentException("Experts can be removed only where each of them chooses its patches.", nameof(model));

    private static ParameterSpec Router(ModelSpec model)
    {
        TopLayer(model);
        return model.Parameters().Single(parameter => parameter.Role == ParameterRole.Router && parameter.Layer == model.Layers.Count - 1);
    }
}
