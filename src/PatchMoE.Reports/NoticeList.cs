using System.Net;
using System.Text;

namespace PatchMoE.Reports;

/// <summary>The notices of a training, above everything else: who reads only one thing should read them.</summary>
internal static class NoticeList
{
    public static void Append(StringBuilder html, IReadOnlyList<SpecDiagnostic> notices)
    {
        foreach (SpecDiagnostic notice in notices)
        {
            html.Line($"""<p class="note"><strong><a href="{WebUtility.HtmlEncode(notice.Rule.HelpLink)}">{notice.Rule.Id}</a> {WebUtility.HtmlEncode(notice.Rule.Title)}.</strong> {WebUtility.HtmlEncode(notice.Message)}</p>""");
        }
    }
}
