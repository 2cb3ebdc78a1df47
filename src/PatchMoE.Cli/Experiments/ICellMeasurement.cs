using System.Text.Json.Nodes;

namespace PatchMoE.Cli.Experiments;

/// <summary>What a cell measures of a trained network beside its test accuracy.</summary>
internal interface ICellMeasurement
{
    /// <summary>What it is called: a part of the cell's identity.</summary>
    string Name { get; }

    /// <summary>Adds its numbers to a result.</summary>
    /// <param name="engine">The trained network.</param>
    /// <param name="spec">What it was trained by.</param>
    /// <param name="dataFolder">The folder of the data; null if none was given.</param>
    /// <param name="context">What cells share; its cancellation stops the measurement.</param>
    /// <param name="result">Where the numbers go.</param>
    void Measure(INetworkEngine engine, PatchMoESpec spec, string? dataFolder, CellContext context, JsonObject result);
}
