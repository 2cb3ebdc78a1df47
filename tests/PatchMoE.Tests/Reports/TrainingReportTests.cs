using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace PatchMoE.Tests;

public sealed class TrainingReportTests
{
    [Test]
    public void SeparateTraining_ShowsItsNumbersAndACurveForEachPhase()
    {
        Run run = Run.Of(Specs.Separate(Specs.Vectors, Specs.Synthetic));
        TrainingResult result = run.Train();
        string picture = RoutePicture.Draw(run.Model.Spec.Model, RoutedSample.Of(run.Model, null!, run.TestData, [0, 1]));

        string html = TrainingReport.ToHtml(run.Model.Spec, result, 1, new ReportSections(["a", "b"], [], [], picture));

        Assert.That(html, Does.Contain("Routers: margin").And.Contain("Experts: loss").And.Contain("Routers: hit rate").And.Contain("Accuracy and router hit rate").And.Contain(picture));
        Assert.That(html, Does.Contain(FormattableString.Invariant($"{result.Final.Accuracy * 100:0.0} %")));
        Assert.That(html, Does.Not.Contain("Interrupted"));
        string[] charts = [.. Regex.Matches(html, "<svg.*?</svg>", RegexOptions.Singleline).Select(match => match.Value)];
        Assert.That(charts, Has.Length.EqualTo(6));
        Assert.That(charts.Select(XDocument.Parse), Is.All.Not.Null, "each is well-formed");
    }

    [Test]
    public void Page_NeedsNoOtherFile()
    {
        Run run = Run.Of(Specs.Dense(Specs.Vectors, 2, Specs.Synthetic));
        string html = TrainingReport.ToHtml(run.Model.Spec with { Name = "a<b>&c" }, run.Train(), 1, null);

        Assert.That(html, Does.Not.Contain("<script").And.Not.Contain("<link").And.Not.Contain("url("));
        Assert.That(html, Does.Contain("a&lt;b&gt;&amp;c").And.Not.Contain("a<b>"));
    }

    [Test]
    public void InterruptedBeforeTheFirstEpoch_IsSaid_WithoutCurves()
    {
        Run run = Run.Of(Specs.Dense(Specs.Vectors, 2, Specs.Synthetic));
        string html = TrainingReport.ToHtml(run.Model.Spec, run.Train(cancellation: new CancellationToken(canceled: true)), 1, null);
        Assert.That(html, Does.Contain("Interrupted").And.Not.Contain("<svg"));
    }

    [TestCase(0, 1, new[] { 0, 0.2, 0.4, 0.6, 0.8, 1 })]
    [TestCase(0.013, 0.688, new[] { 0, 0.2, 0.4, 0.6, 0.8 })]
    [TestCase(-731, -12, new[] { -800.0, -600, -400, -200, 0 })]
    [TestCase(3, 3, new[] { 3.0, 4 })]
    public void Axes_HaveRoundTicksAroundAllValues(double low, double high, double[] ticks)
    {
        var axis = new LinearAxis(low, high);
        Assert.That(axis.Ticks[0], Is.LessThanOrEqualTo(low + 1e-9));
        Assert.That(axis.Ticks[^1], Is.GreaterThanOrEqualTo(high - 1e-9));
        Assert.That(axis.Ticks, Is.EqualTo(ticks).Within(1e-9));
    }

    [Test]
    public void Metrics_ReadBackToTheSameBits()
    {
        var metrics = new EpochMetrics(TrainingPhase.Experts, 3, 0.1, 1.0 / 3, 2.0 / 7, null, 0.98, 1234.5);
        Assert.That(EpochMetrics.FromJson(metrics.ToJson()), Is.EqualTo(metrics));
        EpochMetrics measured = metrics with { PeakMemory = 5L << 30 };
        Assert.That(EpochMetrics.FromJson(measured.ToJson()), Is.EqualTo(measured));
        Assert.That(metrics.ToJson(), Does.StartWith("{\"phase\":\"experts\",\"epoch\":3,").And.Not.Contain("testAccuracy"));
    }
}
