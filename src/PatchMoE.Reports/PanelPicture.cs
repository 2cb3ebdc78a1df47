using PatchMoE.Reports.Charts;

namespace PatchMoE.Reports;

/// <summary>What the experts of layers took, as one SVG file: for each layer a row for each sample, with its picture and a panel for each expert.</summary>
internal static class PanelPicture
{
    private const double PanelSize = 96;
    private const double Gap = 10;
    private const double Edge = 16;
    private const double CaptionHeight = 20;
    private const int PanelsInARow = 9;

    /// <summary>Draws the layers one below the other.</summary>
    /// <param name="model">The network; its input is an image.</param>
    /// <param name="layers">What was taken, layer by layer.</param>
    /// <param name="samples">The samples.</param>
    /// <param name="classes">The names of the classes; null to show the labels.</param>
    public static string Draw(ModelSpec model, IReadOnlyList<LayerChoices> layers, IReadOnlyList<RoutedSample> samples, IReadOnlyList<string>? classes)
    {
        var layout = new PatchLayout(model.Input);
        double scale = PanelSize / Math.Max(layout.Width, layout.Height);
        (double width, double height) = (layout.Width * scale, layout.Height * scale);
        int[][] experts = [.. layers.Select(choices => ExpertPanels.Shown(model, choices))];
        int[] rows = [.. experts.Select(shown => (shown.Length + PanelsInARow) / PanelsInARow)];
        double rowHeight = height + CaptionHeight + 4;
        double sampleGap = 8;
        double total = layers.Select((_, i) => 34 + (samples.Count * ((rows[i] * rowHeight) + sampleGap))).Sum();
        var svg = new SvgDocument("Windows that each expert took", (2 * Edge) + (PanelsInARow * (width + Gap)) - Gap, Edge + total + Edge);
        double y = Edge;
        for (int i = 0; i < layers.Count; i++)
        {
            svg.Heading(Edge, y + 14, [layers[i].Layer == 0 ? "Layer 0: the patches that each expert took" : $"Layer {layers[i].Layer}: the pixels below the windows that each expert took"]);
            y += 34;
            for (int sample = 0; sample < samples.Count; sample++)
            {
                Place(svg, 0, y, layout.Png(samples[sample].Input), Caption(model, samples[sample], classes));
                for (int panel = 0; panel < experts[i].Length; panel++)
                {
                    int expert = experts[i][panel];
                    (byte[] picture, bool tookAny) = ExpertPanels.Panel(model, layers[i], samples, sample, expert);
                    Place(svg, panel + 1, y, picture, tookAny ? $"expert {expert}" : $"expert {expert}: none");
                }

                y += (rows[i] * rowHeight) + sampleGap;
            }
        }

        return svg.ToString();

        void Place(SvgDocument document, int panel, double top, byte[] png, string caption)
        {
            double left = Edge + (panel % PanelsInARow * (width + Gap));
            double down = top + (panel / PanelsInARow * rowHeight);
            document.Add($"<image x=\"{left}\" y=\"{down}\" width=\"{width}\" height=\"{height}\" preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\" href=\"data:image/png;base64,{Convert.ToBase64String(png)}\"/>");
            document.Add($"<g><title>{caption}</title>");
            document.Label(left, down + height + 14, TextWidth.Fit(caption, width + Gap));
            document.Add($"</g>");
        }
    }

    private static string Caption(ModelSpec model, RoutedSample sample, IReadOnlyList<string>? classes)
    {
        string predicted = RoutePicture.PlainName(model, sample.Prediction, classes);
        return sample.Label is not { } label ? predicted
            : label == sample.Prediction ? $"{predicted} ✓" : $"{RoutePicture.PlainName(model, label, classes)}: {predicted} ✗";
    }
}
