using System.Globalization;
using System.Text;

namespace PatchMoE.Compare;

/// <summary>Growth as a Markdown table.</summary>
internal static class GrowthTable
{
    public static string ToMarkdown(IReadOnlyList<GrowthSeries> series)
    {
        var text = new StringBuilder();
        text.Append("| doubled | from | step, ms | each doubling, step | MB that a step must move | exponent, forward | exponent, step |\n|---|---|---|---|---|---|---|\n");
        foreach (GrowthSeries one in series)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {one.Name} = {Join(one.Points, point => point.Size, "0")} | {one.Base} ");
            text.Append(CultureInfo.InvariantCulture, $"| {Join(one.Points, point => point.Step * 1e3, "0.0")} | {Join(one.StepDoublings, exponent => exponent, "0.00")} ");
            text.Append(CultureInfo.InvariantCulture, $"| {Join(one.Points, point => point.Cost.Bytes / 1e6, "0.0")} | {one.ForwardExponent:0.00} | **{one.StepExponent:0.00}** |\n");
        }

        string caches = CacheSizes();
        return caches.Length == 0 ? text.ToString() : text.Append(CultureInfo.InvariantCulture, $"\nCaches of one core, smallest first: {caches}.\n").ToString();
    }

    private static string Join<T>(IEnumerable<T> items, Func<T, double> value, string format) =>
        string.Join(' ', items.Select(item => value(item).ToString(format, CultureInfo.InvariantCulture)));

    /// <summary>The data caches as reported by Linux; empty elsewhere.</summary>
    private static string CacheSizes()
    {
        const string Folder = "/sys/devices/system/cpu/cpu0/cache";
        if (!Directory.Exists(Folder))
        {
            return "";
        }

        return string.Join(", ", Directory.GetDirectories(Folder, "index*").Order().Where(cache => Read(cache, "type") != "Instruction").Select(cache => $"L{Read(cache, "level")} {Read(cache, "size")}"));
    }

    private static string Read(string cache, string file)
    {
        string path = Path.Combine(cache, file);
        return File.Exists(path) ? File.ReadAllText(path).Trim() : "?";
    }
}
