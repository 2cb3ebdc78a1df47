namespace PatchMoE.Cli.Inputs;

/// <summary>Samples for a pass.</summary>
/// <param name="Input">[B, …].</param>
/// <param name="Shape">Its axes, B first.</param>
/// <param name="Labels">[B], or null.</param>
/// <param name="Lengths">Valid patches, [B] or [B, groups], or null.</param>
internal sealed record SampleBatch(float[] Input, EquatableArray<int> Shape, int[]? Labels = null, int[]? Lengths = null)
{
    /// <summary>B.</summary>
    public int Samples => Shape[0];
}
