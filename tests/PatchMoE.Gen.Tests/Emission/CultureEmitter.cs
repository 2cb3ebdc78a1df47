using System.Globalization;

namespace PatchMoE.Gen.Tests;

/// <summary>A process that knows cultures, unlike the tests', and runs the generator in some of them.</summary>
internal static class CultureEmitter
{
    private const int Networks = 40;

    /// <summary>Compares what the generator writes in each culture with what it writes in none.</summary>
    /// <returns>0 if all is equal.</returns>
    public static int Run(IEnumerable<string> cultures)
    {
        PatchMoESpec[] specs = [.. DrawnNetworks.Of(0, Networks)];
        IReadOnlyDictionary<string, string> expected = Emit(specs, CultureInfo.InvariantCulture);
        foreach (string name in cultures)
        {
            CultureInfo culture = CultureInfo.GetCultureInfo(name);
            if (culture.TextInfo.ToUpper("i") == "I" && culture.NumberFormat.NumberDecimalSeparator == ".")
            {
                Console.Error.WriteLine($"{name} is like no culture: the process has no data of cultures.");
                return 1;
            }

            foreach ((string file, string text) in Emit(specs, culture))
            {
                if (!expected.TryGetValue(file, out string? other) || text != other)
                {
                    Console.Error.WriteLine($"{name}: {file} differs:\n{text}");
                    return 1;
                }
            }
        }

        return 0;
    }

    private static IReadOnlyDictionary<string, string> Emit(PatchMoESpec[] specs, CultureInfo culture)
    {
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = culture;
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = culture;
        return DrawnNetworks.Project(specs).Run().Sources;
    }
}
