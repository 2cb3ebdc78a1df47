namespace PatchMoE.Gen.Planning;

/// <summary>Where a layer over a map finds its windows: always in the map itself, which the layer below has left in the sample's scratch.</summary>
internal static class WindowAccess
{
    public static PatchAccess Of(MapPlan map, WindowSpec window)
    {
        ImageInputSpec image = map.AsImage(window);
        if (PatchAccess.EvenStep(image) is { } step)
        {
            return PatchAccess.Rows(step, "each window is contiguous in the map of the layer below and read where it lies");
        }

        ImagePatches windows = PatchAccess.PixelRows(image);
        return new PatchAccess(
            PatchSource.Image, 0, windows, $"a window is read where it lies in the map of the layer below, in {Format.Plural(windows.PixelRows, "row")} of {Format.Plural(windows.Length, "value")}") { InMap = true };
    }
}
