namespace PatchMoE.Gen.Emission.Text;

/// <summary>The indices of emitted code, each with one meaning.</summary>
internal static class Indices
{
    /// <summary>A sample of the batch or of a window. Its arrays may lie more than 2³¹ values apart.</summary>
    public static readonly Expression B = ((Expression)"b").As("nint");

    /// <summary>A group: an instance of a layer that runs several times in a sample.</summary>
    public static readonly Expression G = "g";

    /// <summary>An expert.</summary>
    public static readonly Expression S = "s";

    /// <summary>A patch that an expert takes, in the order of its routes.</summary>
    public static readonly Expression T = "t";

    /// <summary>A patch.</summary>
    public static readonly Expression J = "j";

    /// <summary>A neuron, or a row of weights.</summary>
    public static readonly Expression R = "r";

    /// <summary>A row of a list or of a tile.</summary>
    public static readonly Expression Q = "q";

    /// <summary>A value of a row.</summary>
    public static readonly Expression I = "i";
}
