using PatchMoE.Reports.Charts;

namespace PatchMoE.Compare;

/// <summary>A sparse layer's time and what it computes while its experts take more windows.</summary>
/// <param name="Layer">Its sizes.</param>
/// <param name="Below">The time and cost of the network without the layer; the size is 0.</param>
/// <param name="Points">The network with it, by l, smallest first.</param>
internal sealed record ShareSeries(LayerShape Layer, GrowthPoint Below, IReadOnlyList<GrowthPoint> Points)
{
    public double ForwardExponent => Exponent(point => point.Forward);

    public double StepExponent => Exponent(point => point.Step);

    /// <summary>That of the layer's FLOPs in a step: the router's scores of all windows do not fall with l.</summary>
    public double FlopsExponent => Exponent(point => point.Cost.Flops);

    /// <summary>What a point has more than the network without the layer.</summary>
    public double OfLayer(GrowthPoint point, Func<GrowthPoint, double> value) => value(point) - value(Below);

    private double Exponent(Func<GrowthPoint, double> value) => PowerLaw.Fit([.. Points.Select(point => ((double)point.Size, OfLayer(point, value)))]).Exponent;
}

/// <summary>How the time of a stack's first sparse layer falls with the share l/n of windows that each expert takes: that of the stack up to the layer less that of the stack below it.</summary>
internal static class ShareOfWindows
{
    private const int Rounds = 7;

    private static readonly int[] s_parts = [16, 8, 4, 2, 1];

    public static ShareSeries Measure(PatchMoESpec spec, int batch, int threads, TextWriter progress)
    {
        int sparse = spec.Model.Layers.Select((layer, i) => layer.Routing == Routing.ExpertChoice && layer.Window is not null ? i : -1).FirstOrDefault(i => i > 0);
        if (sparse == 0)
        {
            throw new BadInputException($"{spec.Name}: no expertChoice layer cuts a map. Use specs/fashion-stack.json.");
        }

        LayerShape shape = spec.Model.LayerShapes()[sparse];
        LayerSpec layer = spec.Model.Layers[sparse] with { Map = false };
        LayerSpec[] below = [.. spec.Model.Layers.Take(sparse)];
        var networks = new List<GrowingSize>();
        try
        {
            // Below the layer all is the same, except that the head reads a pooled vector in both.
            networks.Add(Network(0, [.. below.SkipLast(1), below[^1] with { Map = false }]));
            foreach (int part in s_parts)
            {
                int taken = Math.Max(1, (int)Math.Round((double)shape.Patches / part));
                networks.Add(Network(taken, [.. below, layer with { PatchesPerExpert = taken }]));
            }

            for (int round = 0; round < Rounds; round++)
            {
                networks.ForEach(one => one.TakeTurn());
                progress.WriteLine($"share of windows: round {round + 1} of {Rounds}");
            }

            return new ShareSeries(shape, networks[0].Point, [.. networks.Skip(1).Select(one => one.Point)]);
        }
        finally
        {
            networks.ForEach(one => one.Dispose());
        }

        GrowingSize Network(int size, LayerSpec[] layers) =>
            new(size, new Passes(spec with { Model = spec.Model with { Layers = layers.ToEquatableArray() } }, batch, threads), batch);
    }
}
