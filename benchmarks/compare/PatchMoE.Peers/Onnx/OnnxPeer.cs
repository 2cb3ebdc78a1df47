using Microsoft.ML.OnnxRuntime;
using PatchMoE.Onnx.Layers;
using PatchMoE.Peers.Networks;
using PatchMoE.Peers.Protocol;

namespace PatchMoE.Peers.Onnx;

/// <summary>ONNX Runtime, which computes forward passes only, with the network as <c>pmoe export</c> writes it, in each formulation.</summary>
/// <param name="network">The network.</param>
/// <param name="threads">The number of threads of an operator.</param>
internal sealed class OnnxPeer(ComparedNetwork network, int threads) : IPeer
{
    private readonly Dictionary<string, OnnxJob> _jobs = new Dictionary<string, FormulationKind>
    {
        ["rows+matmul"] = FormulationKind.AllExperts,
        ["per expert"] = FormulationKind.ExpertByExpert,
        ["dense+mask"] = FormulationKind.MaskedPatches,
    }.ToDictionary(one => one.Key, one => new OnnxJob(network, one.Value, threads));

    public string Version => OrtEnv.Instance().GetVersionString();

    public IReadOnlyList<string> Passes { get; } = ["forward"];

    public IReadOnlyList<string> Formulations => [.. _jobs.Keys];

    public IReadOnlyDictionary<string, double> Check(string formulation) => _jobs[formulation].Check();

    public Action Work(string formulation, string pass) => _jobs[formulation].Forward;

    public void Dispose()
    {
        foreach (OnnxJob job in _jobs.Values)
        {
            job.Dispose();
        }
    }
}
