using System.Diagnostics;

namespace PatchMoE.Gen.Tests;

/// <summary>This program as another process, for what one process cannot do alone.</summary>
internal static class SecondProcess
{
    public const string WriteCache = "cache";
    public const string EmitInCultures = "cultures";

    /// <summary>Starts it.</summary>
    /// <param name="arguments">The task, and what it needs.</param>
    public static ProcessStartInfo Start(params string[] arguments) =>
        new("dotnet", ["exec", typeof(SecondProcess).Assembly.Location, .. arguments]) { RedirectStandardError = true };

    private static int Main(string[] arguments) => arguments switch
    {
        [WriteCache, var folder, var specFile] => CacheWriter.Run(folder, specFile),
        [EmitInCultures, .. var cultures] => CultureEmitter.Run(cultures),
        _ => throw new ArgumentException(string.Join(' ', arguments)),
    };
}
