using System.Globalization;

namespace PatchMoE.Formats;

/// <summary>An element type that can be read.</summary>
/// <param name="Kind">numpy's letter: <c>b</c> bool, <c>i</c> signed, <c>u</c> unsigned, <c>f</c> floating point.</param>
/// <param name="Size">Bytes per value: 1 to 8.</param>
/// <param name="BigEndian">Whether the most significant byte comes first.</param>
internal readonly record struct NpyElement(char Kind, int Size, bool BigEndian)
{
    /// <summary>Whether values are 8-bit unsigned integers.</summary>
    public bool IsUInt8 => (Kind, Size) == ('u', 1);

    /// <summary>The type of a <c>descr</c>, for example <c>&lt;f4</c>; without a byte order it is this machine's, as for numpy.</summary>
    /// <exception cref="FormatException">It cannot be read; the message says what to save instead.</exception>
    public static NpyElement Parse(string descr, NpyReading reading)
    {
        bool hasOrder = descr.Length > 0 && descr[0] is '<' or '>' or '|' or '=';
        string code = hasOrder ? descr[1..] : descr;
        return code is "b1" or "i1" or "i2" or "i4" or "i8" or "u1" or "u2" or "u4" or "u8" or "f2" or "f4" or "f8"
            ? new NpyElement(code[0], code[1] - '0', descr[0] == '>' || (descr[0] != '<' && !BitConverter.IsLittleEndian))
            : throw new FormatException($"its dtype '{descr}' {Refusal(code, reading)}");
    }

    /// <summary>What is wrong with a type, and what to save instead.</summary>
    private static string Refusal(string code, NpyReading reading)
    {
        const string Labels = "names, numbers = np.unique(labels, return_inverse=True) and np.save(path, numbers)";
        (string problem, string labels, string inputs) = (code.Length == 0 ? '\0' : code[0]) switch
        {
            'U' or 'S' or 'a' => ("holds texts, not numbers", $"Number the classes with {Labels}", "If they are numbers, save x.astype('float32')"),
            'O' => (
                "holds Python objects, which are pickled; they are never read, since that would run code from the file",
                $"Number the classes with {Labels}",
                "Give all samples the same shape and save np.stack(list(x)).astype('float32')"),
            'c' => ("holds complex numbers", "Save the real part, y.real", "Save real and imaginary parts as channels, np.stack([x.real, x.imag], axis=-1)"),
            'M' or 'm' => ("holds times", "Save them as numbers, y.astype('int64')", "Save them as numbers, x.astype('int64').astype('float32')"),
            'f' => ("is wider than float64", "Save y.astype('float64')", "Save x.astype('float32')"),
            _ => ("is not a type of plain numbers", "Save y.astype('int32')", "Save x.astype('float32')"),
        };
        string advice = reading switch
        {
            NpyReading.WholeNumbers => labels,
            NpyReading.Inputs => inputs,
            _ => string.Create(CultureInfo.InvariantCulture, $"For labels: {labels}. For inputs: {inputs}"),
        };
        return $"{problem}. {advice}";
    }
}
