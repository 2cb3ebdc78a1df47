using System.Globalization;
using System.Text;

namespace PatchMoE.Compare;

/// <summary>A sparse layer's time by the share of windows taken, as a Markdown table.</summary>
internal static class ShareTable
{
    public static string ToMarkdown(ShareSeries series)
    {
        LayerShape layer = series.Layer;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"n = {layer.Patches} windows of d = {layer.Dimension} values, k = {layer.Experts} experts of M = {layer.Neurons} neurons\n\n");
        text.Append("| l | l/n | forward, ms | step, ms | GFLOP of a step | GFLOP/s |\n|---|---|---|---|---|---|\n");
        foreach (GrowthPoint point in series.Points)
        {
            double step = series.OfLayer(point, one => one.Step);
            double flops = series.OfLayer(point, one => one.Cost.Flops);
            text.Append(CultureInfo.InvariantCulture, $"| {point.Size} | {(double)point.Size / layer.Patches:0.00} | {series.OfLayer(point, one => one.Forward) * 1e3:0.00} | {step * 1e3:0.00} ");
            text.Append(CultureInfo.InvariantCulture, $"| {flops / 1e9:0.000} | {flops / step / 1e9:0} |\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"| exponent | | **{series.ForwardExponent:0.00}** | **{series.StepExponent:0.00}** | {series.FlopsExponent:0.00} | |\n");
        return text.ToString();
    }
}
