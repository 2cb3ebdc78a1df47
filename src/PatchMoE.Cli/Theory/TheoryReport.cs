using PatchMoE.Reports;
using PatchMoE.Reports.Charts;
using PatchMoE.Training.Evaluation;

namespace PatchMoE.Cli.Theory;

/// <summary>What <c>pmoe theory</c> found as one self-contained HTML page, and the measured table as CSV.</summary>
internal static class TheoryReport
{
    private const string Share = "0.0000";

    /// <summary>The page.</summary>
    /// <param name="result">What was found.</param>
    /// <param name="origin">The command and the machine.</param>
    public static string ToHtml(TheoryResult result, ReportOrigin origin)
    {
        var page = new ReportPage($"{result.Spec.Name}: theory and threshold", Lead(result));
        if (result is { Job: { } hitJob, Hits: { } hits })
        {
            AddHits(page, hitJob, hits);
        }
        else if (result is { Job: { } job, Accuracies: { } measured })
        {
            AddAccuracies(page, job, measured);
        }

        AddOrders(page, result);
        return page.Section("Spec").Details("The spec as measured", SpecWriter.ToJson(result.Job?.Spec ?? result.Spec)).ToHtml(origin);
    }

    /// <summary>The measured table; null if nothing was measured.</summary>
    public static string? ToCsv(TheoryResult result) => result switch
    {
        { Job: { } job, Hits: { } hits } => TableOf(job, hits).ToCsv(),
        { Accuracies: { } measured } => TableOf(measured).ToCsv(),
        _ => null,
    };

    private static string Lead(TheoryResult result) => result switch
    {
        { Hits: not null } => "The smallest number of patches per expert with which trained routers find the discriminative patch, and the paper's orders for this network.",
        { Accuracies: not null } => "How accuracy and gate mass grow with the number of patches per expert, and the paper's orders for this network.",
        _ => "The paper's orders for this network.",
    };

    private static void AddHits(ReportPage page, TheoryJob job, HitMeasurement hits)
    {
        HitThreshold threshold = hits.Curve.Threshold;
        XyPoint[] points = [.. hits.Curve.Points.Select(point => new XyPoint(point.PatchesPerExpert, point.Rate, point.Low, point.High))];
        XyPoint[] chance = [.. hits.Curve.Points.Select(point => new XyPoint(point.PatchesPerExpert, HitMeasurement.Chance(job, point.PatchesPerExpert)))];
        var chart = new XyChart(
            "Hit rate against patches per expert",
            new XyAxis("patches per expert, l"),
            new XyAxis("hit rate", Low: 0, High: 1),
            [new XySeries("trained routers, 95 % band", points) { IsBand = true }, new XySeries("by chance", chance)])
        {
            Marks = threshold.PatchesPerExpert is { } least ? [new XyMark(least, $"l* = {least}")] : [],
        };
        page.Numbers(
                ("l*", threshold.PatchesPerExpert is { } found ? $"{found}" : $"above {job.Patches[^1]}"),
                ("95 % interval", HitTables.Interval(threshold, job.Patches[^1])),
                ("hit rate required", Number.Short(1 - threshold.Alpha)),
                ("networks", job.Weights is null ? $"{hits.Curve.Networks}" : "given weights"))
            .Section("Hit rate")
            .Text(HitTables.Heading(job) + ".")
            .Figure(chart.ToSvg());
        AddSentences(page, HitTables.Sentences(job, hits));
        page.Table(TableOf(job, hits));
    }

