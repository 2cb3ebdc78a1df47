using System.Text;

namespace PatchMoE.Tests;

/// <summary>.npy files as numpy and other writers make them, byte by byte.</summary>
internal static class NumpyFile
{
    /// <summary>A version 1.0 file with any header.</summary>
    public static byte[] WithHeader(string header, byte[] data) =>
        [0x93, 78, 85, 77, 80, 89, 1, 0, (byte)header.Length, (byte)(header.Length >> 8), .. Encoding.Latin1.GetBytes(header), .. data];

    /// <summary>A version 1.0 file.</summary>
    /// <param name="descr">The element type.</param>
    /// <param name="shape">The axes.</param>
    /// <param name="data">The values in the file's order.</param>
    /// <param name="fortran">Whether this is Fortran order.</param>
    public static byte[] Of(string descr, int[] shape, byte[] data, bool fortran = false) =>
        WithHeader($"{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': ({string.Concat(shape.Select(size => $"{size},"))}), }}\n", data);

    /// <summary>The bytes of values, the least significant first, or the most.</summary>
    public static byte[] Bytes<T>(IEnumerable<T> values, Func<T, byte[]> littleEndian, bool bigEndian = false) =>
        [.. values.SelectMany(value => bigEndian ? littleEndian(value).Reverse() : littleEndian(value))];

    /// <summary>float32 values.</summary>
    public static byte[] Bytes(params float[] values) => Bytes(values, BitConverter.GetBytes);
}
