using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PatchMoE.Gen.Tests;

/// <summary>Emitted code compiles without a message whatever the user's project is called, contains and sets.</summary>
[TestFixture]
public sealed class UserProjectTests
{
    private const string Model = "[global::PatchMoE.PatchMoE(\"specs/mnist-joint.json\")]\ninternal sealed partial class Net\n{\n}\n";

    private static readonly UserFile s_spec = UserProject.Spec("specs/mnist-joint.json");

    private static readonly CSharpCompilationOptions s_strict = new UserProject().Options.WithGeneralDiagnosticOption(ReportDiagnostic.Error);

    [TestCase("System")]
    [TestCase("System.Nets")]
    [TestCase("PatchMoE")]
    [TestCase("PatchMoE.Samples")]
    [TestCase("PatchMoE.Kernels")]
    [TestCase("PatchMoE.Emitted")]
    [TestCase("PatchMoE.Emitted.Net")]
    [TestCase("User.System.PatchMoE")]
    [TestCase("User.PatchMoE.Emitted")]
    [TestCase("Math")]
    public void Namespace_CompilesClean(string name) => Clean($"namespace {name}\n{{\n{Model}}}\n");

    [TestCase("System")]
    [TestCase("PatchMoE")]
    [TestCase("Emitted")]
    [TestCase("Math")]
    [TestCase("Span")]
    [TestCase("Network")]
    [TestCase("Slot")]
    [TestCase("Layer0")]
    [TestCase("Description")]
    [TestCase("Workspace")]
    [TestCase("Object")]
    [TestCase("@class")]
    [TestCase("@global")]
    [TestCase("@net")]
    [TestCase("_")]
    [TestCase("A_B")]
    public void ClassName_CompilesClean(string name) =>
        Clean($"#pragma warning disable CS8981 // The name is the test's.\nnamespace User\n{{\n{Model.Replace("Net", name, StringComparison.Ordinal)}}}\n");

    /// <summary>Types with such names around the class, in the namespaces that the emitted code imports, and in the whole project.</summary>
    [TestCase("User")]
    [TestCase("User.Nets")]
    [TestCase("System")]
    [TestCase("PatchMoE")]
    [TestCase("PatchMoE.Kernels")]
    [TestCase("PatchMoE.Emitted")]
    public void TypesOfTheSameNames_HideNothing(string space)
    {
        string[] names = ["Math", "MathF", "Guard", "Loss", "Workspace", "Values", "Network", "Slot", "Add", "MethodImplAttribute", "Vector128", "PatchMoESpec", "Simd256", "Layer0"];
        HashSet<string> defined = [.. new[] { typeof(object), typeof(IPatchMoEModel), typeof(PatchMoESpec) }.SelectMany(type => type.Assembly.GetExportedTypes()).Select(type => type.FullName!)];

        // A second type with the same full name is the project's own mistake.
        string types = string.Concat(names.Where(name => !defined.Contains($"{space}.{name}")).Select(name => $"    internal static class {name}\n    {{\n    }}\n\n"));
        Clean($"namespace {space}\n{{\n{types}}}\n\nnamespace User.Nets\n{{\n{Model}}}\n");
    }

    [TestCase("global using System;\nglobal using PatchMoE;\nglobal using PatchMoE.Kernels;")]
    [TestCase("global using static System.Math;\nglobal using static System.MathF;")]
    [TestCase("global using Math = System.Text.Rune;\nglobal using Network = System.Text.Rune;\nglobal using Workspace = System.Int32;")]
    [TestCase("global using System.Numerics;\nglobal using System.Threading.Tasks;\nglobal using System.Collections.Generic;\nglobal using System.Linq;")]
    [TestCase("global using Span = System.Span<int>;\nglobal using System = System.Text;")]
    public void GlobalUsings_HideNothing(string usings)
    {
        UserProject project = Project(Model);
        GeneratorRun run = (project with { Sources = project.Sources.Add(new UserFile("/user/Usings.cs", usings)) }).Run();
        Assert.That(run.Diagnostics, Is.Empty);
        Assert.That(run.CompilerDiagnostics.Where(diagnostic => diagnostic.Severity > DiagnosticSeverity.Info).Select(diagnostic => diagnostic.ToString()), Is.Empty);
    }

    [TestCase("[System.Obsolete(\"old\")]")]
    [TestCase("[System.Obsolete(\"old\", true)]")]
    [TestCase("[System.Diagnostics.CodeAnalysis.Experimental(\"NET0001\")]")]
    public void ClassAttribute_CompilesClean(string attribute) => Clean($"{attribute}\n{Model}");

    [TestCase(LanguageVersion.CSharp11, NullableContextOptions.Disable, true)]
    [TestCase(LanguageVersion.CSharp12, NullableContextOptions.Warnings, false)]
    [TestCase(LanguageVersion.Latest, NullableContextOptions.Annotations, true)]
    [TestCase(LanguageVersion.Preview, NullableContextOptions.Enable, false)]
    public void CompilerSettings_CompileClean(LanguageVersion language, NullableContextOptions nullable, bool overflowChecks) =>
        Clean(Model, project => project with { Language = language, Options = project.Options.WithNullableContextOptions(nullable).WithOverflowChecks(overflowChecks) });

