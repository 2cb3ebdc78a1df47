using System.Text;
using PatchMoE.Reports.Texts;

namespace PatchMoE.Reports;

/// <summary>Texts with the experts of their segments, as a page of their own.</summary>
internal static class RoutedTextPage
{
    /// <summary>A self-contained page.</summary>
    /// <param name="model">The network's name.</param>
    /// <param name="experts">k of layer 0.</param>
    /// <param name="texts">The texts.</param>
    public static string ToHtml(string model, int experts, IReadOnlyList<RoutedText> texts)
    {
        var html = new StringBuilder();
        TextRoutes.Append(html, experts, texts);
        return Markup.Page($"{model}: routes", model, "Which expert took which segments", html);
    }
}
