namespace PatchMoE;

/// <summary>How training images are varied: at random, differently in each epoch, by the seed, the epoch and the sample's index alone.</summary>
/// <param name="Flip">Whether an image is mirrored, left to right, half of the time.</param>
/// <param name="Shift">The largest shift along each axis in pixels, ≥ 0; what comes in from outside is 0 (after normalisation, so it is the mean).</param>
/// <param name="Crop">The smallest side of a random part, relative to the image, that is enlarged to the image's size, 0 &lt; crop ≤ 1; 1 for none.</param>
/// <param name="Brightness">The largest number added to or taken from all values of an image, whose range is 0…1, ≥ 0.</param>
public sealed record AugmentSpec(bool Flip, int Shift, double Crop, double Brightness)
{
    /// <summary>The usual choice (He et al., 2016): flips, and shifts by an eighth of the shorter side.</summary>
    /// <param name="height">H of the image.</param>
    /// <param name="width">W of the image.</param>
    public static AugmentSpec Usual(int height, int width) => new(Flip: true, Shift: Math.Min(height, width) / 8, Crop: 1, Brightness: 0);
}
