using PatchMoE.Training.Data;

namespace PatchMoE.Training.Engines;

/// <summary>An engine that takes samples of a data set itself: it knows which of them it reads, and may give their routes in the same pass.</summary>
internal interface ISampleEngine : INetworkEngine
{
    /// <summary>Whether a pass can give routes, too.</summary>
    bool ReportsRoutes { get; }

    /// <summary>Computes the logits of samples of a data set, and their routes if these are wanted.</summary>
    /// <param name="data">The data.</param>
    /// <param name="start">The first sample.</param>
    /// <param name="logits">[B, C], written; its length determines B.</param>
    /// <param name="routes">As in <see cref="INetworkEngine.Route"/>, written; empty if not wanted, and where <see cref="ReportsRoutes"/> is false.</param>
    /// <param name="buffer">For data that are not in memory; grows as needed.</param>
    void Forward(Dataset data, int start, Span<float> logits, Span<int> routes, ref float[] buffer);
}
