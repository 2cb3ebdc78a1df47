using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints what depends on the width of the machine's vectors; the JIT compiles the branch of its own alone.</summary>
internal static class WidthChoice
{
    /// <summary>Prints the choice, once where both widths have the same or rows of so many lanes never fill the widest vectors.</summary>
    public static void Write<T>(SourceWriter writer, int lanes, ByWidth<T> choice, Action<T> print)
        where T : IEquatable<T>
    {
        T[] some = [.. choice.For(lanes)];
        if (some.Length == 1)
        {
            print(some[0]);
            return;
        }

        writer.Block("if (S.Lanes == 16)", () => print(choice.Wide));
        writer.Block("else", () => print(choice.Narrow));
    }

    /// <summary>The choice in words, for documentation.</summary>
    public static string Describe<T>(int lanes, ByWidth<T> choice, Func<T, string> words)
        where T : IEquatable<T> =>
        string.Join("; with 256-bit vectors ", choice.For(lanes).Select(words));
}
