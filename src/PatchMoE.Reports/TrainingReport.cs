using System.Globalization;
using System.Net;
using System.Text;
using PatchMoE.Reports.Charts;
using PatchMoE.Reports.Texts;
using PatchMoE.Training;
using PatchMoE.Training.Evaluation;
using PatchMoE.Training.Runs;

namespace PatchMoE.Reports;

/// <summary>A training run as one self-contained HTML page: numbers, curves, and what the experts look at.</summary>
public static class TrainingReport
{
    /// <summary>Writes the page.</summary>
    /// <param name="spec">What was trained.</param>
    /// <param name="result">The result.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="sections">What the network does with the test data; null for nothing.</param>
    public static string ToHtml(PatchMoESpec spec, TrainingResult result, ulong seed, ReportSections? sections) => ToHtml(spec, result, seed, sections, run: null);

    /// <summary>Writes the page with what is needed to repeat the run and to use its weights.</summary>
    /// <param name="spec">What was trained.</param>
    /// <param name="result">The result.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="sections">What the network does with the test data; null for nothing.</param>
    /// <param name="run">The run; null for one that nobody can repeat.</param>
    internal static string ToHtml(PatchMoESpec spec, TrainingResult result, ulong seed, ReportSections? sections, ReportRun? run)
    {
        var html = new StringBuilder();
        if (result.Interrupted)
        {
            html.Append("<p class=\"note\">Interrupted before the end: the numbers describe what was learned so far. Continue with <code>--resume</code>.</p>\n");
        }

        NoticeList.Append(html, result.Notices);
        AppendNumbers(html, spec, result, run);
        SeedTable.Append(html, result.Seeds);
        AppendCurves(html, result.History);
        if (sections is not null)
        {
            AppendSections(html, spec.Model, sections);
        }

        AppendNetwork(html, spec.Model);
        if (run is not null)
        {
            UseSection.Append(html, spec, run);
        }

        html.Escaped($"<details><summary>The spec, as JSON</summary><pre>{SpecWriter.ToJson(spec)}</pre></details>");
        if (run is not null)
        {
            ReportFooter.Append(html, run.Origin);
        }

        return Markup.Page($"{spec.Name}: training report", spec.Name, Describe(spec, seed), html);
    }

    private static void AppendSections(StringBuilder html, ModelSpec model, ReportSections sections)
    {
        html.Append("<h2>Right and wrong</h2>\n");
        ConfusionMatrix.Append(html, sections);
        AppendRoutes(html, model, "Wrong answers, the most confident first", sections.Mistakes, sections.MistakenTexts);
        AppendNames(html, sections);
        AppendRoutes(html, model, "What the experts look at", sections.Routes, sections.RoutedTexts);
        foreach ((int layer, string picture) in sections.Upper)
        {
            AppendPicture(html, $"What the experts of layer {layer} look at: the pixels below the windows that they take", picture);
        }

        ExpertTable.Append(html, model, sections.Experts, sections.Classes);
    }

    private static void AppendRoutes(StringBuilder html, ModelSpec model, string title, string? picture, IReadOnlyList<RoutedText> texts)
    {
        if (texts.Count > 0)
        {
            html.Append($"<h2>{title}</h2>\n");
            TextRoutes.Append(html, model.Layers[0].Experts, texts);
            return;
        }

        AppendPicture(html, title, picture);
    }

    private static void AppendPicture(StringBuilder html, string title, string? picture)
    {
        if (picture is not null)
        {
            html.Append($"<h2>{title}</h2>\n<div class=\"routes\">\n").Append(picture).Append("</div>\n");
        }
    }

    /// <summary>The wrong answers by name, so that mislabelled samples can be found.</summary>
    private static void AppendNames(StringBuilder html, ReportSections sections)
    {
        const int Most = 50;
        Answer[] mistakes = [.. sections.MostConfidentMistakes().Take(Most)];
        if (mistakes.Length == 0 || sections.Names.Count == 0)
        {
            return;
        }

        html.Append("<details><summary>Wrong answers by name</summary>\n<table>\n<tr><th>sample</th><th>class</th><th>predicted</th><th>probability</th></tr>\n");
        foreach (Answer answer in mistakes)
        {
            string Encoded(string text) => WebUtility.HtmlEncode(text);
            html.Line($"<tr><td>{Encoded(sections.Names[answer.Sample])}</td><td>{Encoded(sections.Classes[answer.Class])}</td><td>{Encoded(sections.Classes[answer.Predicted])}</td><td>{answer.Probability:0.00}</td></tr>");
        }

        html.Append("</table>\n</details>\n");
    }

