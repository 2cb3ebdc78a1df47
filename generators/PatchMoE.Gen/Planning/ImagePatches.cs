namespace PatchMoE.Gen.Planning;

/// <summary>Patches of an image that are read where they lie.</summary>
/// <param name="PixelRows">Pixel rows of a patch.</param>
/// <param name="Length">Values of each: pixels × channels.</param>
/// <param name="Step">Floats from one pixel row to the next: a row of the image.</param>
/// <param name="GridWidth">Patches side by side.</param>
/// <param name="ColumnStep">Floats from a patch to its right neighbour.</param>
/// <param name="GridStep">Floats from a patch to the one below it.</param>
internal sealed record ImagePatches(int PixelRows, int Length, int Step, int GridWidth, int ColumnStep, int GridStep)
{
    /// <summary>Whether a pixel row fills three quarters of the lanes of the widest vectors that hold it.</summary>
    public bool FillsVectors => Length >= ExpertKernel.Vector && 4 * Length >= 3 * Slots.Align(Length);
}
