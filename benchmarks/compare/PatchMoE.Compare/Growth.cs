using PatchMoE.Reports.Charts;

namespace PatchMoE.Compare;

/// <summary>One point of a series.</summary>
/// <param name="Size">The size that is doubled.</param>
/// <param name="Forward">The shortest time of a forward pass in seconds.</param>
/// <param name="Step">The shortest time of a training step in seconds.</param>
/// <param name="Cost">What the step must compute and move.</param>
internal sealed record GrowthPoint(int Size, double Forward, double Step, PassCost Cost);

/// <summary>Times while one size is doubled.</summary>
/// <param name="Name">B, n, k, l or M.</param>
/// <param name="Base">The other sizes.</param>
/// <param name="Points">The points, smallest first.</param>
internal sealed record GrowthSeries(string Name, string Base, IReadOnlyList<GrowthPoint> Points)
{
    public double ForwardExponent => PowerLaw.Fit([.. Points.Select(point => ((double)point.Size, point.Forward))]).Exponent;

    public double StepExponent => PowerLaw.Fit([.. Points.Select(point => ((double)point.Size, point.Step))]).Exponent;

    /// <summary>The exponent of each doubling for a step: log₂ of the ratio of two neighbouring times.</summary>
    public IEnumerable<double> StepDoublings => Points.Zip(Points.Skip(1), (small, large) => Math.Log2(large.Step / small.Step));
}

/// <summary>How time grows with each size of a network of one layer on an image: each is doubled four times.</summary>
internal static class Growth
{
    private const int Doublings = 4;

    // A series' networks are timed in turns, so that a slow minute of the machine does not affect just one of them.
    private const int Rounds = 7;

    public static IReadOnlyList<GrowthSeries> Measure(PatchMoESpec spec, int batch, int threads, TextWriter progress)
    {
        if (spec.Model is not { Input: ImageInputSpec, Layers: [{ Routing: Routing.ExpertChoice }] })
        {
            throw new BadInputException($"{spec.Name}: growth is measured on an image with one expertChoice layer. Use specs/wide.json.");
        }

        // An expert cannot take more patches than there are, so l grows where there are enough.
        PatchMoESpec tall = Taller(spec, Math.Max(1, spec.Model.Layers[0].PatchesPerExpert * (1 << Doublings) / Patches(spec)));
        return
        [
            Series("B", spec, batch, factor => (spec, batch * factor)),
            Series("n", spec, Patches(spec), factor => (Taller(spec, factor), batch)),
            Series("k", spec, spec.Model.Layers[0].Experts, factor => (With(spec, layer => layer with { Experts = layer.Experts * factor }), batch)),
            Series("l", tall, spec.Model.Layers[0].PatchesPerExpert, factor => (With(tall, layer => layer with { PatchesPerExpert = layer.PatchesPerExpert * factor }), batch)),
            Series("M", spec, spec.Model.Layers[0].NeuronsPerExpert, factor => (With(spec, layer => layer with { NeuronsPerExpert = layer.NeuronsPerExpert * factor }), batch)),
        ];

        GrowthSeries Series(string name, PatchMoESpec from, int size, Func<int, (PatchMoESpec Spec, int Batch)> grow)
        {
            progress.WriteLine($"{name}: {1 + Doublings} sizes, {Rounds} rounds");
            var sizes = new List<GrowingSize>();
            try
            {
                for (int factor = 1; factor <= 1 << Doublings; factor *= 2)
                {
                    (PatchMoESpec grown, int samples) = grow(factor);
                    sizes.Add(new GrowingSize(size * factor, new Passes(grown, samples, threads), samples));
                }

                for (int round = 0; round < Rounds; round++)
                {
                    sizes.ForEach(one => one.TakeTurn());
                }

                var series = new GrowthSeries(name, Describe(from, batch), [.. sizes.Select(one => one.Point)]);
                foreach (GrowthPoint point in series.Points)
                {
                    progress.WriteLine(FormattableString.Invariant($"{name} = {point.Size}: forward {point.Forward * 1e3:0.00} ms, step {point.Step * 1e3:0.00} ms"));
                }

                return series;
            }
            finally
            {
                sizes.ForEach(one => one.Dispose());
            }
        }
    }

    private static int Patches(PatchMoESpec spec) => spec.Model.LayerShapes()[0].Patches;

    /// <summary>Multiplies the number of rows of patches, for patches that tile the image.</summary>
    private static PatchMoESpec Taller(PatchMoESpec spec, int factor)
    {
        var image = (ImageInputSpec)spec.Model.Input;
        return spec with { Model = spec.Model with { Input = image with { Height = image.Height * factor } } };
    }

    private static PatchMoESpec With(PatchMoESpec spec, Func<LayerSpec, LayerSpec> change) =>
        spec with { Model = spec.Model with { Layers = spec.Model.Layers.Select(change).ToEquatableArray() } };

    private static string Describe(PatchMoESpec spec, int batch)
    {
        LayerShape shape = spec.Model.LayerShapes()[0];
        return $"B = {batch}, n = {shape.Patches}, d = {shape.Dimension}, k = {shape.Experts}, l = {shape.PatchesPerExpert}, M = {shape.Neurons}";
    }
}
