using PatchMoE.Cli.Outputs;

namespace PatchMoE.GpuBench.CommandLine;

/// <summary>A result: one line of JSON on the standard output, at once, so that whoever ends this program has what was done until then.</summary>
internal static class ResultLine
{
    public static void Write(object result)
    {
        Console.Out.WriteLine(JsonLine.Of(result));
        Console.Out.Flush();
    }
}
