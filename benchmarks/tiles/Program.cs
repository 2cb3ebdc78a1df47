using System.Globalization;
using System.Runtime.Intrinsics;
using PatchMoE.Measurement;
using PatchMoE.Tiles;

// VALUES PATCHES ROWS: times every register tile that inner products of so many patches with so many weight rows can take, on the machine it runs on.
int[] sizes = [.. args.Select(argument => int.TryParse(argument, NumberStyles.None, CultureInfo.InvariantCulture, out int size) ? size : 0)];
if (sizes is not [>= 16, >= 1, >= 1])
{
    Console.Error.WriteLine("usage: VALUES PATCHES ROWS, for example 784 16 8: d (at least 16), n and k of a router");
    return 2;
}

(int values, int patches, int rows) = (sizes[0], sizes[1], sizes[2]);
Tile[] tiles = [.. Tile.Candidates(patches, rows)];
var kernels = new TileKernels(values, patches, rows, tiles);
var random = new Random(1);
float[] Draw(int length) => [.. Enumerable.Range(0, length).Select(_ => random.NextSingle() - 0.5f)];
(float[] x, float[] w, float[] products) = (Draw(patches * values), Draw(rows * values), new float[patches * rows]);
MachineLimits limits = MachineLimits.Measure(threads: 1);
double[] rates = [.. tiles.Select(Rate)];

Tile planned = Tile.Planned(patches, rows, Vector512.IsHardwareAccelerated);
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"d = {values}, {patches} patches, {rows} rows; {limits.Vectors}; {limits.CoreFlops / 1e9:F0} GFLOP/s of multiply-adds"));
Console.WriteLine("| tile | sums | GFLOP/s | share | |\n|---|---|---|---|---|");
foreach ((Tile tile, double rate) in tiles.Zip(rates).OrderByDescending(pair => pair.Second))
{
    string mark = (rate == rates.Max() ? "fastest here " : string.Empty) + (tile == planned ? "planned" : string.Empty);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {tile.Patches} × {tile.Rows} | {tile.Sums} | {rate / 1e9:F1} | {100 * rate / limits.CoreFlops:F0} % | {mark.Trim()} |"));
}

return 0;

double Rate(Tile tile)
{
    Action<float[], float[], float[]> sweep = kernels.Sweep(tile);
    double flops = 2.0 * values * (patches / tile.Patches * tile.Patches) * (rows / tile.Rows * tile.Rows);
    int repeats = (int)Math.Clamp(2e7 / flops, 1, 10_000);
    void Work()
    {
        for (int i = 0; i < repeats; i++)
        {
            sweep(x, w, products);
        }
    }

    return flops * repeats / PassTimer.Measure(Work, runs: 50).Best;
}