    /// <summary>C# 11 is enough for every network and backend.</summary>
    [Test]
    public void AllNetworks_NeedNoMoreThanCSharp11()
    {
        UserProject project = DrawnNetworks.Project(AllNetworks.Specs);
        GeneratorRun run = (project with { Language = LanguageVersion.CSharp11, ReferencesIlgpu = true, Options = s_strict }).Run();
        Assert.That(run.CompilerDiagnostics.Take(10).Select(diagnostic => diagnostic.ToString()), Is.Empty);
    }

    [TestCase(LanguageVersion.CSharp8, "8.0")]
    [TestCase(LanguageVersion.CSharp9, "9.0")]
    [TestCase(LanguageVersion.CSharp10, "10.0")]
    public void LanguageVersionTooLow_IsOneErrorForAClass(LanguageVersion language, string version)
    {
        UserProject project = Project(Model.Replace("class Net", "class §Net", StringComparison.Ordinal)) with { Language = language };
        Expect.Reports(
            DiagnosticRules.LanguageVersionTooLow,
            $"The project uses C# {version}, but the generated code of the class 'Net' needs C# 11.0 or later. Set <LangVersion> to 11.0 or later in the project file, or remove the setting.",
            project);
        GeneratorRun run = project.Replace("Net.cs", "§", string.Empty).Run();
        Assert.Multiple(() =>
        {
            Assert.That(run.Sources, Is.Empty);
            Assert.That(run.CompilerDiagnostics.Select(diagnostic => diagnostic.ToString()), Is.Empty);
        });
    }

    /// <summary>Only an alias cannot become ambiguous, see <see cref="TypesOfTheSameNames_HideNothing"/>.</summary>
    [Test]
    public void KernelFiles_NameTypesByAliases()
    {
        CSharpCompilation output = AllNetworks.Run.Output;
        string[] classes = [.. AllNetworks.OfFiles.Select((_, i) => $"User.Net{i}.")];
        SyntaxTree[] trees = [.. output.SyntaxTrees.Where(tree => classes.Any(name => Path.GetFileName(tree.FilePath).StartsWith(name, StringComparison.Ordinal)))];
        Assert.That(trees, Has.Length.GreaterThanOrEqualTo(3 * classes.Length));
        var bare = new HashSet<string>(StringComparer.Ordinal);
        foreach (SyntaxTree tree in trees)
        {
            SemanticModel semantics = output.GetSemanticModel(tree);
            foreach (IdentifierNameSyntax name in tree.GetRoot().DescendantNodes().OfType<IdentifierNameSyntax>().Where(name => !IsQualified(name)))
            {
                ISymbol? symbol = semantics.GetSymbolInfo(name).Symbol;
                INamedTypeSymbol? type = symbol as INamedTypeSymbol ?? (name.Parent is AttributeSyntax ? symbol?.ContainingType : null);
                if (type is { SpecialType: SpecialType.None } && !SymbolEqualityComparer.Default.Equals(type.ContainingAssembly, output.Assembly) && semantics.GetAliasInfo(name) is null)
                {
                    bare.Add(type.ToDisplayString());
                }
            }
        }

        Assert.That(bare, Is.Empty);
    }

    /// <summary>A model's spec is built from records, without JSON; it equals the spec that was compiled.</summary>
    [Test]
    public void Spec_IsTheOneThatWasCompiled()
    {
        PatchMoESpec[] specs = [.. AllNetworks.Specs.Select((spec, i) => new PatchMoESpec($"{spec.Name}.{i}", spec.Model))];
        GeneratorRun run = AllNetworks.Run;
        using var stream = new MemoryStream();
        Assert.That(run.Output.Emit(stream).Success, Is.True);
        stream.Position = 0;
        var context = new AssemblyLoadContext("Specs");
        context.Resolving += (_, name) => AppDomain.CurrentDomain.GetAssemblies().FirstOrDefault(loaded => loaded.GetName().Name == name.Name);
        Assembly assembly = context.LoadFromStream(stream);
        Assert.Multiple(() =>
        {
            for (int i = 0; i < specs.Length; i++)
            {
                object? spec = assembly.GetType($"User.Net{i}", throwOnError: true)!.GetProperty("Spec", BindingFlags.Static | BindingFlags.Public)!.GetValue(null);
                Assert.That(spec, Is.EqualTo(specs[i]), specs[i].Name);
            }

            Assert.That(run.Sources.Values, Has.None.Contains("SpecReader"));
        });
    }

    private static bool IsQualified(IdentifierNameSyntax name) =>
        (name.Parent is MemberAccessExpressionSyntax access && access.Name == name)
        || (name.Parent is QualifiedNameSyntax qualified && qualified.Right == name)
        || name.FirstAncestorOrSelf<UsingDirectiveSyntax>() is not null
        || name.Parent is AliasQualifiedNameSyntax or NameColonSyntax;

    private static void Clean(string source, Func<UserProject, UserProject>? change = null) =>
        Expect.Compiles((change ?? (project => project))(Project(source)));

    private static UserProject Project(string source) => UserProject.Of(source, s_spec) with { Options = s_strict };
}
