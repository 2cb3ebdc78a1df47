using PatchMoE.Cli.Inputs;
using PatchMoE.Training.Data;
using PatchMoE.Training.Engines;

namespace PatchMoE.Cli.Theory;

/// <summary>A network to train.</summary>
/// <param name="Spec">Its spec, with its own l.</param>
/// <param name="Seed">Its seed.</param>
internal sealed record NetworkTask(PatchMoESpec Spec, ulong Seed);

/// <summary>A trained network.</summary>
/// <param name="Task">What was trained.</param>
/// <param name="Weights">Its parameter buffer.</param>
/// <param name="Data">The data it was trained and tested on.</param>
/// <param name="Accuracy">Its accuracy on the test samples, with its own l.</param>
/// <param name="Threads">How many threads may measure it.</param>
internal sealed record TrainedNetwork(NetworkTask Task, float[] Weights, LoadedData Data, double Accuracy, int Threads)
{
    /// <summary>The network with these weights and l patches per expert.</summary>
    public IPatchMoEModel Taking(int patches)
    {
        IPatchMoEModel model = CompiledModel.Load(Task.Spec.Taking(patches));
        Weights.CopyTo(model.Parameters);
        return model;
    }

    /// <summary>Samples as the network sees them: the vectors of tokens are its own, if it has learnt any.</summary>
    public Dataset Own(Dataset data)
    {
        if (!data.HasTokens)
        {
            return data;
        }

        var weights = new WeightBuffer(Task.Spec);
        Weights.CopyTo(weights.Parameters);
        return data.WithVectorsOf(weights);
    }

    /// <summary>An engine of <see cref="Taking"/>.</summary>
    public CpuEngine EngineTaking(int patches) => new(Taking(patches), Threads);
}