    private static string Describe(PatchMoESpec spec, ulong seed)
    {
        string parameters = spec.Model.WeightCount().ToString("N0", CultureInfo.InvariantCulture);
        string training = spec.Training is { } t
            ? string.Create(CultureInfo.InvariantCulture, $"{t.Method.ToString().ToLowerInvariant()} training, {Name(t.Optimizer.Kind)} with learning rate {t.Optimizer.LearningRate}, batch {t.Batch}, ")
            : "";
        return string.Create(CultureInfo.InvariantCulture, $"{training}{HeldOut(spec.Training)}seed {seed}, {parameters} parameters");
    }

    private static string HeldOut(TrainingSpec? training) => training is { HeldOut: > 0 and var share }
        ? string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.#} % of the training samples held out, ")
        : "";

    private static string Name(OptimizerKind kind) => kind == OptimizerKind.Sgd ? "SGD" : kind.ToString();

    private static void AppendNumbers(StringBuilder html, PatchMoESpec spec, TrainingResult result, ReportRun? run)
    {
        string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.0} %");
        html.Append("<dl class=\"numbers\">\n");
        void Number(string name, string value) => html.Append($"<div><dt>{name}</dt><dd>{value}</dd></div>\n");
        Number("test accuracy", Percent(result.Final.Accuracy));
        if (run?.TrainingAccuracy is { } trained)
        {
            Number("training accuracy", Percent(trained));
        }

        Number("test loss", result.Final.Loss.ToString("0.0000", CultureInfo.InvariantCulture));
        if (result.Validation is { } validation)
        {
            Number("validation accuracy", Percent(validation.Accuracy));
            Number("validation loss", validation.Loss.ToString("0.0000", CultureInfo.InvariantCulture));
        }

        if (result.Final.RouterHitRate is { } hitRate)
        {
            Number("router hit rate", Percent(hitRate));
        }

        Number(result.StoppedEarly ? "epochs, stopped early" : "epochs", result.History.Count.ToString(CultureInfo.InvariantCulture));
        if (result.BestEpoch is { } best)
        {
            Number("weights of epoch", best.ToString(CultureInfo.InvariantCulture));
        }

        Number("time", string.Create(CultureInfo.InvariantCulture, $"{result.Seconds:0.0} s"));
        if (result.History.Count > 0)
        {
            EpochMetrics last = result.History[^1];
            Number("samples per second", last.SamplesPerSecond.ToString("N0", CultureInfo.InvariantCulture));
            if (spec.Training is { } training && RunRecord.StepTime(result.History, training.Batch) is { } step)
            {
                Number("time per step", $"{ComparisonReport.Milliseconds(step)} ms");
            }

            if (last.PeakMemory is { } memory)
            {
                Number("peak memory", string.Create(CultureInfo.InvariantCulture, $"{memory / 1e6:N0} MB"));
            }
        }

        NetworkCost cost = NetworkCost.Of(spec.Model);
        Number("inference, MFLOP per sample", string.Create(CultureInfo.InvariantCulture, $"{cost.ForwardFlops / 1e6:0.00}"));
        Number("training, MFLOP per sample", string.Create(CultureInfo.InvariantCulture, $"{(cost.ForwardFlops + cost.BackwardFlops) / 1e6:0.00}"));

