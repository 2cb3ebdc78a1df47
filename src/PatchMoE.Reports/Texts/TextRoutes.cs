using System.Globalization;
using System.Net;
using System.Text;
using PatchMoE.Reports.Charts;

namespace PatchMoE.Reports.Texts;

/// <summary>Texts whose segments have the colour of the expert that took them, as HTML: the expert with the largest gate marks the background, the others are named behind it.</summary>
internal static class TextRoutes
{
    /// <summary>The share of colour in the background: the words stay readable on it, in both themes.</summary>
    private const int Strength = 30;

    /// <summary>Adds the texts, and a line that says which colour is which expert's.</summary>
    /// <param name="html">The page.</param>
    /// <param name="experts">k of layer 0.</param>
    /// <param name="texts">The texts.</param>
    public static void Append(StringBuilder html, int experts, IReadOnlyList<RoutedText> texts)
    {
        html.Append("<p>");
        for (int expert = 0; expert < experts; expert++)
        {
            html.Append(CultureInfo.InvariantCulture, $"<span class=\"segment\" style=\"{Style(expert)}\">expert {expert}</span> ");
        }

        html.Append("<span class=\"left\">left out by all</span></p>\n");
        foreach (RoutedText text in texts)
        {
            html.Escaped($"<h3>{text.Name}: {text.Prediction.ToString()}</h3>");
            html.Append("<div class=\"text\">");
            foreach (RoutedPart part in text.Parts)
            {
                Append(html, part);
            }

            html.Append("</div>\n");
        }
    }

    private static void Append(StringBuilder html, RoutedPart part)
    {
        string words = WebUtility.HtmlEncode(part.Text);
        if (!part.IsSegment)
        {
            html.Append(words);
            return;
        }

        if (part.Experts.Count == 0)
        {
            html.Append(CultureInfo.InvariantCulture, $"<span class=\"left\">{words}</span>");
            return;
        }

        string said = string.Join(", ", part.Experts.Select(one => string.Create(CultureInfo.InvariantCulture, $"expert {one.Expert}: gate {one.Gate:0.00}")));
        html.Append(CultureInfo.InvariantCulture, $"<span class=\"segment\" style=\"{Style(part.Experts[0].Expert)}\" title=\"{said}\">{words}<sup>");
        html.AppendJoin(' ', part.Experts.Select(one => one.Expert)).Append("</sup></span>");
    }

    private static string Style(int expert) =>
        string.Create(CultureInfo.InvariantCulture, $"background: color-mix(in srgb, {Palette.Colour(expert)} {Strength}%, transparent); border-color: {Palette.Line(expert)}");
}
