using System.Net;
using System.Text;
using PatchMoE.Training.Evaluation;

namespace PatchMoE.Reports;

/// <summary>How often each class was taken for each other, as a table: a row for the true class, a column for the predicted one, darker for more.</summary>
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
        html.Append("<div class=\"scroll\"><table class=\"confusion\">\n<tr><th>true class</th>");
        foreach (string name in sections.Classes)
        {
            html.Append($"<th>{WebUtility.HtmlEncode(name)}</th>");
        }

        html.Append("<th>right</th></tr>\n");
        for (int row = 0; row < classes; row++)
        {
            int all = Enumerable.Range(0, classes).Sum(column => counts[row, column]);
            html.Append($"<tr><th>{WebUtility.HtmlEncode(sections.Classes[row])}</th>");
            for (int column = 0; column < classes; column++)
            {
                double share = all == 0 ? 0 : (double)counts[row, column] / all;
                string colour = row == column ? "0, 114, 178" : "213, 94, 0";
                html.Append(FormattableString.Invariant($"<td style=\"background: rgba({colour}, {share * 0.6:0.##})\">{counts[row, column]}</td>"));
            }

            html.Append(all == 0 ? "<td>–</td></tr>\n" : FormattableString.Invariant($"<td>{100.0 * counts[row, row] / all:0.0} %</td></tr>\n"));
        }

        html.Append("</table></div>\n");
    }
}
