namespace PatchMoE.Gen.Planning;

/// <summary>How the gradient of weight rows reads the patches.</summary>
internal enum PatchReading
{
    /// <summary>Where they lie, one after another.</summary>
    Listed,

    /// <summary>Where they lie, a block of patches at a time, whose rows stay in the L1 cache from tile to tile.</summary>
    Blocks,

    /// <summary>As <see cref="Blocks"/>, in the map of the layer below: a block of columns is a part of the windows' pixel rows.</summary>
    PixelRows,

    /// <summary>From a copy of a block's columns, side by side.</summary>
    Copies,
}
