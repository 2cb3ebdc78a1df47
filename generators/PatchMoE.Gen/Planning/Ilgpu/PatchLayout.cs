namespace PatchMoE.Gen.Planning.Ilgpu;

/// <summary>
/// Where kernels find the values of a patch. All strides count vectors of <see cref="Vector"/> values: vector v of patch j of an instance lies at
/// <c>instance · InstanceStride + patch(j) + column(v)</c>. In an image, patch(j) has a grid row and a grid column, and column(v) a pixel row and the rest.
/// </summary>
/// <param name="Vector">4 where every stride is a multiple of 4 values, so that each load is of 128 bits; else 1.</param>
/// <param name="Vectors">Vectors of a patch: d / Vector.</param>
/// <param name="InstanceStride">From one instance to the next.</param>
/// <param name="GridWidth">Patches in a row of the grid; 1 where all patches are equally spaced.</param>
/// <param name="GridRowStride">From a patch to the one below; where all are equally spaced, to the next.</param>
/// <param name="GridColumnStride">From a patch to its right neighbour.</param>
/// <param name="PixelRow">Vectors of a patch that are contiguous; all of them where the patch is.</param>
/// <param name="PixelRowStride">From one pixel row of a patch to the next.</param>
/// <param name="Overlapping">Whether two patches may share a value, so that their gradients cannot be written in place.</param>
internal sealed record PatchLayout(
    int Vector, int Vectors, int InstanceStride, int GridWidth, int GridRowStride, int GridColumnStride, int PixelRow, int PixelRowStride, bool Overlapping)
{
    /// <summary>Whether a patch is contiguous.</summary>
    public bool Contiguous => PixelRow == Vectors;

    /// <summary>Patches that follow each other.</summary>
    public static PatchLayout Dense(int patches, int dimension) => Dense(patches, dimension, dimension % 4 == 0 ? 4 : 1);

    /// <summary>Patches of an image, or of a map.</summary>
    public static PatchLayout Of(ImageInputSpec image)
    {
        int imageRow = image.Width * image.Channels;
        int length = image.Height * imageRow;
        int down = image.StrideHeight * imageRow;
        int right = image.StrideWidth * image.Channels;
        int dimension = image.PatchHeight * image.PatchWidth * image.Channels;
        bool contiguous = image.PatchHeight == 1 || image.PatchWidth == image.Width;
        int pixelRow = contiguous ? dimension : image.PatchWidth * image.Channels;
        int pixelRowStride = contiguous ? dimension : imageRow;
        bool overlapping = image.StrideHeight < image.PatchHeight || image.StrideWidth < image.PatchWidth;
        int vector = new[] { pixelRow, pixelRowStride, down, right, length, dimension }.All(stride => stride % 4 == 0) ? 4 : 1;
        (int width, int rowStride, int columnStride) = (image.GridWidth, image.GridHeight) switch
        {
            (1, _) => (1, down, 0),
            (_, 1) => (1, right, 0),
            _ => down == image.GridWidth * right ? (1, right, 0) : (image.GridWidth, down, right),
        };
        return new PatchLayout(
            vector, dimension / vector, length / vector, width, rowStride / vector, columnStride / vector, pixelRow / vector, pixelRowStride / vector, overlapping);
    }

    /// <summary>Copies of so many of these patches, one after the other, in the same vectors.</summary>
    public PatchLayout Copies(int patches) => Dense(patches, Vectors * Vector, Vector);

    private static PatchLayout Dense(int patches, int dimension, int vector)
    {
        int vectors = dimension / vector;
        return new PatchLayout(vector, vectors, patches * vectors, 1, vectors, 0, vectors, vectors, false);
    }
}
