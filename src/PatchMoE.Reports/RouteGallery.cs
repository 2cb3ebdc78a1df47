using System.Globalization;
using System.Net;
using System.Text;
using PatchMoE.Reports.Charts;

namespace PatchMoE.Reports;

/// <summary>
/// Routed samples as parts of a page: each its own picture with its own caption, as many side by side as there is room for, so that a narrow page stays readable. Frames
/// where they can be told apart, otherwise a panel for each expert.
/// </summary>
internal static class RouteGallery
{
    private const int ManyExperts = 4;

    /// <summary>Whether frames would be clutter: many experts on windows that overlap.</summary>
    public static bool NeedsPanels(ModelSpec model) => model.Backbone is null && model.Layers[0].Experts > ManyExperts && model.Layers[0].Routing != Routing.Sample
        && model.Input is ImageInputSpec image && (image.StrideHeight < image.PatchHeight || image.StrideWidth < image.PatchWidth);

    /// <summary>The samples with what layer 0 took.</summary>
    public static string OfLowest(ModelSpec model, IReadOnlyList<RoutedSample> samples, IReadOnlyList<string>? classes) => NeedsPanels(model)
        ? Panels(model, LayerChoices.OfLowest(model, samples), samples, classes)
        : Frames(model, samples, classes);

    /// <summary>The samples with a panel for each expert of a layer.</summary>
    public static string Panels(ModelSpec model, LayerChoices choices, IReadOnlyList<RoutedSample> samples, IReadOnlyList<string>? classes)
    {
        int[] experts = ExpertPanels.Shown(model, choices);
        var html = new StringBuilder();
        int all = model.Layers[choices.Layer].Experts;
        string some = experts.Length < all ? FormattableString.Invariant($" Shown are the {experts.Length} of {all} experts with the largest gates.") : "";
        html.Append($"<p class=\"left\">A panel for each expert: bright where it looked, brighter where its gates are larger.{some}</p>\n");
        var layout = new PatchLayout(model.Input);
        for (int i = 0; i < samples.Count; i++)
        {
            html.Append("<div class=\"panels\">\n");
            html.Append(Panel(layout.Png(samples[i].Input), Caption(model, samples[i], classes)));
            foreach (int expert in experts)
            {
                (byte[] picture, bool tookAny) = ExpertPanels.Panel(model, choices, samples, i, expert);
                html.Append(Panel(picture, FormattableString.Invariant($"<span style=\"color:{Palette.Line(expert)}\">■</span> {expert}{(tookAny ? "" : ": none")}")));
            }

            html.Append("</div>\n");
        }

        return html.ToString();
    }

    private static string Frames(ModelSpec model, IReadOnlyList<RoutedSample> samples, IReadOnlyList<string>? classes)
    {
        var html = new StringBuilder();
        html.Append("<p class=\"keys\">");
        foreach (int expert in Enumerable.Range(0, model.Layers[0].Experts))
        {
            html.Append(CultureInfo.InvariantCulture, $"<span><svg width=\"14\" height=\"14\"><rect x=\"1.5\" y=\"1.5\" width=\"11\" height=\"11\" fill=\"none\" stroke=\"{Palette.Colour(expert)}\" stroke-width=\"2.5\"{Palette.Dash(expert)}/></svg> expert {expert}</span> ");
        }

        html.Append(samples.Any(sample => sample.DiscriminativePatch >= 0) ? "<span>dashed: the patch that decides the class</span> " : "");
        html.Append(model.Layers[0].Gate == Gate.None ? "" : "<span>stronger line: larger gate</span>").Append("</p>\n<div class=\"samples\">\n");
        float strongest = samples.SelectMany(sample => sample.Gates).DefaultIfEmpty(1).Max();
        foreach (RoutedSample sample in samples)
        {
            html.Append("<figure>").Append(RoutePicture.One(model, sample, strongest)).Append("<figcaption>").Append(Caption(model, sample, classes));
            html.Append(sample.Name is { } name ? $"<br>{WebUtility.HtmlEncode(name)}" : "").Append("</figcaption></figure>\n");
        }

        return html.Append("</div>\n").ToString();
    }

    private static string Panel(byte[] png, string caption) =>
        $"<figure><img class=\"pixels\" alt=\"\" src=\"data:image/png;base64,{Convert.ToBase64String(png)}\"><figcaption>{caption}</figcaption></figure>\n";

    private static string Caption(ModelSpec model, RoutedSample sample, IReadOnlyList<string>? classes)
    {
        string predicted = RoutePicture.Name(model, sample.Prediction, classes);
        return sample.Label is not { } label ? $"predicted {predicted}"
            : label == sample.Prediction ? $"{RoutePicture.Name(model, label, classes)} ✓"
            : $"{RoutePicture.Name(model, label, classes)}, <strong class=\"no\">predicted {predicted} ✗</strong>";
    }
}
