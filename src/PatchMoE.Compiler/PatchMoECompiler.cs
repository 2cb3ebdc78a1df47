using System.Reflection;
using System.Runtime.Loader;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using PatchMoE.Gen.Emission;
using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Parsing;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Compiler;

/// <summary>
/// Compiles specs in memory with the source generator's own planning and emission, so that what runs is what a project with the same spec would contain.
/// </summary>
public static class PatchMoECompiler
{
    /// <summary>The namespace of compiled classes.</summary>
    public const string Namespace = "PatchMoE.Models";

    private static readonly CSharpParseOptions s_parseOptions = new(LanguageVersion.CSharp13);

    /// <summary>Compiles a spec, or takes its assembly from the cache, and creates a model; its weights are 0.</summary>
    /// <param name="spec">A valid spec; only its name and model are used.</param>
    /// <param name="cache">Where compiled assemblies are stored; null to store none.</param>
    /// <param name="backends">
    /// The libraries of the additional backends that the model is to have code for, and those that their public types need: for example PatchMoE.Ilgpu and ILGPU.
    /// </param>
    /// <exception cref="InvalidOperationException">The emitted code does not compile: a bug in the generator.</exception>
    public static IPatchMoEModel Compile(PatchMoESpec spec, AssemblyCache? cache = null, params IReadOnlyList<Assembly> backends)
    {
        string className = ClassName(spec.Name);
        byte[] assembly = cache is null ? Build(spec, backends) : cache.GetOrAdd(Key(spec, backends), () => Build(spec, backends));
        var context = new AssemblyLoadContext($"PatchMoE model {className}");

        // The model must use the types of this process, not copies of them.
        context.Resolving += (_, name) => AppDomain.CurrentDomain.GetAssemblies().FirstOrDefault(loaded => loaded.GetName().Name == name.Name);
        Assembly loaded = context.LoadFromStream(new MemoryStream(assembly));
        return (IPatchMoEModel)Activator.CreateInstance(loaded.GetType($"{Namespace}.{className}", throwOnError: true)!)!;
    }

    /// <summary>Whether <see cref="Compile"/> would find the assembly in the cache, and so not compile at all.</summary>
    /// <param name="spec">A valid spec.</param>
    /// <param name="cache">The cache.</param>
    /// <param name="backends">As in <see cref="Compile"/>.</param>
    public static bool IsCached(PatchMoESpec spec, AssemblyCache cache, params IReadOnlyList<Assembly> backends) => cache.Contains(Key(spec, backends));

    /// <summary>The files that the generator writes for a spec.</summary>
    /// <param name="spec">A valid spec.</param>
    /// <param name="space">The namespace to emit into.</param>
    /// <param name="backends">As in <see cref="Compile"/>.</param>
    /// <exception cref="BadInputException">The network has a backbone.</exception>
    public static IReadOnlyList<EmittedFile> Emit(PatchMoESpec spec, string space = Namespace, params IReadOnlyList<Assembly> backends)
    {
        if (spec.Model.Backbone is { } backbone)
        {
            throw new BadInputException(SpecDiagnostic.Of(DiagnosticRules.BackboneNotCompiled, "model.backbone", default, spec.Name, backbone.MapText()).Message);
        }

        // What the generator does after its own reading of the spec.
        string className = ClassName(spec.Name);
        var target = new TargetClass(space, [], $"partial class {className}", className);
        ModelPlan plan = Planner.Plan(new PatchMoESpec(spec.Name, spec.Model), target);
        var named = new NamedPlan(plan, className, new Backends(backends.Any(Has(Backends.IlgpuType)), backends.Any(Has(Backends.TorchSharpType))));
        return [.. ModelEmitter.Emit(named).Select(source => new EmittedFile(source.Name, source.Text))];

        static Func<Assembly, bool> Has(string type) => backend => backend.GetType(type) is not null;
    }

    /// <summary>The class name for a spec's name: <c>mnist-joint</c> becomes <c>MnistJoint</c>, and <c>spec</c>, the name of a generated member, <c>SpecModel</c>.</summary>
    /// <param name="specName">A valid spec's name.</param>
    public static string ClassName(string specName)
    {
        string name = string.Concat(
            specName.Split(['-', '_', '.'], StringSplitOptions.RemoveEmptyEntries).Select(part => char.ToUpperInvariant(part[0]) + part[1..]));
        return EmittedMembers.IsName(name) ? name + "Model" : name;
    }

    /// <summary>What the assembly of a spec depends on, besides the tools that the cache accounts for.</summary>
    private static string Key(PatchMoESpec spec, IReadOnlyList<Assembly> backends) =>
        string.Join('\n', backends.Select(backend => $"{backend.ManifestModule.ModuleVersionId}").Prepend(SpecWriter.ModelToJson(spec)));

    private static byte[] Build(PatchMoESpec spec, IReadOnlyList<Assembly> backends)
    {
        string className = ClassName(spec.Name);
        string declaration = $"namespace {Namespace};\n\npublic sealed partial class {className};\n";
        CSharpCompilation compilation = References.Read(backends)
            .WithAssemblyName($"PatchMoE.Compiled.{className}")
            .AddSyntaxTrees([Parse(declaration, "Model.cs"), .. Emit(spec, Namespace, backends).Select(file => Parse(file.Text, file.Name))]);
        using var stream = new MemoryStream();
        EmitResult result = compilation.Emit(stream);
        Diagnostic[] failures = result.Diagnostics.Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning).ToArray();
        return failures.Length == 0
            ? stream.ToArray()
            : throw new InvalidOperationException($"The code emitted for {spec.Name} does not compile cleanly:\n{string.Join('\n', failures.Take(10).Select(failure => failure.ToString()))}");
    }

    private static SyntaxTree Parse(string text, string path) => CSharpSyntaxTree.ParseText(text, s_parseOptions, path, Encoding.UTF8);
}
