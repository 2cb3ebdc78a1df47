using System.Globalization;
using System.Text.Json.Nodes;
using PatchMoE.Cli.Experiments;
using PatchMoE.Training.Data;

namespace PatchMoE.Cli.TextExperiments;

/// <summary>
/// What routing is measured against: the mean of the vectors of a text's segments, and one linear classifier, whose regularisation is chosen on a fifth of the training texts.
/// </summary>
/// <param name="title">What it is called.</param>
/// <param name="spec">The spec of a network, whose input and data are taken.</param>
/// <param name="specFolder">The folder that paths in the spec are relative to.</param>
internal sealed class AveragedTextCell(string title, PatchMoESpec spec, string specFolder) : ICell
{
    private const double HeldOut = 0.2;

    private static readonly double[] s_regularizations = [1e-6, 1e-5, 1e-4, 1e-3];

    public string Title => title;

    public string Identity => $"averaged\n{CellData.Key(spec, specFolder, dataFolder: null)}";

    /// <summary>Texts seen, in the units of a <see cref="TrainingCell"/>; roughly.</summary>
    public double Work { get; } = (((TextDataSpec)spec.Data!).Train ?? 1) * NetworkCost.Of(spec.Model).ForwardFlops;

    public JsonObject Run(CellContext context)
    {
        (Dataset train, Dataset test) = CellData.Load(spec, specFolder, dataFolder: null, context.Data);
        int features = ((VectorsInputSpec)spec.Model.Input).Text!.Dimension;
        int classes = spec.Model.Head.Outputs;
        SparseRows rows = SparseRows.Means(train, features);
        int[] labels = train.Labels.ToArray();
        (int[] kept, int[] held) = StratifiedSplit.Of(labels, HeldOut, (ulong)spec.Training!.Seed, "data.validation", least: 1);
        (SparseRows keptRows, SparseRows heldRows) = (rows.Select(kept), rows.Select(held));
        (int[] keptLabels, int[] heldLabels) = (Array.ConvertAll(kept, i => labels[i]), Array.ConvertAll(held, i => labels[i]));
        double best = s_regularizations.MaxBy(l2 =>
        {
            double accuracy = SoftmaxRegression.Fit(keptRows, keptLabels, classes, l2, context.Cancellation).Accuracy(heldRows, heldLabels);
            context.Advance(Work / (s_regularizations.Length + 1));
            return accuracy;
        });
        SoftmaxRegression model = SoftmaxRegression.Fit(rows, labels, classes, best, context.Cancellation);
        context.Advance(Work / (s_regularizations.Length + 1));
        return new JsonObject { ["testAccuracy"] = model.Accuracy(SparseRows.Means(test, features), test.Labels.ToArray()), ["regularization"] = best };
    }

    public string Describe(JsonObject result) => ((double)result["testAccuracy"]!).ToString("0.000", CultureInfo.InvariantCulture);
}
