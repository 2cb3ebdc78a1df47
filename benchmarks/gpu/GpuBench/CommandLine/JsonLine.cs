using System.Text.Json;
using System.Text.Json.Serialization;

namespace PatchMoE.GpuBench.CommandLine;

/// <summary>A result: one line of JSON on the standard output, at once, so that whoever ends this program has what was done until then.</summary>
internal static class JsonLine
{
    private static readonly JsonSerializerOptions s_options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static void Write<T>(T result)
    {
        Console.Out.WriteLine(JsonSerializer.Serialize(result, s_options));
        Console.Out.Flush();
    }
}
