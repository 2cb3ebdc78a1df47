using System.Globalization;
using System.Net;
using System.Text;
using PatchMoE.Reports.Charts;

namespace PatchMoE.Reports;

/// <summary>
/// Draws which patches each expert of layer 0 took, as SVG: the sample's pixels, a frame in the expert's colour around each chosen patch (stronger for a
/// larger gate), and a dashed black and white frame around the patch that decides the class.
/// </summary>
public static partial class RoutePicture
{
    private const int SampleSize = 224;
    private const int LargeSampleSize = 336;
    private const int ManyExperts = 4;
    private const int Margin = 16;
    private const int CaptionHeight = 24;
    private const int NameHeight = 16;
    private const int SmallestWidth = 320;

    // Frames of one patch share this part of its width and height at each side, so that its middle stays visible.
    private const double FrameShare = 0.15;
    private const double WidestFrame = 3;

    /// <summary>Draws samples side by side.</summary>
    /// <param name="model">The network.</param>
    /// <param name="samples">The samples with their routes.</param>
    /// <param name="classes">The names of the classes, in the order of the labels; null to show the labels.</param>
    /// <returns>A self-contained SVG document; four samples in a row, or three larger ones where there are many frames to tell apart.</returns>
    public static string Draw(ModelSpec model, IReadOnlyList<RoutedSample> samples, IReadOnlyList<string>? classes = null)
    {
        var layout = new PatchLayout(model.Input);
        bool isLarge = model.Layers[0].Experts > ManyExperts || model.Input is VectorsInputSpec;
        int columns = isLarge ? 3 : 4;
        double scale = Scale(layout, isLarge ? LargeSampleSize : SampleSize);
        (double cellWidth, double cellHeight) = ((layout.Width * scale) + Margin, (layout.Height * scale) + CaptionHeight + (samples.Any(sample => sample.Name is not null) ? NameHeight : 0) + Margin);
        int rows = (samples.Count + columns - 1) / columns;
        bool isKnown = samples.Any(sample => sample.DiscriminativePatch >= 0);
        double width = Math.Max(SmallestWidth, Margin + (Math.Min(columns, samples.Count) * cellWidth));
        (LegendPlace[] legend, double legendHeight) = PlaceLegend(model, isKnown, width - (2 * Margin));
        double height = legendHeight + Margin + (rows * cellHeight);

        var svg = new StringBuilder();
        svg.Line($"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:0.#} {height:0.#}" width="{width:0.#}" height="{height:0.#}" font-family="system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif" font-size="12" class="ink" fill="{Palette.Ink}" role="img">
            <title>Patches that each expert took</title>
            <rect class="paper" width="100%" height="100%" fill="{Palette.Paper}"/>
            """);
        DrawLegend(svg, legend);
        float strongest = samples.SelectMany(sample => sample.Gates).DefaultIfEmpty(1).Max();
        for (int i = 0; i < samples.Count; i++)
        {
            double x = Margin + (i % columns * cellWidth);
            double y = legendHeight + Margin + (i / columns * cellHeight);
            svg.Line($"<g transform=\"translate({x:0.##} {y:0.##})\">");
            DrawSample(svg, model, layout, scale, samples[i], strongest);
            DrawCaption(svg, model, samples[i], classes, layout.Width * scale, layout.Height * scale);
            svg.Append("</g>\n");
        }

        return svg.Append("</svg>\n").ToString();
    }

    /// <summary>One sample as a picture of its own, without a caption.</summary>
    /// <param name="model">The network.</param>
    /// <param name="sample">The sample with its routes.</param>
    /// <param name="strongest">The largest gate of all samples that are shown together.</param>
    internal static string One(ModelSpec model, RoutedSample sample, float strongest)
    {
        var layout = new PatchLayout(model.Input);
        double scale = Scale(layout, LargeSampleSize);
        var svg = new StringBuilder();
        svg.Line($"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {layout.Width * scale:0.#} {layout.Height * scale:0.#}" width="{layout.Width * scale:0.#}" height="{layout.Height * scale:0.#}" role="img"><title>Patches that each expert took</title>""");
        DrawSample(svg, model, layout, scale, sample, strongest);
        return svg.Append("</svg>").ToString();
    }

