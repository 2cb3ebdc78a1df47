using System.Collections.Immutable;
using PatchMoE.Tests.Parity;

namespace PatchMoE.Gen.Tests;

/// <summary>The random networks of the parity tests in users' projects.</summary>
internal static class DrawnNetworks
{
    /// <summary>Networks of every kind in turn: plain ones, with token choice, stacks, and stacks with token choice.</summary>
    /// <param name="first">The first network's number.</param>
    /// <param name="count">How many.</param>
    public static IEnumerable<PatchMoESpec> Of(int first, int count) => Enumerable.Range(first, count).Select(i => new RandomSpecs(1 + i, (RandomSpecs.Parts)(i % 4)).Draw());

    /// <summary>A project with a class per spec and no usings of its own, in C# 11.</summary>
    public static UserProject Project(IReadOnlyList<PatchMoESpec> specs)
    {
        IEnumerable<string> classes = specs.Select((_, i) =>
            $"/// <summary>Network {i}.</summary>\n[global::PatchMoE.PatchMoE(\"{i}.json\")]\npublic sealed partial class Net{i}\n{{\n}}\n");
        ImmutableArray<UserFile> files = [.. specs.Select((spec, i) => UserProject.Spec($"{i}.json", SpecWriter.ToJson(spec with { Name = $"{spec.Name}.{i}" })))];
        return UserProject.Of($"namespace User;\n\n{string.Join('\n', classes)}", [.. files]);
    }
}
