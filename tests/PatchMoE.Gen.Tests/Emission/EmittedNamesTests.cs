using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PatchMoE.Compiler;

namespace PatchMoE.Gen.Tests;

/// <summary>The list of names that a class cannot have is what is really emitted: no more, no less.</summary>
[TestFixture]
public sealed class EmittedNamesTests
{
    [Test]
    public void List_IsTheMembersAndTheNamesUsed()
    {
        PatchMoESpec[] probes = [.. Probes()];
        IEnumerable<string> classes = probes.Select((_, i) => $"[PatchMoE.PatchMoE(\"{i}.json\")]\ninternal sealed partial class Probe{i};");
        CSharpCompilation output = UserProject.Of(string.Join('\n', classes), [.. probes.Select((spec, i) => UserProject.Spec($"{i}.json", SpecWriter.ToJson(spec)))]).Run().Output;
        IEnumerable<string> members = probes
            .SelectMany((_, i) => output.GetTypeByMetadataName($"Probe{i}")!.GetMembers())
            .Where(member => member.CanBeReferencedByName && !member.IsImplicitlyDeclared)
            .Select(member => member.Name);
        IEnumerable<string> used = output.SyntaxTrees
            .Where(tree => tree.FilePath.EndsWith(".g.cs", StringComparison.Ordinal))
            .SelectMany(tree => NamesUsed(tree, output.GetSemanticModel(tree)));
        var found = new HashSet<string>(members.Concat(used), StringComparer.Ordinal)
        {
            // The top layer runs once and has no groups; the list names it all the same, like those of the others.
            $"Layer{SpecReader.MaximumLevels - 1}Groups",
        };
        Assert.Multiple(() =>
        {
            Assert.That(found.Except(EmittedNames.All), Is.Empty, "missing in the list");
            Assert.That(EmittedNames.All.Except(found), Is.Empty, "in the list, but never emitted");
        });
    }

    /// <summary>Every kind of network: the random ones, and the deepest with all weights in every layer.</summary>
    private static IEnumerable<PatchMoESpec> Probes()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            yield return RandomSpec.Of(seed);
        }

        var layer = new LayerSpec(Routing.ExpertChoice, 2, 3, PatchesPerExpert: 2, Bias: true);
        yield return new PatchMoESpec("deep", new ModelSpec(
            new VectorsInputSpec(4, 5, EquatableArray.Of(3, 3)), EquatableArray.Of(layer, layer, layer), new HeadSpec(HeadKind.Linear, 2, Bias: true), Loss.SoftmaxCrossEntropy));
    }

    /// <summary>The bare names in a tree that a class of that name would hide: types without type parameters, and methods of 'using static'.</summary>
    private static IEnumerable<string> NamesUsed(SyntaxTree tree, SemanticModel semantics)
    {
        foreach (SimpleNameSyntax name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
        {
            bool qualified = name.Parent is MemberAccessExpressionSyntax access && access.Name == name;
            bool inUsing = name.FirstAncestorOrSelf<UsingDirectiveSyntax>() is not null;
            ISymbol? symbol = semantics.GetSymbolInfo(name).Symbol;
            bool attribute = name.Parent is AttributeSyntax;
            if (!qualified && !inUsing && !SymbolEqualityComparer.Default.Equals(symbol?.ContainingAssembly, semantics.Compilation.Assembly)
                && (attribute || symbol is INamedTypeSymbol { Arity: 0, SpecialType: SpecialType.None } or IMethodSymbol { MethodKind: MethodKind.Ordinary }))
            {
                yield return name.Identifier.Text;
            }
        }
    }

    [TestCase("head", "HeadModel")]
    [TestCase("spec", "SpecModel")]
    [TestCase("layer-0", "Layer0Model")]
    [TestCase("math", "MathModel")]
    [TestCase("add", "AddModel")]
    [TestCase("patch_rows", "PatchRowsModel")]
    public void CompiledSpecOfSuchAName_GetsAnotherClassName(string name, string className)
    {
        PatchMoESpec spec = RandomSpec.Of(0) with { Name = name };
        IPatchMoEModel model = PatchMoECompiler.Compile(spec);
        Assert.Multiple(() =>
        {
            Assert.That(model.GetType().Name, Is.EqualTo(className));
            Assert.That(model.Spec.Name, Is.EqualTo(name));
        });
    }
}