    /// <summary>Small samples are enlarged by a whole factor, so that pixels stay square and sharp; large ones are reduced.</summary>
    private static double Scale(PatchLayout layout, int size)
    {
        double scale = (double)size / Math.Max(layout.Width, layout.Height);
        return scale >= 1 ? Math.Floor(scale) : scale;
    }

    private static void DrawSample(StringBuilder svg, ModelSpec model, PatchLayout layout, double scale, RoutedSample sample, float strongest)
    {
        (double width, double height) = (layout.Width * scale, layout.Height * scale);
        string png = Convert.ToBase64String(layout.Png(sample.Input));
        svg.Line($"""<image width="{width:0.##}" height="{height:0.##}" preserveAspectRatio="none" style="image-rendering:pixelated" href="data:image/png;base64,{png}"/>""");
        if (model.Input is VectorsInputSpec)
        {
            DrawIndices(svg, model.LayerShapes()[0], layout, scale);
        }

        if (model.Layers[0].Routing == Routing.Sample)
        {
            DrawExperts(svg, layout, scale, sample, strongest);
        }
        else
        {
            DrawRoutes(svg, RouteLayout.Of(model), layout, scale, sample, strongest);
        }

        if (sample.DiscriminativePatch >= 0)
        {
            (int x, int y) = layout.Place(0, sample.DiscriminativePatch);
            DrawDiscriminative(svg, x * scale, y * scale, layout.PatchWidth * scale, layout.PatchHeight * scale);
        }
    }

    private static void DrawCaption(StringBuilder svg, ModelSpec model, RoutedSample sample, IReadOnlyList<string>? classes, double width, double height)
    {
        svg.Line($"""<text x="0" y="{height + 16:0.##}">{Caption(model, sample, classes)}</text>""");
        if (sample.Name is { } name)
        {
            // About as many letters as fit; the whole name is in the tooltip.
            int fits = Math.Max(8, (int)(width / 6.6));
            string shown = name.Length > fits ? "…" + name[^(fits - 1)..] : name;
            svg.Line($"""<text class="muted" x="0" y="{height + 32:0.##}" fill="{Palette.Muted}">{WebUtility.HtmlEncode(shown)}<title>{WebUtility.HtmlEncode(name)}</title></text>""");
        }
    }

