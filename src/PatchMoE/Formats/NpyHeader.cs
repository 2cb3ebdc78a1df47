using System.Globalization;
using System.Text;

namespace PatchMoE.Formats;

/// <summary>The header of a .npy file: a Python dictionary such as <c>{'descr': '&lt;f4', 'fortran_order': False, 'shape': (3, 4), }</c>.</summary>
/// <param name="Descr">The element type as numpy writes it, for example <c>&lt;f4</c>.</param>
/// <param name="FortranOrder">Whether the first axis varies fastest.</param>
/// <param name="Shape">The axis sizes.</param>
internal sealed record NpyHeader(string Descr, bool FortranOrder, EquatableArray<int> Shape)
{
    /// <summary>The text that numpy writes.</summary>
    public override string ToString()
    {
        string sizes = string.Join(", ", Shape.Select(size => size.ToString(CultureInfo.InvariantCulture)));
        string comma = Shape.Count == 1 ? "," : "";
        return $"{{'descr': '{Descr}', 'fortran_order': {(FortranOrder ? "True" : "False")}, 'shape': ({sizes}{comma}), }}";
    }

    /// <summary>The position of a value, <c>[3, 0]</c>, from its index in the order of the file.</summary>
    public string PositionOf(int index)
    {
        var position = new int[Shape.Count];
        for (int i = 0; i < position.Length; i++)
        {
            int axis = FortranOrder ? i : position.Length - 1 - i;
            (index, position[axis]) = Math.DivRem(index, Shape[axis]);
        }

        return ShapeText.Of(position);
    }

    /// <summary>Parses the three fields in any order; nothing else is allowed.</summary>
    /// <exception cref="FormatException">The text is not such a dictionary; the message says where.</exception>
    public static NpyHeader Parse(string text) => new NpyHeaderParser(text).Header();

    /// <summary>Decodes header bytes: Latin-1 in versions 1 and 2, UTF-8 in version 3.</summary>
    /// <exception cref="FormatException">The bytes are not valid UTF-8.</exception>
    public static string Decode(byte[] bytes, int majorVersion)
    {
        try
        {
            return majorVersion < 3 ? Encoding.Latin1.GetString(bytes) : new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new FormatException("its header is not valid UTF-8", e);
        }
    }
}
