namespace PatchMoE.Compare;

/// <summary>One point of a series.</summary>
/// <param name="Size">The size that is doubled.</param>
/// <param name="Forward">Seconds of a forward pass.</param>
/// <param name="Step">Seconds of a training step.</param>
/// <param name="Cost">What the step must compute and move.</param>
internal sealed record GrowthPoint(int Size, double Forward, double Step, PassCost Cost);

/// <summary>Times while one size is doubled.</summary>
/// <param name="Name">B, n, k, l or M.</param>
/// <param name="Base">What the others are.</param>
/// <param name="Points">From the smallest.</param>
internal sealed record GrowthSeries(string Name, string Base, IReadOnlyList<GrowthPoint> Points)
{
    public double ForwardExponent => PowerFit.Of([.. Points.Select(point => ((double)point.Size, point.Forward))]).Exponent;

    public double StepExponent => PowerFit.Of([.. Points.Select(point => ((double)point.Size, point.Step))]).Exponent;

    /// <summary>The exponent of each doubling of a step: log₂ of the ratio of two neighbours' times.</summary>
    public IEnumerable<double> StepDoublings => Points.Zip(Points.Skip(1), (small, large) => Math.Log2(large.Step / small.Step));
}

/// <summary>How time grows with each size of a network of one layer on an image: each is doubled four times.</summary>
internal static class Growth
{
    private const int Doublings = 4;
    private const int Runs = 21;

    public static IReadOnlyList<GrowthSeries> Measure(PatchMoESpec spec, int batch, int threads, TextWriter progress)
    {
        if (spec.Model is not { Input: ImageInputSpec, Layers: [{ Routing: Routing.ExpertChoice }] })
        {
            throw new BadInputException($"{spec.Name}: growth is measured on an image with one expertChoice layer. Use specs/wide.json.");
        }

        // An expert cannot take more patches than there are, so l grows among enough of them.
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
            var points = new List<GrowthPoint>();
            for (int factor = 1; factor <= 1 << Doublings; factor *= 2)
            {
                (PatchMoESpec grown, int samples) = grow(factor);
                points.Add(Time(grown, size * factor, samples, threads));
                progress.WriteLine(FormattableString.Invariant($"{name} = {size * factor}: forward {points[^1].Forward * 1e3:0.00} ms, step {points[^1].Step * 1e3:0.00} ms"));
            }

            return new GrowthSeries(name, Describe(from, batch), points);
        }
    }

    private static GrowthPoint Time(PatchMoESpec spec, int size, int batch, int threads)
    {
        using var passes = new Passes(spec, batch, threads);
        return new GrowthPoint(
            size, PassTimer.Measure(passes.Forward, Runs).Median, PassTimer.Measure(passes.Step, Runs).Median, passes.Cost.Step(batch));
    }

    private static int Patches(PatchMoESpec spec) => spec.Model.LayerShapes()[0].Patches;

    /// <summary>So many times as many rows of patches, for patches that tile the image.</summary>
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
