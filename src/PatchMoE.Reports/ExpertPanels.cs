using PatchMoE.Reports.Charts;

namespace PatchMoE.Reports;

/// <summary>
/// What each expert of a layer took of an image, a panel for each expert: bright where it looked, brighter where the gates of the windows over a pixel add up to more.
/// Frames of many experts on windows that overlap cannot be told apart; panels can.
/// </summary>
internal static class ExpertPanels
{
    /// <summary>The most panels of a sample; of more experts, those with the largest gates are shown.</summary>
    public const int MostPanels = 16;

    private const double Darkest = 0.25;
    private const double Glow = 0.3;

    /// <summary>The experts that are shown, in their order.</summary>
    /// <param name="model">The network.</param>
    /// <param name="choices">What was taken.</param>
    public static int[] Shown(ModelSpec model, LayerChoices choices)
    {
        int experts = model.Layers[choices.Layer].Experts;
        var sums = new double[experts];
        foreach (TakenWindow window in choices.Samples.SelectMany(sample => sample))
        {
            sums[window.Expert] += window.Gate;
        }

        return [.. Enumerable.Range(0, experts).OrderByDescending(expert => sums[expert]).Take(MostPanels).Order()];
    }

    /// <summary>The panel of an expert for a sample, a PNG file, and whether the expert took any window of it.</summary>
    /// <param name="model">The network.</param>
    /// <param name="choices">What was taken.</param>
    /// <param name="samples">The samples of the choices.</param>
    /// <param name="sample">The index of the sample.</param>
    /// <param name="expert">The expert.</param>
    public static (byte[] Picture, bool TookAny) Panel(ModelSpec model, LayerChoices choices, IReadOnlyList<RoutedSample> samples, int sample, int expert)
    {
        TakenWindow[] windows = [.. choices.Samples[sample].Where(window => window.Expert == expert)];
        return (Draw(model, samples[sample], Heat(model, choices.Layer, windows), expert), windows.Length > 0);
    }

    /// <summary>How much an expert looked at each pixel: [height, width], 0 to 1.</summary>
    /// <param name="model">The network.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="windows">The windows that the expert took.</param>
    public static double[] Heat(ModelSpec model, int layer, IEnumerable<TakenWindow> windows)
    {
        var image = (ImageInputSpec)model.Input;
        var heat = new double[image.Height * image.Width];
        foreach (TakenWindow window in windows)
        {
            ReceptiveField field = ReceptiveField.Of(model, layer, window.Patch);
            for (int y = field.Y; y < field.Y + field.Height; y++)
            {
                for (int x = field.X; x < field.X + field.Width; x++)
                {
                    heat[(y * image.Width) + x] += window.Gate;
                }
            }
        }

        double most = heat.Max();
        return most > 0 ? [.. heat.Select(value => value / most)] : heat;
    }

    /// <summary>The picture of a sample in the light of the expert's choices, a PNG file.</summary>
    /// <param name="model">The network.</param>
    /// <param name="sample">The sample.</param>
    /// <param name="heat">See <see cref="Heat"/>.</param>
    /// <param name="expert">The expert, whose colour the light has.</param>
    public static byte[] Draw(ModelSpec model, RoutedSample sample, double[] heat, int expert)
    {
        var layout = new PatchLayout(model.Input);
        byte[] pixels = layout.Pixels(sample.Input);
        (byte Red, byte Green, byte Blue) colour = Palette.Rgb(expert);
        var lit = new byte[layout.Width * layout.Height * 3];
        for (int i = 0; i < heat.Length; i++)
        {
            for (int c = 0; c < 3; c++)
            {
                double pixel = pixels[(i * layout.Channels) + (c % layout.Channels)];
                double tint = c switch { 0 => colour.Red, 1 => colour.Green, _ => colour.Blue };
                double light = (pixel * (Darkest + ((1 - Darkest) * heat[i]))) + (tint * Glow * heat[i]);
                lit[(i * 3) + c] = (byte)Math.Min(255, Math.Round(light));
            }
        }

        return PngImage.Encode(lit, layout.Width, layout.Height, 3);
    }
}