    private static string Caption(ModelSpec model, RoutedSample sample, IReadOnlyList<string>? classes)
    {
        string predicted = $"predicted {Name(model, sample.Prediction, classes)}";
        if (sample.Label is not { } label)
        {
            return predicted;
        }

        bool isRight = sample.Prediction == label;
        return $"{(classes is null ? "label" : "class")} {Name(model, label, classes)}, <tspan{(isRight ? "" : $" class=\"wrong\" fill=\"{Palette.Wrong}\" font-weight=\"600\"")}>{predicted} {(isRight ? "✓" : "✗")}</tspan>";
    }

    /// <summary>Sample routing: one expert takes all patches of a group.</summary>
    private static void DrawExperts(StringBuilder svg, PatchLayout layout, double scale, RoutedSample sample, float strongest)
    {
        for (int group = 0; group < sample.Routes.Length; group++)
        {
            int expert = sample.Routes[group];
            (double y, double height) = layout.GroupRows(group);
            string tooltip = string.Create(CultureInfo.InvariantCulture, $"expert {expert}, gate {sample.Gates[group]:0.###}");
            DrawFrame(svg, (0, y * scale, layout.Width * scale, height * scale), WidestFrame, expert, Strength(sample.Gates[group], strongest), tooltip);
        }
    }

    private static void DrawRoutes(StringBuilder svg, RouteLayout routing, PatchLayout layout, double scale, RoutedSample sample, float strongest)
    {
        (double width, double height) = (layout.PatchWidth * scale, layout.PatchHeight * scale);
        IEnumerable<IGrouping<(int Group, int Patch), int>> routesByPatch = Enumerable.Range(0, sample.Routes.Length)
            .Where(route => sample.Routes[route] >= 0)
            .GroupBy(route => (route / routing.Length, routing.At(route % routing.Length, sample.Routes[route]).Patch));
        foreach (IGrouping<(int Group, int Patch), int> routes in routesByPatch)
        {
            // Experts that took the same patch: nested frames.
            (int x, int y) = layout.Place(routes.Key.Group, routes.Key.Patch);
            double step = Math.Min(WidestFrame, FrameShare * Math.Min(width, height) / routes.Count());
            double inset = 1.5 + (step / 2);
            foreach (int route in routes)
            {
                int expert = routing.At(route % routing.Length, sample.Routes[route]).Expert;
                string tooltip = string.Create(CultureInfo.InvariantCulture, $"expert {expert}, patch {routes.Key.Patch}, gate {sample.Gates[route]:0.###}");
                (double, double, double, double) place = ((x * scale) + inset, (y * scale) + inset, width - (2 * inset), height - (2 * inset));
                DrawFrame(svg, place, step, expert, Strength(sample.Gates[route], strongest), tooltip);
                inset += step;
            }
        }
    }

    private static void DrawIndices(StringBuilder svg, LayerShape layer, PatchLayout layout, double scale)
    {
        const double SmallestTile = 20;
        if (layout.PatchWidth * scale < SmallestTile)
        {
            return;
        }

        for (int i = 0; i < layer.Instances * layer.Patches; i++)
        {
            (int x, int y) = layout.Place(i / layer.Patches, i % layer.Patches);
            svg.Line($"""<text x="{(x + layout.PatchWidth) * scale - 5:0.##}" y="{(y + layout.PatchHeight) * scale - 6:0.##}" text-anchor="end" font-size="9" stroke="#ffffff" stroke-width="2.5" paint-order="stroke">{i % layer.Patches}</text>""");
        }
    }

    private static double Strength(float gate, float strongest) => strongest > 0 ? Math.Clamp(gate / strongest, 0, 1) : 1;

    private static void DrawFrame(
        StringBuilder svg, (double X, double Y, double Width, double Height) place, double widest, int expert, double strength, string tooltip)
    {
        double opacity = 0.35 + (0.65 * strength);
        double line = widest * (0.35 + (0.5 * strength));
        svg.Line($"""<rect x="{place.X:0.##}" y="{place.Y:0.##}" width="{place.Width:0.##}" height="{place.Height:0.##}" fill="none" stroke="{Palette.Colour(expert)}" stroke-width="{line:0.##}" stroke-opacity="{opacity:0.##}"{Palette.Dash(expert)}><title>{tooltip}</title></rect>""");
    }

    /// <summary>White with black dashes: visible on dark and on light pixels.</summary>
    private static void DrawDiscriminative(StringBuilder svg, double x, double y, double width, double height)
    {
        foreach (string stroke in (string[])["stroke=\"#ffffff\"", "stroke=\"#000000\" stroke-dasharray=\"5 4\""])
        {
            svg.Line($"""<rect x="{x:0.##}" y="{y:0.##}" width="{width:0.##}" height="{height:0.##}" fill="none" stroke-width="2.5" {stroke}/>""");
        }
    }

    internal static string Name(ModelSpec model, int label, IReadOnlyList<string>? classes) => WebUtility.HtmlEncode(PlainName(model, label, classes));

    /// <summary>The name of a class, not escaped.</summary>
    internal static string PlainName(ModelSpec model, int label, IReadOnlyList<string>? classes) => classes is not null ? classes[ModelClasses.IndexOf(model, label)]
        : model.Loss == Loss.Logistic ? (label > 0 ? "+1" : "−1") : label.ToString(CultureInfo.InvariantCulture);
}
