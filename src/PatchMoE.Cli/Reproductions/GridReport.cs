using System.Globalization;
using System.Text;
using PatchMoE.Reports;

namespace PatchMoE.Cli.Reproductions;

/// <summary>A grid as one self-contained HTML page: the chart, the table, and every single accuracy.</summary>
internal static class GridReport
{
    public static string ToHtml(GridTable table, string title, string lead)
    {
        var html = new StringBuilder();
        html.Append("<figure class=\"routes\">\n").Append(GridChart.Draw(table)).Append("</figure>\n<h2>Test accuracy, mean ± standard deviation over the seeds</h2>\n<table>\n<tr><th>training samples</th>");
        html.AppendJoin("", table.Networks.Select(network => $"<th>{network}</th>")).Append("</tr>\n");
        foreach (int samples in table.Samples)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{samples}</td>")
                .AppendJoin("", table.Networks.Select(network => $"<td>{GridTable.Text(table.Find(network, samples))}</td>")).Append("</tr>\n");
        }

        html.Append("</table>\n<h2>Every seed</h2>\n<table>\n<tr><th>training samples</th><th>network</th><th>accuracies</th></tr>\n");
        foreach (GridEntry entry in table.Entries)
        {
            string accuracies = string.Join(' ', entry.Accuracies.Select(accuracy => accuracy.ToString("0.000", CultureInfo.InvariantCulture)));
            html.Line($"<tr><td>{entry.Samples}</td><td>{entry.Network}</td><td>{accuracies}</td></tr>");
        }

        return Markup.Page(title, title, lead, html.Append("</table>\n"));
    }
}
