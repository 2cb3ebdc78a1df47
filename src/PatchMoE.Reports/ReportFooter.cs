using System.Globalization;
using System.Text;
using PatchMoE.Reports.Charts;

namespace PatchMoE.Reports;

/// <summary>Where a page's numbers come from, at its end.</summary>
internal static class ReportFooter
{
    public static void Append(StringBuilder html, ReportOrigin origin)
    {
        html.Escaped($"<footer><dl><dt>Command</dt><dd><code>{origin.Command}</code></dd><dt>Machine</dt><dd>{origin.Machine.ToString()}</dd><dt>Version</dt><dd>pmoe {origin.Version}</dd>");
        if (origin.Date is { } date)
        {
            html.Escaped($"<dt>Date</dt><dd>{date.ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture)}</dd>");
        }

        html.Append("</dl></footer>\n");
    }
}
