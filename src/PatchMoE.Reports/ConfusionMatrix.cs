using System.Net;
using System.Text;
using PatchMoE.Training.Evaluation;

namespace PatchMoE.Reports;

/// <summary>
/// How often each class was taken for each other, as a table: a row for the true class, a column for the predicted one, darker for more. To the right what each class
/// adds up to: its samples; recall, the share of them that was found; precision, the share of the answers with its name that are right; F₁, the harmonic mean of both.
/// </summary>
internal static class ConfusionMatrix
{
    /// <summary>The counts.</summary>
    /// <param name="answers">The answers.</param>
    /// <param name="classes">The number of classes.</param>
    /// <returns>[true class, predicted class].</returns>
    public static int[,] Count(IEnumerable<Answer> answers, int classes)
    {
        var counts = new int[classes, classes];
        foreach (Answer answer in answers)
        {
            counts[answer.Class, answer.Predicted]++;
        }

        return counts;
    }

    /// <summary>Appends the table.</summary>
    public static void Append(StringBuilder html, ReportSections sections)
    {
        int classes = sections.Classes.Count;
        int[,] counts = Count(sections.Answers, classes);
        html.Append("<div class=\"scroll\"><table class=\"confusion\">\n<caption>A row for the true class, a column for the answer</caption>\n<tr><th>class</th>");
        foreach (string name in sections.Classes)
        {
            html.Append($"<th>{WebUtility.HtmlEncode(name)}</th>");
        }

        html.Append("<th class=\"sum\">samples</th><th>recall</th><th>precision</th><th>F₁</th></tr>\n");
        for (int row = 0; row < classes; row++)
        {
            int all = Enumerable.Range(0, classes).Sum(column => counts[row, column]);
            int answered = Enumerable.Range(0, classes).Sum(other => counts[other, row]);
            html.Append($"<tr><th>{WebUtility.HtmlEncode(sections.Classes[row])}</th>");
            for (int column = 0; column < classes; column++)
            {
                double share = all == 0 ? 0 : (double)counts[row, column] / all;
                string colour = row == column ? "0, 114, 178" : "213, 94, 0";
                html.Append(FormattableString.Invariant($"<td style=\"background: rgba({colour}, {share * 0.6:0.##})\">{counts[row, column]}</td>"));
            }

            html.Append(FormattableString.Invariant($"<td class=\"sum\">{all}</td>"));
            html.Append($"<td>{Percent(counts[row, row], all)}</td><td>{Percent(counts[row, row], answered)}</td><td>{Percent(2 * counts[row, row], all + answered)}</td></tr>\n");
        }

        html.Append("</table></div>\n");
    }

    private static string Percent(int part, int whole) => whole == 0 ? "–" : FormattableString.Invariant($"{100.0 * part / whole:0.0} %");
}
