using System.Globalization;
using System.Text.RegularExpressions;

namespace PatchMoE.Tests;

/// <summary>Does with an array what a message advises: the small part of numpy that messages use.</summary>
internal static partial class NumpyAdvice
{
    /// <summary>The expression after the first <c>save</c> of a message, applied to an array named x, y or n.</summary>
    public static NpyArray Follow(string message, NpyArray array)
    {
        Match match = Saved().Match(message);
        Assert.That(match.Success, Is.True, $"no advice in: {message}");
        (int[] shape, float[] values) = Value(match.Groups["what"].Value, ([.. array.Shape], [.. Floats(array)]));
        return array.Type == NpyType.Int32 ? new NpyArray(shape, Array.ConvertAll(values, value => (int)value)) : new NpyArray(shape, values);
    }

    private static IEnumerable<float> Floats(NpyArray array) => array.Type == NpyType.Int32 ? array.Values<int>().Select(value => (float)value) : array.Values<float>();

    private static (int[] Shape, float[] Values) Value(string text, (int[] Shape, float[] Values) array)
    {
        if (Repeat().Match(text) is { Success: true } repeat)
        {
            (int[] shape, float[] values) = Value(repeat.Groups["what"].Value, array);
            int times = int.Parse(repeat.Groups["times"].Value, CultureInfo.InvariantCulture);
            return ([.. shape[..^1], shape[^1] * times], [.. values.SelectMany(value => Enumerable.Repeat(value, times))]);
        }

        foreach (Match step in Step().Matches(text[1..]))
        {
            array = Apply(step.Value, array);
        }

        return array;
    }

    private static (int[] Shape, float[] Values) Apply(string step, (int[] Shape, float[] Values) array)
    {
        (int[] shape, float[] values) = array;
        int[] numbers = [.. Number().Matches(step).Select(number => int.Parse(number.Value, CultureInfo.InvariantCulture))];
        switch (step.Split('(')[0])
        {
            case ".transpose":
                return Transpose(array, numbers);
            case ".T":
                return Transpose(array, [.. Enumerable.Range(0, shape.Length).Reverse()]);
            case ".reshape":
                int rest = values.Length / numbers[1..].Aggregate(1, (product, size) => product * size);
                return ([rest, .. numbers[1..]], values);
            case ".ravel":
                return ([values.Length], values);
            case ".mean":
                return (shape[..^1], [.. values.Chunk(shape[^1]).Select(chunk => chunk.Average())]);
            case ".argmax":
                return ([shape[0]], [.. values.Chunk(shape[1]).Select(chunk => (float)Array.IndexOf(chunk, chunk.Max()))]);
            case ".astype":
                return array;
            case "[None]":
                return ([1, .. shape], values);
            case "[..., None]":
                return ([.. shape, 1], values);
            default:
                return ([.. shape[..^1], numbers[0]], [.. values.Chunk(shape[^1]).SelectMany(chunk => chunk[..numbers[0]])]);
        }
    }

    /// <summary>An array with its axes in another order.</summary>
    public static (int[] Shape, float[] Values) Transpose((int[] Shape, float[] Values) array, int[] order)
    {
        int[] shape = [.. order.Select(axis => array.Shape[axis])];
        var values = new float[array.Values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            var position = new int[shape.Length];
            for (int axis = shape.Length - 1, rest = i; axis >= 0; axis--)
            {
                (rest, position[order[axis]]) = Math.DivRem(rest, shape[axis]);
            }

            values[i] = array.Values[position.Zip(array.Shape).Aggregate(0, (index, axis) => (index * axis.Second) + axis.First)];
        }

        return (shape, values);
    }

    [GeneratedRegex(@"[Ss]ave (?<what>(np\.repeat\(.+?axis=-1\)|[xyn](\.\w+(\([^)]*\))?|\[[^\]]*\])+))")]
    private static partial Regex Saved();

    [GeneratedRegex(@"^np\.repeat\((?<what>.+), (?<times>\d+), axis=-1\)$")]
    private static partial Regex Repeat();

    [GeneratedRegex(@"\.\w+(\([^)]*\))?|\[[^\]]*\]")]
    private static partial Regex Step();

    [GeneratedRegex(@"-?\d+")]
    private static partial Regex Number();
}
