using PatchMoE.RandomNumbers;
using PatchMoE.Training.Data;

namespace PatchMoE.Defaults;

/// <summary>A small table: rows of n groups of d standardised columns, three classes. The class shifts the columns of one group, alike for every seed; the others are noise.</summary>
internal static class GroupedTable
{
    public const int Groups = 6;
    public const int Columns = 5;
    public const int Classes = 3;

    private const double Shift = 2.5;

    /// <summary>Draws rows.</summary>
    /// <param name="count">Their number.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="part">The name of the part, which draws rows of its own.</param>
    public static Dataset Draw(int count, ulong seed, string part)
    {
        var noise = CounterRandom.ForName(seed, $"table.{part}.noise");
        const int length = Groups * Columns;
        var values = new float[count * length];
        var labels = new int[count];
        for (int i = 0; i < count; i++)
        {
            labels[i] = i % Classes;
            for (int j = 0; j < length; j++)
            {
                double mean = j / Columns != 2 ? 0 : j % Columns % Classes == labels[i] ? Shift : -Shift / 2;
                values[(i * length) + j] = (float)(mean + noise.Normal((ulong)((i * length) + j)));
            }
        }

        return new Dataset(EquatableArray.Of(Groups, Columns), values, labels);
    }
}
