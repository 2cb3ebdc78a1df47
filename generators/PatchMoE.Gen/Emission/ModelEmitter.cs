using PatchMoE.Gen.Emission.Ilgpu;
using PatchMoE.Gen.Emission.Torch;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>An emitted file.</summary>
/// <param name="Name">Its name, unique in the compilation.</param>
/// <param name="Text">Its text.</param>
internal sealed record EmittedSource(string Name, string Text);

/// <summary>The table of contents of an emitted model: one file for its surface, one for its passes, one per layer; and the same again for a GPU.</summary>
internal static class ModelEmitter
{
    public static IEnumerable<EmittedSource> Emit(NamedPlan named)
    {
        (ModelPlan plan, string stem) = (named.Plan, named.Stem);
        yield return File(plan, FileNames.Surface(stem), "What a user sees: sizes, weights, passes, files.", " : IPatchMoEModel, IPassKernels", writer => SurfaceEmitter.Write(writer, plan));
        yield return File(plan, FileNames.Passes(stem), "How the kernels follow each other: a sample, a window of samples, a worker's share.", string.Empty, writer => PassesEmitter.Write(writer, plan));
        foreach (LayerPlan layer in plan.Layers)
        {
            yield return File(plan, FileNames.Layer(stem, layer), $"The kernels of layer {layer.Index}: {LayerEmitter.Summary(layer)}.", string.Empty, writer => LayerEmitter.Write(writer, plan, layer));
        }

        if (named.Backends.TorchSharp)
        {
            yield return File(plan, FileNames.Torch(stem), "The network as a TorchSharp module.", string.Empty, writer => ModuleEmitter.Write(writer, plan));
        }

        if (named.Backends.Ilgpu)
        {
            foreach (EmittedSource source in IlgpuModelEmitter.Emit(plan, stem))
            {
                yield return source;
            }
        }
    }

    private static EmittedSource File(ModelPlan plan, string name, string purpose, string interfaces, Action<SourceWriter> body)
    {
        var writer = new SourceWriter();
        HeaderEmitter.Write(writer, plan, purpose);
        if (plan.Target.Namespace.Length > 0)
        {
            writer.Lines($"namespace {plan.Target.Namespace};").Gap();
        }

        var scopes = new Stack<IDisposable>();
        foreach (string type in plan.Target.ContainingTypes)
        {
            scopes.Push(writer.Block(type));
        }

        if (interfaces.Length > 0)
        {
            HeaderEmitter.WriteClassDoc(writer, plan);
            writer.Lines($"[GeneratedCode(\"PatchMoE.Gen\", \"{HeaderEmitter.Version}\")]");
        }

        using (writer.Block(plan.Target.Declaration + interfaces))
        {
            body(writer);
        }

        while (scopes.Count > 0)
        {
            scopes.Pop().Dispose();
        }

        return new EmittedSource(name, writer.ToString());
    }
}
