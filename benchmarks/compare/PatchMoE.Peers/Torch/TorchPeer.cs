using PatchMoE.Peers.Networks;
using PatchMoE.Peers.Protocol;
using PatchMoE.TorchSharp;
using PatchMoE.TorchSharp.Loading;
using static TorchSharp.torch;

namespace PatchMoE.Peers.Torch;

/// <summary>libtorch, called through TorchSharp.</summary>
internal sealed class TorchPeer : IPeer
{
    private readonly Tensor _input;
    private readonly Dictionary<string, TorchJob> _jobs;

    /// <exception cref="BadInputException">libtorch cannot be loaded.</exception>
    public TorchPeer(ComparedNetwork network, int threads)
    {
        TorchRuntime.Require();
        set_num_threads(threads);
        set_num_interop_threads(1);
        _input = tensor(network.Input, [network.Batch, .. network.Model.InputShape().Select(size => (long)size)]);
        Dictionary<string, TorchFormulation> formulations = network.IsStack ? TorchStack.Formulations(network) : OfOneLayer(network);
        _jobs = formulations.ToDictionary(one => one.Key, one => new TorchJob(network, one.Value, _input));
    }

    public string Version => TorchVersions.Libtorch;

    public IReadOnlyList<string> Passes { get; } = ["forward", "step"];

    public IReadOnlyList<string> Formulations => [.. _jobs.Keys];

    public IReadOnlyDictionary<string, double> Check(string formulation) => _jobs[formulation].Check();

    public Action Work(string formulation, string pass) => pass == "step" ? _jobs[formulation].Step : _jobs[formulation].Forward;

    public void Dispose()
    {
        foreach (TorchJob job in _jobs.Values)
        {
            job.Dispose();
        }

        _input.Dispose();
    }

    private static Dictionary<string, TorchFormulation> OfOneLayer(ComparedNetwork network) => new()
    {
        ["gather+bmm"] = new GatherBmm(network),
        ["rows+bmm"] = new RowsBmm(network),
        ["rows+bmm+bmm"] = new RowsBmm(network) { WeighsByProduct = true },
        ["per expert"] = new PerExpert(network),
        ["per expert+bmm"] = new PerExpert(network) { WeighsByProduct = true },
        ["dense+mask"] = new DenseMask(network),
    };
}
