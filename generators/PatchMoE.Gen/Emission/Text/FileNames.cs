using PatchMoE.Gen.Parsing;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission.Text;

/// <summary>A model whose files cannot have the name that its class gives them.</summary>
/// <param name="Target">Its class.</param>
/// <param name="Stem">The stem of its files' names instead.</param>
internal sealed record RenamedFiles(TargetClass Target, string Stem);

/// <summary>What is emitted for a model.</summary>
/// <param name="Plan">Its plan.</param>
/// <param name="Stem">The stem of its files' names.</param>
/// <param name="Backends">The backends beside the CPU that it gets code for.</param>
internal sealed record NamedPlan(ModelPlan Plan, string Stem, Backends Backends);

/// <summary>
/// The names of emitted files. Roslyn compares them ignoring case, so <c>net</c> and <c>Net</c> collide, as do a class <c>Passes</c> in <c>Net</c>
/// and the file <c>Net.Passes</c>. The later class in ordinal order then gets a number, which no name in C# can have: <c>net-2</c>.
/// </summary>
internal static class FileNames
{
    /// <summary>The models whose files need other names; almost always none, so that a new model changes nothing for the others.</summary>
    public static EquatableArray<RenamedFiles> Renamed(IEnumerable<ModelPlan> plans)
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var renamed = new List<RenamedFiles>();
        foreach (ModelPlan plan in plans.OrderBy(plan => plan.Target.FileStem, StringComparer.Ordinal))
        {
            string stem = Candidates(plan.Target.FileStem).First(candidate => !Names(plan, candidate).Any(taken.Contains));
            taken.UnionWith(Names(plan, stem));
            if (stem != plan.Target.FileStem)
            {
                renamed.Add(new RenamedFiles(plan.Target, stem));
            }
        }

        return renamed.ToEquatableArray();
    }

    /// <summary>A plan with its stem.</summary>
    public static NamedPlan Name(ModelPlan plan, EquatableArray<RenamedFiles> renamed, Backends backends) =>
        new(plan, renamed.FirstOrDefault(other => other.Target == plan.Target)?.Stem ?? plan.Target.FileStem, backends);

    public static string Surface(string stem) => $"{stem}.g.cs";
    public static string Passes(string stem) => $"{stem}.Passes.g.cs";
    public static string Layer(string stem, LayerPlan layer) => $"{stem}.Layer{layer.Index}.g.cs";
    public static string Torch(string stem) => $"{stem}.Torch.g.cs";
    public static string Ilgpu(string stem) => $"{stem}.Ilgpu.g.cs";
    public static string IlgpuPasses(string stem) => $"{stem}.Ilgpu.Passes.g.cs";
    public static string IlgpuLayer(string stem, LayerPlan layer) => $"{stem}.Ilgpu.Layer{layer.Index}.g.cs";
    public static string IlgpuHead(string stem) => $"{stem}.Ilgpu.Head.g.cs";

    /// <summary>All of them, whether or not there is code for each backend: names do not depend on what a project references.</summary>
    private static IEnumerable<string> Names(ModelPlan plan, string stem) =>
    [
        Surface(stem),
        Passes(stem),
        Torch(stem),
        .. plan.Layers.Select(layer => Layer(stem, layer)),
        Ilgpu(stem),
        IlgpuPasses(stem),
        IlgpuHead(stem),
        .. plan.Layers.Select(layer => IlgpuLayer(stem, layer)),
    ];

    private static IEnumerable<string> Candidates(string stem)
    {
        yield return stem;
        for (int number = 2; ; number++)
        {
            yield return $"{stem}-{number}";
        }
    }
}
