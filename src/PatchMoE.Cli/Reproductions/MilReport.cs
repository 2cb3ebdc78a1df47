using System.Globalization;

namespace PatchMoE.Cli.Reproductions;

/// <summary>The tables and the page of the experiment.</summary>
internal static class MilReport
{
    private const string Auc = "AUC, mean ± standard deviation over the seeds";
    private const string Picked = "Share of positive bags whose picked patch is a positive digit";
    private const string Time = "Milliseconds per epoch";

    public static string ToMarkdown(string title, string lead, MilTable table) =>
        $"# {title}\n\n{lead}\n" + table.ToMarkdown(Auc, entry => entry.Auc.Text()) + table.ToMarkdown(Picked, entry => entry.Picked.Text()) + table.ToMarkdown(Time, Milliseconds);

    public static string ToHtml(string title, string lead, MilTable table) => PatchMoE.Reports.Markup.Page(title, title, lead, new System.Text.StringBuilder($"<pre>{ToMarkdown(title, lead, table)}</pre>"));

    private static string Milliseconds(MilEntry entry) => (1000 * entry.SecondsPerEpoch.Mean).ToString("0.0", CultureInfo.InvariantCulture);
}
