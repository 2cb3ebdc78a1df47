namespace PatchMoE.Gen.Planning;

/// <summary>Where a layer's kernels find patch j: at <c>j · RowStep</c> of the layer's rows.</summary>
/// <param name="Packed">Whether the sample's patches are first copied to scratch, row after row.</param>
/// <param name="RowStep">Floats from one patch to the next.</param>
/// <param name="Reason">Why.</param>
internal sealed record PatchAccess(bool Packed, int RowStep, string Reason)
{
    /// <summary>Reads patches where they lie if each is contiguous and they follow each other in equal, non-overlapping steps.</summary>
    public static PatchAccess Of(InputSpec input, int dimension)
    {
        if (input is not ImageInputSpec image)
        {
            return new PatchAccess(false, dimension, "vectors are read where they lie");
        }

        bool contiguous = image.PatchHeight == 1 || image.PatchWidth == image.Width;
        int rowStep = image.StrideHeight * image.Width * image.Channels;
        int columnStep = image.StrideWidth * image.Channels;
        bool even = image.GridWidth == 1 || image.GridHeight == 1 || rowStep == image.GridWidth * columnStep;
        int step = image.GridWidth == 1 ? rowStep : columnStep;
        return contiguous && even && step >= dimension
            ? new PatchAccess(false, step, "each patch is contiguous in the image and read where it lies")
            : new PatchAccess(true, dimension, "a patch lies in several stretches of the image, so a sample's patches are copied to scratch rows first");
    }
}
