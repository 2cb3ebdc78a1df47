using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using PatchMoE.Compiler;

namespace PatchMoE.Gen.Tests;

/// <summary>The list of names that a class cannot have is what is really emitted: no more, no less.</summary>
[TestFixture]
public sealed class EmittedNamesTests
{
    private static readonly Lazy<(CSharpCompilation Output, int Count)> s_probes = new(() =>
    {
        PatchMoESpec[] probes = [.. Probes()];
        IEnumerable<string> classes = probes.Select((_, i) => $"[PatchMoE.PatchMoE(\"{i}.json\")]\ninternal sealed partial class Probe{i};");
        UserFile[] files = [.. probes.Select((spec, i) => UserProject.Spec($"{i}.json", SpecWriter.ToJson(spec)))];
        return (UserProject.Of(string.Join('\n', classes) + TorchLibrary, files).Run().Output, probes.Length);
    });

    /// <summary>In place of PatchMoE.TorchSharp, which these tests do without: what an emitted module needs of it.</summary>
    private const string TorchLibrary = """

        namespace PatchMoE.TorchSharp
        {
            public enum ModuleOutput { Logits, Features }

            public abstract class PatchMoEModule
            {
                protected global::TorchSharp.torch.Tensor Weight(string name) => new();
            }

            public class CompiledModule(IPatchMoEModel model, ModuleOutput output, int threads) : PatchMoEModule
            {
                public IPatchMoEModel GetModel() => output == ModuleOutput.Logits && threads >= 0 ? model : throw new System.NotSupportedException();
            }
        }

        namespace TorchSharp
        {
            public static class torch
            {
                public sealed class Tensor;
            }
        }
        """;

    [Test]
    public void List_IsTheMembers()
    {
        IEnumerable<string> members = Enumerable.Range(0, s_probes.Value.Count)
            .SelectMany(i => s_probes.Value.Output.GetTypeByMetadataName($"Probe{i}")!.GetMembers())
            .Where(member => member.CanBeReferencedByName && !member.IsImplicitlyDeclared)
            .Select(member => member.Name);
        var found = new HashSet<string>(members, StringComparer.Ordinal)
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

        yield return new PatchMoESpec("large", new ModelSpec(
            new VectorsInputSpec(2, 70000), EquatableArray.Of(new LayerSpec(Routing.ExpertChoice, 4, 4, PatchesPerExpert: 1)), new HeadSpec(HeadKind.Linear, 2), Loss.SoftmaxCrossEntropy));
        yield return new PatchMoESpec("shared", new ModelSpec(
            new VectorsInputSpec(5, 7), EquatableArray.Of(new LayerSpec(Routing.ExpertChoice, 8, 3, PatchesPerExpert: 2)), new HeadSpec(HeadKind.Linear, 2), Loss.SoftmaxCrossEntropy));
        var layer = new LayerSpec(Routing.ExpertChoice, 2, 3, PatchesPerExpert: 2, Bias: true);
        yield return new PatchMoESpec("deep", new ModelSpec(
            new VectorsInputSpec(4, 5, EquatableArray.Of(3, 3)), EquatableArray.Of(layer, layer, layer), new HeadSpec(HeadKind.Linear, 2, Bias: true), Loss.SoftmaxCrossEntropy));
    }

    [TestCase("head-weight", "HeadWeightModel")]
    [TestCase("spec", "SpecModel")]
    [TestCase("layer-0-experts", "Layer0ExpertsModel")]
    [TestCase("outputs", "OutputsModel")]
    [TestCase("math", "Math")]
    [TestCase("network", "Network")]
    public void CompiledSpecOfSuchAName_GetsAnotherClassNameWhereItMust(string name, string className)
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
