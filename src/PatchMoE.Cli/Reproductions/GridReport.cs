using System.Globalization;
using System.Net;
using System.Text;
using PatchMoE.Reports;

namespace PatchMoE.Cli.Reproductions;

/// <summary>A grid as one self-contained HTML page: the chart, the table, and every single accuracy.</summary>
internal static class GridReport
{
    public static string ToHtml(GridTable table, string lead)
    {
        var html = new StringBuilder();
        html.Append($$"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{{table.Reproduction.Title}}</title>
            <style>
            body { font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; color: {{Palette.Ink}}; background: #fff; max-width: 900px; margin: 2rem auto; padding: 0 1.25rem; }
            h1 { font-size: 1.7rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2rem 0 .6rem; } p { color: {{Palette.Muted}}; margin: .2rem 0 1.4rem; }
            svg { width: 100%; height: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
            th, td { text-align: left; padding: .3rem 1.2rem .3rem 0; border-bottom: 1px solid {{Palette.Grid}}; } th { font-weight: 600; color: {{Palette.Muted}}; }
            </style>
            </head>
            <body>
            <h1>{{table.Reproduction.Title}}</h1>
            <p>{{WebUtility.HtmlEncode(lead)}}</p>

            """);
        html.Append(GridChart.Draw(table));
        html.Append("<h2>Test accuracy, mean ± standard deviation over the seeds</h2>\n<table>\n<tr><th>training samples</th>");
        html.AppendJoin("", table.Reproduction.Networks.Select(network => $"<th>{network}</th>")).Append("</tr>\n");
        foreach (int samples in table.Reproduction.Samples)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{samples}</td>")
                .AppendJoin("", table.Reproduction.Networks.Select(network => $"<td>{GridTable.Text(table.Find(network, samples))}</td>")).Append("</tr>\n");
        }

        html.Append("</table>\n<h2>Every seed</h2>\n<table>\n<tr><th>training samples</th><th>network</th><th>accuracies</th></tr>\n");
        foreach (GridEntry entry in table.Entries)
        {
            string accuracies = string.Join(' ', entry.Accuracies.Select(accuracy => accuracy.ToString("0.000", CultureInfo.InvariantCulture)));
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{entry.Samples}</td><td>{entry.Network}</td><td>{accuracies}</td></tr>\n");
        }

        return html.Append("</table>\n</body>\n</html>\n").ToString();
    }
}
