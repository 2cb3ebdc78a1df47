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
            html.Line($"""<p class="note"><strong>{Number(notice.Rule)} {WebUtility.HtmlEncode(notice.Rule.Title)}.</strong> {WebUtility.HtmlEncode(notice.Message)}</p>""");
        }
    }

    /// <summary>The rule's number, linked to its page where that has an address.</summary>
    private static string Number(DiagnosticRule rule) => rule.HelpLink.Length == 0 ? rule.Id : $"""<a href="{WebUtility.HtmlEncode(rule.HelpLink)}">{rule.Id}</a>""";
}
