namespace PatchMoE;

/// <summary>How a picture of any size becomes an image of the network's size.</summary>
public enum ImageFit
{
    /// <summary>Scaled on each axis by its own factor; nothing is lost, but proportions change.</summary>
    Stretch,

    /// <summary>Scaled with its proportions until it covers the image; what is outside the middle is cut off.</summary>
    Crop,

    /// <summary>Scaled with its proportions until it fits into the image; the rest, on two sides, is black.</summary>
    Pad,
}
