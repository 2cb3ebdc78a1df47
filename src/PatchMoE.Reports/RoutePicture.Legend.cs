using System.Text;
using PatchMoE.Reports.Charts;

namespace PatchMoE.Reports;

/// <content>The line above the samples that explains the frames.</content>
public static partial class RoutePicture
{
    private const string DiscriminativeText = "patch that decides the class";
    private const string GateText = "stronger line: larger gate";

    private static void DrawLegend(StringBuilder svg, ModelSpec model, bool isKnown)
    {
        double x = Margin;
        foreach ((int expert, string name) in LegendEntries(model))
        {
            DrawFrame(svg, (x, 12, 14, 14), WidestFrame, expert, strength: 1, name);
            svg.Line($"<text x=\"{x + 20:0.##}\" y=\"23\">{name}</text>");
            x += EntryWidth(name);
        }

        if (isKnown)
        {
            DrawDiscriminative(svg, x, 12, 14, 14);
            svg.Line($"<text x=\"{x + 20:0.##}\" y=\"23\">{DiscriminativeText}</text>");
            x += EntryWidth(DiscriminativeText);
        }

        if (model.Layers[0].Gate != Gate.None)
        {
            svg.Line($"<text class=\"muted\" x=\"{x:0.##}\" y=\"23\" fill=\"{Palette.Muted}\">{GateText}</text>");
        }
    }

    private static IEnumerable<(int Expert, string Name)> LegendEntries(ModelSpec model) =>
        Enumerable.Range(0, model.Layers[0].Experts).Select(expert => (expert, $"expert {expert}"));

    private static double LegendWidth(ModelSpec model, bool isKnown) =>
        LegendEntries(model).Sum(entry => EntryWidth(entry.Name))
        + (isKnown ? EntryWidth(DiscriminativeText) : 0)
        + (model.Layers[0].Gate == Gate.None ? 0 : EntryWidth(GateText));

    /// <summary>A generous estimate: the reader's fonts are not known here.</summary>
    private static double EntryWidth(string text) => 34 + (6.6 * text.Length);
}
