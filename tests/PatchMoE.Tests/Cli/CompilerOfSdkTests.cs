using System.Reflection;
using System.Runtime.Loader;
using PatchMoE.Cli.Inputs;
using PatchMoE.Compiler;

namespace PatchMoE.Tests.Cli;

/// <summary>Tests run under the SDK's runtime, so its compiler is there.</summary>
public class CompilerOfSdkTests
{
    [Test]
    public void ItCompilesIntoTheCache_WithNativeCode()
    {
        PatchMoESpec spec = SpecReader.Read(
            """
            {
              "name": "CompiledByTheSdk",
              "model": {
                "input": { "kind": "vectors", "patches": 5, "dimension": 3 },
                "layers": [{ "routing": "expertChoice", "experts": 2, "patchesPerExpert": 2, "neuronsPerExpert": 3, "gate": "softmaxSelected", "pooling": "selected" }],
                "head": { "kind": "linear", "outputs": 2 },
                "loss": "softmaxCrossEntropy"
              }
            }
            """,
            "spec").Spec!;
        AssemblyCache cache = AssemblyCache.ForUser()!;
        File.Delete(cache.PathOf(SpecWriter.ModelToJson(spec)));

        Assert.That(CompilerOfSdk.TryCompile(spec), Is.True);

        Assembly compiler = AssemblyLoadContext.All.OfType<CompilerOfSdk>().First().Assemblies.Single(assembly => assembly.GetName().Name == "Microsoft.CodeAnalysis.CSharp");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(compiler.Location, Does.Contain(Path.Combine("Roslyn", "bincore")));
            Assert.That(PatchMoECompiler.IsCached(spec, cache), Is.True);
        }
    }
}
