using System.Globalization;

namespace PatchMoE.Formats;

/// <summary>Shapes in messages, and the number of values they hold.</summary>
internal static class ShapeText
{
    /// <summary><c>[3, 4]</c>; <c>[]</c> for a single value.</summary>
    public static string Of(IEnumerable<int> shape) =>
        $"[{string.Join(", ", shape.Select(size => size.ToString(CultureInfo.InvariantCulture)))}]";

    /// <summary>The product of the sizes (each ≥ 0), or null if no array can hold that many values.</summary>
    public static int? Length(IReadOnlyCollection<int> shape)
    {
        if (shape.Contains(0))
        {
            return 0;
        }

        long product = 1;
        foreach (int size in shape)
        {
            product *= size;
            if (product > Array.MaxLength)
            {
                return null;
            }
        }

        return (int)product;
    }
}
