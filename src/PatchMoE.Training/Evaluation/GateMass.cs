using PatchMoE.Kernels;
using PatchMoE.Training.Data;

namespace PatchMoE.Training.Evaluation;

/// <summary>How much of the routers' softmax over all n patches the l best patches hold, for every l at once.</summary>
internal static class GateMass
{
    private const int Batch = 64;

    /// <summary>Measures layer 0, whatever its gate: the softmax of its scores over all valid patches.</summary>
    /// <param name="model">The network with l = n in layer 0, which chooses patches.</param>
    /// <param name="workspace">A workspace of the model.</param>
    /// <param name="data">The samples.</param>
    /// <param name="cancellation">Stops between two passes.</param>
    /// <returns>[n], element l − 1 the mass kept by l patches, 0…1: the mean over samples and experts.</returns>
    /// <exception cref="ArgumentException">The network takes fewer than n patches.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static double[] Measure(IPatchMoEModel model, Workspace workspace, Dataset data, CancellationToken cancellation = default)
    {
        LayerShape shape = model.Spec.Model.LayerShapes()[0];
        int patches = shape.Patches;
        if (shape.PatchesPerExpert != patches)
        {
            throw new ArgumentException($"The network takes {shape.PatchesPerExpert} of {patches} patches: the scores of the others are unknown.", nameof(model));
        }

        int perSample = shape.Instances * shape.Experts * patches;
        var routes = new int[Batch * perSample];
        var scores = new float[Batch * perSample];
        var powers = new double[patches];
        var kept = new double[patches];
        long counted = 0;
        float[] inputs = [];
        for (int start = 0; start < data.Count; start += Batch)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(Batch, data.Count - start);
            Span<int> taken = routes.AsSpan(0, count * perSample);
            model.Route(data.InputsOf(start, count, ref inputs), taken, scores.AsSpan(0, count * perSample), [], workspace, data.LengthsOf(start, count));
            for (int at = 0; at < taken.Length; at += patches)
            {
                int none = taken.Slice(at, patches).IndexOf(-1);
                int valid = none < 0 ? patches : none;
                if (valid > 0)
                {
                    AddShares(scores.AsSpan(at, valid), powers.AsSpan(0, valid), kept);
                    counted++;
                }
            }
        }

        return [.. kept.Select(sum => counted == 0 ? 0 : sum / counted)];
    }

    /// <param name="scores">The scores of an expert's valid patches, best first.</param>
    /// <param name="powers">As long, for scratch.</param>
    /// <param name="kept">[n], added to; an expert with fewer valid patches than l keeps all the mass.</param>
    private static void AddShares(ReadOnlySpan<float> scores, Span<double> powers, Span<double> kept)
    {
        double all = 0;
        for (int j = 0; j < scores.Length; j++)
        {
            powers[j] = StrictMath.Exp((double)scores[j] - scores[0]);
            all += powers[j];
        }

        double sum = 0;
        for (int l = 0; l < kept.Length; l++)
        {
            sum += l < powers.Length ? powers[l] : 0;
            kept[l] += l < powers.Length - 1 ? sum / all : 1;
        }
    }
}