        html.Append("</dl>\n");
    }

    private static void AppendCurves(StringBuilder html, IReadOnlyList<EpochMetrics> history)
    {
        if (history.Count == 0)
        {
            return;
        }

        html.Append("<h2>Curves</h2>\n<div class=\"curves\">\n");

        // Each phase has its own loss, and so its own chart.
        foreach (IGrouping<TrainingPhase, EpochMetrics> phase in history.GroupBy(epoch => epoch.Phase))
        {
            (string name, Func<double?, double?> shown) = PhaseCurves.Objective(phase.Key == TrainingPhase.Routers);
            string title = phase.Key switch
            {
                TrainingPhase.Routers => "Routers: margin, which grows without end",
                TrainingPhase.Experts => "Experts: loss",
                _ => "Loss",
            };
            ChartSeries[] losses =
            [
                new("train", 0, [.. phase.Select(epoch => shown(epoch.TrainLoss))]),
                new("validation", 3, [.. phase.Select(epoch => shown(epoch.ValidationLoss))]),
                new("test", 5, [.. phase.Select(epoch => shown(epoch.TestLoss))]),
            ];
            html.Append(LineChart.Draw(title, name, Drawn(losses), horizontal: PhaseCurves.Epochs(phase.Key)));
        }

        foreach (IGrouping<TrainingPhase, EpochMetrics> phase in history.GroupBy(epoch => epoch.Phase))
        {
            AppendShares(html, phase);
        }

        ExpertUseCharts.Append(html, history);

        html.Append("</div>\n");
    }

    private static void AppendShares(StringBuilder html, IGrouping<TrainingPhase, EpochMetrics> phase)
    {
        ChartSeries[] shares = Drawn(
        [
            new("test accuracy", 5, [.. phase.Select(epoch => epoch.TestAccuracy)]),
            new("validation accuracy", 3, [.. phase.Select(epoch => epoch.ValidationAccuracy)]),
            new("router hit rate", 2, [.. phase.Select(epoch => epoch.RouterHitRate)]),
        ]);
        if (shares.Length == 0)
        {
            return;
        }

        bool isAccuracy = shares.Any(line => line.Name.EndsWith("accuracy", StringComparison.Ordinal));
        bool isHits = shares.Any(line => line.Name.StartsWith("router", StringComparison.Ordinal));
        string title = phase.Key == TrainingPhase.Routers ? "Routers: hit rate"
            : isAccuracy && isHits ? "Accuracy and router hit rate"
            : shares.Length == 1 ? char.ToUpperInvariant(shares[0].Name[0]) + shares[0].Name[1..]
            : "Accuracy";
        html.Append(LineChart.Draw(title, "share of samples", shares, high: 1, horizontal: PhaseCurves.Epochs(phase.Key)));
    }

    private static ChartSeries[] Drawn(ChartSeries[] lines) => [.. lines.Where(line => line.Values.Any(value => value is not null))];

    private static void AppendNetwork(StringBuilder html, ModelSpec model)
    {
        html.Append("<h2>Network</h2>\n");
        AppendBackbone(html, model);
        if (model.Layers.Count > 0)
        {
            AppendLayers(html, model);
        }
    }

    private static void AppendBackbone(StringBuilder html, ModelSpec model)
    {
        if (model.BackboneShape() is not { } backbone)
        {
            return;
        }

        html.Append("<table>\n<tr><th>convolution</th><th>filters</th><th>map</th><th>MFLOP forward</th></tr>\n");
        foreach (ConvolutionShape one in backbone.Convolutions)
        {
            html.Line($"<tr><td>{one.Name}</td><td>{one.Outputs} of {one.Kernel}×{one.Kernel}×{one.Inputs}</td><td>{one.Height}×{one.Width}×{one.Outputs}</td><td>{BackboneCost.Of(one) / 1e6:0.000}</td></tr>");
        }

        html.Append("</table>\n");
    }

    private static void AppendLayers(StringBuilder html, ModelSpec model)
    {
        EquatableArray<LayerShape> shapes = model.LayerShapes();
        bool maps = shapes.Any(shape => shape.Map is not null);
        html.Line($"<div class=\"scroll\"><table>\n<tr><th>layer</th><th>routing</th><th>patches n</th><th>dimension d</th><th>experts k</th><th>neurons each</th><th>patches each l</th><th>gate</th>{(maps ? "<th>output</th>" : "")}</tr>");
        for (int i = 0; i < shapes.Count; i++)
        {
            (LayerSpec layer, LayerShape shape) = (model.Layers[i], shapes[i]);
            html.Line($"<tr><td>{i}</td><td>{SpecWords.Of(layer.Routing)}</td><td>{shape.Patches}</td><td>{shape.Dimension}</td><td>{shape.Experts}</td><td>{shape.Neurons}</td><td>{shape.PatchesPerExpert}</td><td>{SpecWords.Of(layer.Gate)}</td>{(maps ? $"<td>{Output(shape)}</td>" : "")}</tr>");
        }

        html.Append("</table></div>\n");
    }

    private static string Output(LayerShape shape) => shape.Map is { } map ? $"{map.Height}×{map.Width}×{map.Channels}" : $"{shape.Outputs}";
}
