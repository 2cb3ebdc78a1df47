using System.Text;
using PatchMoE.Reports.Charts;

namespace PatchMoE.Reports;

/// <content>The lines above the samples that explain the frames, as many as they need.</content>
public static partial class RoutePicture
{
    private const int LegendRow = 22;
    private const int LegendTop = 8;

    private enum LegendKind
    {
        Expert,
        Discriminative,
        Gate,
    }

    private static (LegendPlace[] Places, double Height) PlaceLegend(ModelSpec model, bool isKnown, double width)
    {
        IEnumerable<(LegendKind Kind, int Expert, string Text)> entries =
        [
            .. Enumerable.Range(0, model.Layers[0].Experts).Select(expert => (LegendKind.Expert, expert, $"expert {expert}")),
            .. isKnown ? [(LegendKind.Discriminative, 0, "patch that decides the class")] : Array.Empty<(LegendKind, int, string)>(),
            .. model.Layers[0].Gate == Gate.None ? [] : new[] { (LegendKind.Gate, 0, "stronger line: larger gate") },
        ];
        var places = new List<LegendPlace>();
        (double x, int row) = (0, 0);
        foreach ((LegendKind kind, int expert, string text) in entries)
        {
            double wide = EntryWidth(text);
            if (x > 0 && x + wide > width)
            {
                (x, row) = (0, row + 1);
            }

            places.Add(new LegendPlace(kind, expert, text, Margin + x, LegendTop + (row * LegendRow)));
            x += wide;
        }

        return ([.. places], LegendTop + ((row + 1) * LegendRow));
    }

    private static void DrawLegend(StringBuilder svg, LegendPlace[] places)
    {
        foreach (LegendPlace place in places)
        {
            switch (place.Kind)
            {
                case LegendKind.Expert:
                    DrawFrame(svg, (place.X, place.Y + 4, 14, 14), WidestFrame, place.Expert, strength: 1, place.Text);
                    break;
                case LegendKind.Discriminative:
                    DrawDiscriminative(svg, place.X, place.Y + 4, 14, 14);
                    break;
            }

            bool hasKey = place.Kind != LegendKind.Gate;
            string style = hasKey ? "" : $" class=\"muted\" fill=\"{Palette.Muted}\"";
            svg.Line($"<text{style} x=\"{place.X + (hasKey ? 20 : 0):0.##}\" y=\"{place.Y + 15:0.##}\">{place.Text}</text>");
        }
    }

    /// <summary>A generous estimate: the reader's fonts are not known here.</summary>
    private static double EntryWidth(string text) => 34 + (6.6 * text.Length);

    private readonly record struct LegendPlace(LegendKind Kind, int Expert, string Text, double X, double Y);
}
