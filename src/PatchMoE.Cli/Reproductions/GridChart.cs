using System.Globalization;
using System.Text;
using PatchMoE.Reports;
using PatchMoE.Reports.Charts;

namespace PatchMoE.Cli.Reproductions;

/// <summary>Accuracy against training samples as SVG: a line for each network, a bar of one standard deviation at each point.</summary>
internal static class GridChart
{
    private const int Width = 640;
    private const int Height = 320;
    private const int Left = 56;
    private const int Right = 24;
    private const int Top = 40;
    private const int Bottom = 44;

    public static string Draw(GridTable table)
    {
        if (table.Entries.Count == 0)
        {
            return "";
        }

        double low = table.Entries.Min(entry => entry.Mean - (entry.Deviation ?? 0));
        double high = table.Entries.Max(entry => entry.Mean + (entry.Deviation ?? 0));
        var vertical = new LinearAxis(low, high);
        var svg = new StringBuilder();
        svg.Line($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" role=\"img\" font-family=\"system-ui, sans-serif\" font-size=\"12\" fill=\"{Palette.Muted}\">\n<title>test accuracy against training samples</title>");
        foreach (double tick in vertical.Ticks)
        {
            double y = Y(vertical, tick);
            svg.Line($"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{y:0.#}\" y2=\"{y:0.#}\" stroke=\"{Palette.Grid}\"/><text x=\"{Left - 8}\" y=\"{y + 4:0.#}\" text-anchor=\"end\">{vertical.Text(tick)}</text>");
        }

        IReadOnlyList<int> samples = table.Samples;
        foreach (int count in samples)
        {
            svg.Line($"<text x=\"{X(samples, count):0.#}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{count}</text>");
        }

        svg.Line($"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 8}\" text-anchor=\"middle\">training samples</text>");
        for (int i = 0; i < table.Networks.Count; i++)
        {
            DrawNetwork(svg, table, i, vertical);
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static void DrawNetwork(StringBuilder svg, GridTable table, int index, LinearAxis vertical)
    {
        string network = table.Networks[index];
        string colour = Palette.Colour(index);
        IReadOnlyList<int> samples = table.Samples;
        var points = new List<string>();
        foreach (GridEntry entry in table.Entries.Where(entry => entry.Network == network))
        {
            (double x, double y) = (X(samples, entry.Samples), Y(vertical, entry.Mean));
            points.Add(string.Create(CultureInfo.InvariantCulture, $"{x:0.#},{y:0.#}"));
            double deviation = entry.Deviation ?? 0;
            svg.Line($"<line x1=\"{x:0.#}\" x2=\"{x:0.#}\" y1=\"{Y(vertical, entry.Mean - deviation):0.#}\" y2=\"{Y(vertical, entry.Mean + deviation):0.#}\" stroke=\"{colour}\"/><circle cx=\"{x:0.#}\" cy=\"{y:0.#}\" r=\"3\" fill=\"{colour}\"/>");
        }

        svg.Line($"<polyline points=\"{string.Join(' ', points)}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>");
        int legend = Left + (index * 150 % (Width - Left - Right));
        int line = 14 + (index * 150 / (Width - Left - Right) * 15);
        svg.Line($"<line x1=\"{legend}\" x2=\"{legend + 18}\" y1=\"{line - 4}\" y2=\"{line - 4}\" stroke=\"{colour}\" stroke-width=\"3\"/><text x=\"{legend + 24}\" y=\"{line}\">{network}</text>");
    }

    private static double X(IReadOnlyList<int> samples, int count) => samples.Count == 1
        ? (Left + Width - Right) / 2.0
        : Left + 12 + ((Width - Left - Right - 24) * (double)(count - samples[0]) / (samples[^1] - samples[0]));

    private static double Y(LinearAxis axis, double value) => Height - Bottom - ((Height - Top - Bottom) * axis.Share(value));
}
