namespace PatchMoE.Formats;

/// <summary>What the values of an array are for, which decides what they are converted to.</summary>
internal enum NpyReading
{
    /// <summary>
    /// The nearest of the types of <see cref="NpyType"/>: float16 is widened and float64 rounded to float32; bool becomes uint8; integers wider than that become
    /// int32 where they fit.
    /// </summary>
    AsStored,

    /// <summary>
    /// A network's input: uint8 stays, since it means pixels; everything else becomes float32. Float64 is rounded, as numpy's <c>astype</c> does; integers and
    /// bool are taken as the numbers they are, and must be exact in float32.
    /// </summary>
    Inputs,

    /// <summary>Labels and counts: int32, exactly; any type will do, as long as all values are whole numbers in range.</summary>
    WholeNumbers,
}
