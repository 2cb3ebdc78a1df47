using System.Collections.Concurrent;
using PatchMoE.Compiler;

namespace PatchMoE.Tests.Parity;

/// <summary>
/// Models of specs, each compiled once for all tests: compiling a network, and translating its code to the machine's when it first runs, takes longer than what
/// most tests compute with it.
/// </summary>
internal static class Compiled
{
    private static readonly ConcurrentDictionary<string, Lazy<Type>> s_types = new();

    /// <summary>A new model with weights 0. Equal specs share their code.</summary>
    public static IPatchMoEModel Of(PatchMoESpec spec)
    {
        Lazy<Type> type = s_types.GetOrAdd($"{spec.Name}\n{SpecWriter.ModelToJson(spec)}", _ => new Lazy<Type>(() => PatchMoECompiler.Compile(spec).GetType()));
        return (IPatchMoEModel)Activator.CreateInstance(type.Value)!;
    }
}