    private static void AddAccuracies(ReportPage page, TheoryJob job, AccuracyMeasurement measured)
    {
        XySeries Line(string name, Func<AccuracyPoint, double> value) => new(name, [.. measured.Points.Select(point => new XyPoint(point.PatchesPerExpert, value(point)))]);
        XyPoint[] accuracies = [.. measured.Points.Select(point => new XyPoint(point.PatchesPerExpert, point.Accuracy, point.Accuracy - ErrorOf(point, measured), point.Accuracy + ErrorOf(point, measured)))];
        XySeries[] series =
        [
            new XySeries(measured.HeldOut ? "held-out accuracy ± standard error" : "test accuracy ± standard error", accuracies),
            .. measured.HeldOut ? [Line("test accuracy", point => point.TestAccuracy)] : Array.Empty<XySeries>(),
            Line("gate mass", point => point.GateMass),
        ];
        var chart = new XyChart(
            "Accuracy and gate mass against patches per expert",
            new XyAxis("patches per expert, l", IsLogarithmic: job.AllPatches > 16),
            new XyAxis("share", Low: 0, High: 1),
            series)
        {
            Marks = [new XyMark(measured.Practical.PatchesPerExpert, $"practical l* = {measured.Practical.PatchesPerExpert}")],
        };
        page.Numbers(
                ("practical l*", $"{measured.Practical.PatchesPerExpert}"),
                ("its accuracy", Number.Share(measured.Practical.Accuracy)),
                ("best accuracy", $"{Number.Share(measured.Best.Accuracy)} with l = {measured.Best.PatchesPerExpert}"),
                ("this spec's l", $"{job.OwnPatches}"))
            .Section("Accuracy and gate mass")
            .Text(AccuracyTables.Heading(job, measured) + ".")
            .Figure(chart.ToSvg());
        AddSentences(page, AccuracyTables.Sentences(job, measured));
        page.Table(TableOf(measured));
    }

    private static double ErrorOf(AccuracyPoint point, AccuracyMeasurement measured) => Math.Sqrt(point.Accuracy * (1 - point.Accuracy) / measured.Samples);

    private static void AddOrders(ReportPage page, TheoryResult result)
    {
        page.Section("The paper's orders");
        if (result.Scope.HasOrders)
        {
            TheorySizes sizes = TheorySizes.Of(result.Spec);
            var table = new ReportTable([.. OrderTables.Titles(result.Scope.ChoosesPatches).Select(title => new ReportColumn(title))]);
            foreach (string[] row in OrderTables.Rows(sizes, result.Scope.ChoosesPatches))
            {
                table.Add([.. row]);
            }

            page.Text(OrderTables.Heading(result.Spec.Name, sizes) + ".").Table(table).Text(OrderTables.Meaning);
            AddSentences(page, result.Scope.ChoosesPatches ? new Regimes(sizes).Sentences() : []);
        }

        if (result.Scope.Departures.Count > 0)
        {
            page.Text(OrderTables.DeparturesHeading);
            foreach (string departure in result.Scope.Departures)
            {
                page.Note(departure);
            }
        }
    }

    private static void AddSentences(ReportPage page, IEnumerable<string> sentences)
    {
        foreach (string sentence in sentences)
        {
            page.Text(sentence);
        }
    }

    private static ReportTable TableOf(TheoryJob job, HitMeasurement hits)
    {
        var table = new ReportTable(
            new("l"), new("hit rate", Share), new("95 % from", Share), new("95 % to", Share), new("y = +1", Share), new("y = −1", Share), new("by chance", Share));
        for (int i = 0; i < hits.Curve.Points.Count; i++)
        {
            HitPoint point = hits.Curve.Points[i];
            table.Add(point.PatchesPerExpert, point.Rate, point.Low, point.High, hits.PositiveRates[i], hits.NegativeRates[i], HitMeasurement.Chance(job, point.PatchesPerExpert));
        }

        return table;
    }

    private static ReportTable TableOf(AccuracyMeasurement measured)
    {
        var table = new ReportTable(
            new("l"), new("gate mass", Share), new(measured.HeldOut ? "held-out accuracy" : "test accuracy (chosen by)", Share), new("test accuracy", Share), new("forward FLOPs", "N0"), new("training FLOPs", "N0"));
        foreach (AccuracyPoint point in measured.Points)
        {
            table.Add(point.PatchesPerExpert, point.GateMass, point.Accuracy, point.TestAccuracy, point.ForwardFlops, point.TrainingFlops);
        }

        return table;
    }
}
