namespace PatchMoE.Gen.Planning;

/// <summary>From where a layer's kernels read patches.</summary>
internal enum PatchSource
{
    /// <summary>Where they lie: a patch's values follow each other, and patches follow each other in equal steps.</summary>
    Rows,

    /// <summary>Where they lie in an image, in long pixel rows.</summary>
    Image,

    /// <summary>The router from the image, the experts from copies of the few patches that are taken.</summary>
    Chosen,

    /// <summary>From copies of all patches.</summary>
    Copies,
}

/// <summary>Where a layer's kernels find the values of patch j.</summary>
/// <param name="Source">From where they read.</param>
/// <param name="RowStep">Floats from one patch to the next; 0 where <paramref name="Image"/> says it.</param>
/// <param name="Image">Patches in several pixel rows that are read where they lie; else null, and a patch's values follow each other.</param>
/// <param name="Reason">Why.</param>
internal sealed record PatchAccess(PatchSource Source, int RowStep, ImagePatches? Image, string Reason)
{
    /// <summary>Pixel rows at least this long cost a kernel nothing and hold a block of a window's weights.</summary>
    private const int LongPixelRow = 256;

    /// <summary>A sample's scratch holds copies.</summary>
    public bool Copies => Source is PatchSource.Copies or PatchSource.Chosen;

    /// <summary>
    /// Whether an image is decoded into a worker's scratch when it is given as pixels: its router reads it where it lies. Copies of all patches are decoded as they are made, and where patches are read in
    /// the image again and again, it must be floats.
    /// </summary>
    public bool DecodesImage => Source == PatchSource.Chosen;

    /// <summary>Whether they are windows of the map of the layer below, which is in a cache.</summary>
    public bool InMap { get; init; }

    /// <summary>The pixel rows in which experts find their patches; else null.</summary>
    public ImagePatches? ExpertImage => Source == PatchSource.Image ? Image : null;

    /// <summary>The outputs of the layer below, or vectors.</summary>
    public static PatchAccess Rows(int step, string reason) => new(PatchSource.Rows, step, null, reason);

    /// <summary>Avoids copies where it can: short pixel rows would break up the experts' long sums, so those read copies.</summary>
    public static PatchAccess Of(InputSpec input, LayerSpec layer, LayerShape shape)
    {
        if (input is not ImageInputSpec image)
        {
            return Rows(shape.Dimension, "vectors are read where they lie");
        }

        if (EvenStep(image) is { } step)
        {
            return Rows(step, "each patch is contiguous in the image and read where it lies");
        }

        ImagePatches patches = PixelRows(image);
        if (patches.Length >= LongPixelRow)
        {
            return new PatchAccess(
                PatchSource.Image, 0, patches, $"a patch is read where it lies in the image, in {Format.Plural(patches.PixelRows, "pixel row")} of {patches.Length} values");
        }

        int taken = shape.Experts * shape.PatchesPerExpert;
        bool fewTaken = layer.Routing == Routing.ExpertChoice && layer.Gate != Gate.SoftmaxAll && 2 * taken <= shape.Patches;
        return fewTaken && patches.FillsVectors && !ExpertKernel.NeedsWindow(shape)
            ? new PatchAccess(
                PatchSource.Chosen, shape.Dimension, patches, $"the router reads the image where it lies; the {taken} patches taken of {shape.Patches} are then copied to scratch rows, in the order of the routes")
            : new PatchAccess(
                PatchSource.Copies, shape.Dimension, null, $"a patch lies in {patches.PixelRows} short pixel rows of the image, so a sample's patches are first copied to scratch rows");
    }

    /// <summary>Floats from a patch to the next where a patch's values follow each other and patches lie in equal steps; else null.</summary>
    public static int? EvenStep(ImageInputSpec image)
    {
        (int columnStep, int gridStep) = Steps(image);
        bool even = image.GridWidth == 1 || image.GridHeight == 1 || gridStep == image.GridWidth * columnStep;
        return !IsContiguous(image) || !even ? null : image.GridWidth == 1 ? gridStep : columnStep;
    }

    /// <summary>The pixel rows in which patches lie; one where a patch's values follow each other.</summary>
    public static ImagePatches PixelRows(ImageInputSpec image)
    {
        (int columnStep, int gridStep) = Steps(image);
        return IsContiguous(image)
            ? new ImagePatches(1, image.PatchHeight * image.PatchWidth * image.Channels, 0, image.GridWidth, columnStep, gridStep)
            : new ImagePatches(image.PatchHeight, image.PatchWidth * image.Channels, image.Width * image.Channels, image.GridWidth, columnStep, gridStep);
    }

    private static bool IsContiguous(ImageInputSpec image) => image.PatchHeight == 1 || image.PatchWidth == image.Width;

    private static (int Column, int Grid) Steps(ImageInputSpec image) => (image.StrideWidth * image.Channels, image.StrideHeight * image.Width * image.Channels);
}
