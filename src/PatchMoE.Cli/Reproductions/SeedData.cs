using PatchMoE.Training.Data;

namespace PatchMoE.Cli.Reproductions;

/// <summary>
/// The data of a grid, drawn once per seed and held while its cells are trained: sample i of a mosaic depends only on the seed and i, so cells
/// with fewer samples train on the first samples of the same array.
/// </summary>
/// <param name="cells">The remaining cells.</param>
/// <param name="folder">The folder of the images.</param>
internal sealed class SeedData(IReadOnlyList<Cell> cells, string folder)
{
    private readonly Dictionary<int, Lazy<LoadedData>> _held = [];
    private readonly Dictionary<int, int> _remaining = cells.CountBy(cell => cell.Seed).ToDictionary();

    /// <summary>The data of a cell. Return them with <see cref="Release"/>.</summary>
    public (Dataset Train, Dataset Test) Take(Cell cell)
    {
        Lazy<LoadedData> all;
        lock (_held)
        {
            if (!_held.TryGetValue(cell.Seed, out all!))
            {
                int most = cells.Where(other => other.Seed == cell.Seed).Max(other => other.Samples);
                PatchMoESpec spec = cell.Spec with { Data = ((MosaicDataSpec)cell.Spec.Data!) with { Train = most } };
                all = new(() => DataLoader.Load(spec, folder, (ulong)cell.Seed, folder));
                _held.Add(cell.Seed, all);
            }
        }

        (Dataset train, Dataset test) = all.Value;
        return (train.First(cell.Samples), test);
    }

    /// <summary>Ends a cell; after the last one of a seed its data are released.</summary>
    public void Release(Cell cell)
    {
        lock (_held)
        {
            if (--_remaining[cell.Seed] == 0)
            {
                _held.Remove(cell.Seed);
            }
        }
    }
}
