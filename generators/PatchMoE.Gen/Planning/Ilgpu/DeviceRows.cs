namespace PatchMoE.Gen.Planning.Ilgpu;

/// <summary>
/// Where a layer's kernels find value i of patch j of an instance, in vectors of <see cref="Vector"/> values:
/// <c>instance · InstanceStep + row(j) + column(i)</c>. For an image row and column each have two digits, (grid row, grid column) and (pixel row, rest).
/// </summary>
/// <param name="Vector">4 where every step is a multiple of 4 values, so that all loads are of 128 bits; else 1.</param>
/// <param name="Columns">d / Vector.</param>
/// <param name="InstanceStep">From one instance to the next.</param>
/// <param name="Across">Patches in a row of the grid; 1 where they are equally spaced.</param>
/// <param name="DownStep">From a patch to the one below; where they are equally spaced, to the next.</param>
/// <param name="AcrossStep">From a patch to the one at its right.</param>
/// <param name="Run">Vectors that lie together in a patch; all of them where the patch is contiguous.</param>
/// <param name="RunStep">From one such run to the next.</param>
/// <param name="Overlapping">Whether two patches may share a value, so that their gradients cannot be written at once.</param>
internal sealed record DeviceRows(int Vector, int Columns, int InstanceStep, int Across, int DownStep, int AcrossStep, int Run, int RunStep, bool Overlapping)
{
    /// <summary>Rows that follow each other.</summary>
    public static DeviceRows Dense(int rows, int dimension)
    {
        int vector = dimension % 4 == 0 ? 4 : 1;
        int columns = dimension / vector;
        return new DeviceRows(vector, columns, rows * columns, 1, columns, 0, columns, columns, false);
    }

    /// <summary>The patches of the lowest layer.</summary>
    public static DeviceRows Of(InputSpec input, int patches, int dimension) => input is ImageInputSpec image ? Of(image) : Dense(patches, dimension);

    private static DeviceRows Of(ImageInputSpec image)
    {
        int rowOfPixels = image.Width * image.Channels;
        int length = image.Height * rowOfPixels;
        int down = image.StrideHeight * rowOfPixels;
        int right = image.StrideWidth * image.Channels;
        int dimension = image.PatchHeight * image.PatchWidth * image.Channels;
        bool contiguous = image.PatchHeight == 1 || image.PatchWidth == image.Width;
        int run = contiguous ? dimension : image.PatchWidth * image.Channels;
        int runStep = contiguous ? dimension : rowOfPixels;
        bool overlapping = image.StrideHeight < image.PatchHeight || image.StrideWidth < image.PatchWidth;
        int vector = new[] { run, runStep, down, right, length, dimension }.All(step => step % 4 == 0) ? 4 : 1;
        (int across, int downStep, int acrossStep) = image.GridWidth == 1 ? (1, down, 0)
            : image.GridHeight == 1 || down == image.GridWidth * right ? (1, right, 0)
            : (image.GridWidth, down, right);
        return new DeviceRows(
            vector, dimension / vector, length / vector, across, downStep / vector, acrossStep / vector, run / vector, runStep / vector, overlapping);
    }
}
