using System.Text;
using PatchMoE.Training;

namespace PatchMoE.Reports;

/// <summary>The trainings with other seeds, and how much they differ.</summary>
internal static class SeedTable
{
    public static void Append(StringBuilder html, IReadOnlyList<SeedResult> seeds)
    {
        if (seeds.Count == 0)
        {
            return;
        }

        SeedResult best = SeedResult.Best(seeds);
        (double lowest, double highest, double deviation) = SeedResult.Spread(seeds);
        html.Append("<h2>Seeds</h2>\n<table>\n<tr><th>seed</th><th>validation loss</th><th>validation accuracy</th><th>test loss</th><th>test accuracy</th><th>epochs</th><th></th></tr>\n");
        foreach (SeedResult seed in seeds)
        {
            html.Line($"<tr><td>{seed.Seed}</td><td>{seed.Validation.Loss:0.0000}</td><td>{seed.Validation.Accuracy * 100:0.0} %</td><td>{seed.Test.Loss:0.0000}</td><td>{seed.Test.Accuracy * 100:0.0} %</td><td>{seed.Epochs}</td><td>{(seed == best ? "kept" : "")}</td></tr>");
        }

        html.Append("</table>\n");
        html.Line($"<p>Kept by the validation loss. The test accuracies are from {lowest * 100:0.0} % to {highest * 100:0.0} %, with a standard deviation of {deviation * 100:0.0} percentage points.</p>");
    }
}
