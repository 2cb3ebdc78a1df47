namespace PatchMoE;

/// <summary>The words used in specs for the values of an enum: the member's name in camel case.</summary>
internal static class SpecWords
{
    /// <summary>The word of a value, for example <c>softmaxSelected</c>.</summary>
    /// <typeparam name="T">The enum.</typeparam>
    /// <param name="value">A named value.</param>
    public static string Of<T>(T value)
        where T : struct, Enum
    {
        string name = value.ToString();
        return char.ToLowerInvariant(name[0]) + name.Substring(1);
    }

    /// <summary>All words of an enum, in the order of its values.</summary>
    /// <typeparam name="T">The enum.</typeparam>
    public static IReadOnlyList<string> All<T>()
        where T : struct, Enum => [.. Values<T>().Select(Of)];

    /// <summary>The value for a word, or null if there is none.</summary>
    internal static T? Value<T>(string word)
        where T : struct, Enum => Values<T>().Select(value => (T?)value).FirstOrDefault(value => Of(value!.Value) == word);

    // By name: an array of T, which Enum.GetValues makes, has no code in a native program.
    private static IEnumerable<T> Values<T>() => Enum.GetNames(typeof(T)).Select(name => (T)Enum.Parse(typeof(T), name));
}
