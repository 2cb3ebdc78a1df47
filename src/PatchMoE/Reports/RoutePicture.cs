using System.Globalization;
using System.Text;

namespace PatchMoE;

/// <summary>
/// Draws which patches each expert of layer 0 took, as SVG: the sample's pixels, a frame in the expert's colour around each chosen patch (stronger for a
/// larger gate), and a dashed black and white frame around the patch that decides the class.
/// </summary>
public static class RoutePicture
{
    private const int SampleSize = 224;
    private const int Margin = 16;
    private const int CaptionHeight = 24;
    private const int LegendHeight = 30;
    private const double FrameStep = 3;
    private const string DiscriminativeText = "patch that decides the class";
    private const string GateText = "stronger line: larger gate";

    /// <summary>Draws samples side by side.</summary>
    /// <param name="model">The network.</param>
    /// <param name="samples">The samples with their routes.</param>
    /// <param name="columns">Samples in a row of the picture, ≥ 1.</param>
    /// <returns>An SVG document that holds all it needs.</returns>
    public static string Draw(ModelSpec model, IReadOnlyList<RoutedSample> samples, int columns = 4)
    {
        var layout = new PatchLayout(model.Input);
        double scale = Scale(layout);
        (double cellWidth, double cellHeight) = ((layout.Width * scale) + Margin, (layout.Height * scale) + CaptionHeight + Margin);
        int rows = (samples.Count + columns - 1) / columns;
        bool isKnown = samples.Any(sample => sample.DiscriminativePatch >= 0);
        double width = Math.Max(Margin + (Math.Min(columns, samples.Count) * cellWidth), (2 * Margin) + LegendWidth(model, isKnown));
        double height = LegendHeight + Margin + (rows * cellHeight);

        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:0.#} {height:0.#}" width="{width:0.#}" height="{height:0.#}" font-family="system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif" font-size="12" fill="{Palette.Ink}" role="img">
            <title>Patches that each expert took</title>
            <rect width="100%" height="100%" fill="#ffffff"/>

            """);
        DrawLegend(svg, model, isKnown);
        float strongest = samples.SelectMany(sample => sample.Gates).DefaultIfEmpty(1).Max();
        for (int i = 0; i < samples.Count; i++)
        {
            double x = Margin + (i % columns * cellWidth);
            double y = LegendHeight + Margin + (i / columns * cellHeight);
            svg.Append(CultureInfo.InvariantCulture, $"<g transform=\"translate({x:0.##} {y:0.##})\">\n");
            DrawSample(svg, model, layout, scale, samples[i], strongest);
            svg.Append("</g>\n");
        }

        return svg.Append("</svg>\n").ToString();
    }

    /// <summary>Small samples grow by a whole factor, so that pixels stay square and sharp; large ones shrink.</summary>
    private static double Scale(PatchLayout layout)
    {
        double scale = (double)SampleSize / Math.Max(layout.Width, layout.Height);
        return scale >= 1 ? Math.Floor(scale) : scale;
    }

    private static void DrawSample(StringBuilder svg, ModelSpec model, PatchLayout layout, double scale, RoutedSample sample, float strongest)
    {
        (double width, double height) = (layout.Width * scale, layout.Height * scale);
        string png = Convert.ToBase64String(PngImage.Encode(layout.Pixels(sample.Input), layout.Width, layout.Height, layout.Channels));
        svg.Append(CultureInfo.InvariantCulture, $"""
            <image width="{width:0.##}" height="{height:0.##}" preserveAspectRatio="none" style="image-rendering:pixelated" href="data:image/png;base64,{png}"/>

            """);
        if (model.Layers[0].Routing == Routing.Sample)
        {
            DrawFrame(svg, 0, 0, width, height, inset: 0, sample.Routes[0], Strength(sample.Gates[0], strongest));
        }
        else
        {
            DrawRoutes(svg, model.LayerShapes()[0], layout, scale, sample, strongest);
        }

        if (sample.DiscriminativePatch >= 0)
        {
            (int x, int y) = layout.Place(0, sample.DiscriminativePatch);
            DrawDiscriminative(svg, x * scale, y * scale, layout.PatchWidth * scale, layout.PatchHeight * scale);
        }

        bool isRight = sample.Prediction == sample.Label;
        svg.Append(CultureInfo.InvariantCulture, $"""
            <text x="0" y="{height + 16:0.##}">label {Name(model, sample.Label)}, <tspan{(isRight ? "" : $" fill=\"{Palette.Wrong}\" font-weight=\"600\"")}>predicted {Name(model, sample.Prediction)} {(isRight ? "✓" : "✗")}</tspan></text>

            """);
    }

    private static void DrawRoutes(StringBuilder svg, LayerShape layer, PatchLayout layout, double scale, RoutedSample sample, float strongest)
    {
        // Frames of experts that took the same patch lie inside each other.
        var framesAt = new Dictionary<(int Group, int Patch), int>();
        for (int route = 0; route < sample.Routes.Length; route++)
        {
            int patch = sample.Routes[route];
            if (patch < 0)
            {
                continue;
            }

            int group = route / (layer.Experts * layer.PatchesPerExpert);
            int expert = route / layer.PatchesPerExpert % layer.Experts;
            int depth = framesAt.GetValueOrDefault((group, patch));
            framesAt[(group, patch)] = depth + 1;
            (int x, int y) = layout.Place(group, patch);
            (double width, double height) = (layout.PatchWidth * scale, layout.PatchHeight * scale);
            double inset = Math.Min(2.5 + (depth * FrameStep), Math.Min(width, height) / 2 - 1);
            DrawFrame(svg, x * scale, y * scale, width, height, inset, expert, Strength(sample.Gates[route], strongest));
        }
    }

    private static double Strength(float gate, float strongest) => strongest > 0 ? Math.Clamp(gate / strongest, 0, 1) : 1;

    private static void DrawFrame(StringBuilder svg, double x, double y, double width, double height, double inset, int expert, double strength)
    {
        double opacity = 0.3 + (0.7 * strength);
        double line = 1 + (1.5 * strength);
        svg.Append(CultureInfo.InvariantCulture, $"""
            <rect x="{x + inset:0.##}" y="{y + inset:0.##}" width="{width - (2 * inset):0.##}" height="{height - (2 * inset):0.##}" fill="none" stroke="{Palette.Colour(expert)}" stroke-width="{line:0.##}" stroke-opacity="{opacity:0.##}"{Palette.Dash(expert)}/>

            """);
    }

    /// <summary>White with black dashes: seen on dark pixels and on light ones.</summary>
    private static void DrawDiscriminative(StringBuilder svg, double x, double y, double width, double height)
    {
        foreach (string stroke in (string[])["stroke=\"#ffffff\"", "stroke=\"#000000\" stroke-dasharray=\"5 4\""])
        {
            svg.Append(CultureInfo.InvariantCulture, $"""
                <rect x="{x:0.##}" y="{y:0.##}" width="{width:0.##}" height="{height:0.##}" fill="none" stroke-width="2.5" {stroke}/>

                """);
        }
    }

    private static void DrawLegend(StringBuilder svg, ModelSpec model, bool isKnown)
    {
        double x = Margin;
        foreach ((int expert, string name) in LegendEntries(model))
        {
            DrawFrame(svg, x, 12, 14, 14, inset: 0, expert, strength: 1);
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x + 20:0.##}\" y=\"23\">{name}</text>\n");
            x += EntryWidth(name);
        }

        if (isKnown)
        {
            DrawDiscriminative(svg, x, 12, 14, 14);
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x + 20:0.##}\" y=\"23\">{DiscriminativeText}</text>\n");
            x += EntryWidth(DiscriminativeText);
        }

        if (model.Layers[0].Gate != Gate.None)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x:0.##}\" y=\"23\" fill=\"{Palette.Muted}\">{GateText}</text>\n");
        }
    }

    private static IEnumerable<(int Expert, string Name)> LegendEntries(ModelSpec model) =>
        Enumerable.Range(0, model.Layers[0].Experts).Select(expert => (expert, $"expert {expert}"));

    private static double LegendWidth(ModelSpec model, bool isKnown) =>
        LegendEntries(model).Sum(entry => EntryWidth(entry.Name))
        + (isKnown ? EntryWidth(DiscriminativeText) : 0)
        + (model.Layers[0].Gate == Gate.None ? 0 : EntryWidth(GateText));

    /// <summary>A generous estimate: the fonts of the reader are not known here.</summary>
    private static double EntryWidth(string text) => 34 + (6.6 * text.Length);

    private static string Name(ModelSpec model, int label) => model.Loss == Loss.Logistic ? (label > 0 ? "+1" : "−1") : label.ToString(CultureInfo.InvariantCulture);
}
