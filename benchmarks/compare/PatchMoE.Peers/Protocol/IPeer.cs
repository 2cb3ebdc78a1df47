namespace PatchMoE.Peers.Protocol;

/// <summary>Another library that computes the network, in several formulations.</summary>
internal interface IPeer : IDisposable
{
    /// <summary>The library's version.</summary>
    string Version { get; }

    /// <summary>What it can compute: <c>forward</c>, <c>step</c>.</summary>
    IReadOnlyList<string> Passes { get; }

    /// <summary>The names of the formulations.</summary>
    IReadOnlyList<string> Formulations { get; }

    /// <summary>The largest errors of a formulation's results, by name, relative to the largest absolute value.</summary>
    /// <param name="formulation">Its name.</param>
    IReadOnlyDictionary<string, double> Check(string formulation);

    /// <summary>One run of a pass.</summary>
    /// <param name="formulation">The formulation's name.</param>
    /// <param name="pass">One of <see cref="Passes"/>.</param>
    Action Work(string formulation, string pass);
}
