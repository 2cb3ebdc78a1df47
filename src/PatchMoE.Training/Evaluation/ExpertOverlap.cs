namespace PatchMoE.Training.Evaluation;

/// <summary>Counts, instance by instance, which patches the experts of layer 0 take, and which of them two take together. For sample routing an instance is one patch.</summary>
/// <param name="model">The network.</param>
internal sealed class ExpertOverlap(ModelSpec model)
{
    private readonly RouteLayout _layout = RouteLayout.Of(model);
    private readonly bool _isSample = model.Layers[0].Routing == Routing.Sample;
    private readonly int _experts = model.Layers[0].Experts;
    private readonly bool[] _takes = new bool[model.LayerShapes()[0].Patches * model.Layers[0].Experts];
    private readonly long[,] _together = new long[model.Layers[0].Experts, model.Layers[0].Experts];

    /// <summary>[k], the patches that each expert has taken.</summary>
    public long[] Taken { get; } = new long[model.Layers[0].Experts];

    /// <summary>The patches that at least one expert has taken.</summary>
    public long Covered { get; private set; }

    /// <summary>Adds an instance.</summary>
    /// <param name="routes">Its routes, −1 for none.</param>
    public void Add(ReadOnlySpan<int> routes)
    {
        Array.Clear(_takes);
        for (int i = 0; i < routes.Length; i++)
        {
            if (routes[i] >= 0)
            {
                (int expert, int patch) = _isSample ? (routes[i], 0) : _layout.At(i, routes[i]);
                _takes[(patch * _experts) + expert] = true;
            }
        }

        for (int at = 0; at < _takes.Length; at += _experts)
        {
            ReadOnlySpan<bool> takers = _takes.AsSpan(at, _experts);
            Covered += takers.Contains(true) ? 1 : 0;
            for (int s = 0; s < takers.Length; s++)
            {
                for (int other = 0; takers[s] && other < takers.Length; other++)
                {
                    _together[s, other] += takers[other] ? 1 : 0;
                }

                Taken[s] += takers[s] ? 1 : 0;
            }
        }
    }

    /// <summary>The share of their patches that two experts take together, of the one with more of them; 0 where one takes none.</summary>
    public double Between(int one, int other) =>
        Taken[one] == 0 || Taken[other] == 0 ? 0 : Math.Min((double)_together[one, other] / Taken[one], (double)_together[one, other] / Taken[other]);
}
