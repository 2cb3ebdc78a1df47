using System.Globalization;
using System.Text.RegularExpressions;
using PatchMoE.Compiler;
using PatchMoE.Ilgpu;

namespace PatchMoE.GpuBench.Ptx;

/// <summary>FLOPs and bytes of a launch, as the plan counts them: the emitted comments have them for a unit of the batch.</summary>
/// <param name="Flops">A multiply-add counts two.</param>
/// <param name="Bytes">Distinct memory read and written; without the weights, which all groups share.</param>
internal sealed partial record KernelWork(long Flops, long Bytes)
{
    /// <summary>By the kernel's name, as in <c>Layer0.Route</c>; only those whose work grows with the batch.</summary>
    public static IReadOnlyDictionary<string, KernelWork> Of(PatchMoESpec spec, int batch)
    {
        var found = new Dictionary<string, KernelWork>();
        IReadOnlyList<LayerShape> shapes = spec.Model.LayerShapes();
        foreach (string text in PatchMoECompiler.Emit(spec, backends: [.. IlgpuEngine.Libraries]).Select(file => file.Text))
        {
            string owner = string.Empty;
            Match? counts = null;
            foreach (Match match in Part().Matches(text))
            {
                if (match.Groups["owner"].Success)
                {
                    owner = match.Groups["owner"].Value;
                }
                else if (match.Groups["unit"].Success)
                {
                    counts = match;
                }
                else if (counts is not null)
                {
                    if (Units(counts.Groups["unit"].Value, owner, spec.Model.Layers, shapes) is { } units)
                    {
                        found[$"{owner}.{match.Groups["kernel"].Value}"] = new KernelWork(batch * units * Number(counts, "flops"), batch * units * Number(counts, "bytes"));
                    }

                    counts = null;
                }
            }
        }

        return found;
    }

    /// <summary>Units of a sample; null for what does not grow with the batch.</summary>
    private static long? Units(string unit, string owner, IReadOnlyList<LayerSpec> layers, IReadOnlyList<LayerShape> shapes)
    {
        if (unit == "sample")
        {
            return 1;
        }

        if (unit is not ("instance" or "unit") || !owner.StartsWith("Layer", StringComparison.Ordinal))
        {
            return null;
        }

        int layer = int.Parse(owner.AsSpan("Layer".Length), CultureInfo.InvariantCulture);
        bool routes = layers[layer].Routing is Routing.ExpertChoice or Routing.TokenChoice;
        return shapes[layer].Instances * (unit == "unit" && routes ? layers[layer].Experts : 1);
    }

    private static long Number(Match match, string group) => long.Parse(match.Groups[group].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"internal static class (?<owner>\w+)|/// Per (?<unit>\w+)[^:\n]*: (?<flops>[\d,]+) FLOPs, (?<bytes>[\d,]+) bytes\.|internal static void (?<kernel>\w+)\(", RegexOptions.ExplicitCapture)]
    private static partial Regex Part();
}
