using PatchMoE.Training.Data;

namespace PatchMoE.Cli.TextExperiments;

/// <summary>Rows of features, most of which are 0.</summary>
/// <param name="Length">The number of features in a row.</param>
/// <param name="Places">[N], for each row the features that are not 0, ascending.</param>
/// <param name="Values">[N], their values.</param>
internal sealed record SparseRows(int Length, int[][] Places, double[][] Values)
{
    /// <summary>The number of rows.</summary>
    public int Count => Places.Length;

    /// <summary>The mean of the valid patches of each sample.</summary>
    /// <param name="data">Samples of one group of patches.</param>
    /// <param name="features">How many of a patch's values to take: the first ones.</param>
    public static SparseRows Means(Dataset data, int features)
    {
        int dimension = data.InputShape[^1];
        var sample = new float[data.InputLength];
        var mean = new double[features];
        var places = new int[data.Count][];
        var values = new double[data.Count][];
        for (int i = 0; i < data.Count; i++)
        {
            data.CopyInputs(i, 1, sample);
            int patches = data.LengthsPerSample == 0 ? sample.Length / dimension : data.Lengths[i];
            mean.AsSpan().Clear();
            for (int patch = 0; patch < patches; patch++)
            {
                for (int f = 0; f < features; f++)
                {
                    mean[f] += sample[(patch * dimension) + f] / patches;
                }
            }

            places[i] = [.. Enumerable.Range(0, features).Where(f => mean[f] != 0)];
            values[i] = [.. places[i].Select(f => mean[f])];
        }

        return new SparseRows(features, places, values);
    }

    /// <summary>Some of the rows.</summary>
    public SparseRows Select(IReadOnlyList<int> rows) => new(Length, [.. rows.Select(i => Places[i])], [.. rows.Select(i => Values[i])]);
}
