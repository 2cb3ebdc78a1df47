using PatchMoE.Compiler;

namespace PatchMoE.Gen.Tests;

/// <summary>A process that compiles a spec with a cache.</summary>
internal static class CacheWriter
{
    public static int Run(string folder, string specFile)
    {
        PatchMoESpec spec = SpecReader.Read(File.ReadAllText(specFile), specFile).Spec!;
        IPatchMoEModel model = PatchMoECompiler.Compile(spec, new AssemblyCache(folder));
        return model.Spec == new PatchMoESpec(spec.Name, spec.Model) ? 0 : 1;
    }
}
