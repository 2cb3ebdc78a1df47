using PatchMoE.Gen.Emission.Ilgpu;
using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Emission.Torch;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>
/// The table of contents of an emitted model: one file for its surface, one for its passes, one per layer; and the same again for a GPU. What a user sees
/// is in the user's namespace; all else in one of its own, with its usings inside it, so that no name of the user's project means something else there.
/// </summary>
internal static class ModelEmitter
{
    public static IEnumerable<EmittedSource> Emit(NamedPlan named)
    {
        (ModelPlan plan, string stem) = (named.Plan, named.Stem);
        yield return new EmittedSource(FileNames.Surface(stem), Surface(plan));
        yield return new EmittedSource(FileNames.Passes(stem), Kernels(plan, "How the kernels follow each other: a sample, a window of samples, a worker's share.", writer =>
        {
            PassesEmitter.Write(writer, plan);
            DescriptionEmitter.Write(writer, plan);
        }));
        foreach (LayerPlan layer in plan.Layers)
        {
            yield return new EmittedSource(FileNames.Layer(stem, layer), Kernels(plan, $"The kernels of layer {layer.Index}.", writer => LayerEmitter.Write(writer, plan, layer)));
        }

        if (named.Backends.TorchSharp)
        {
            yield return new EmittedSource(FileNames.Torch(stem), Torch(plan));
        }

        if (named.Backends.Ilgpu)
        {
            foreach (EmittedSource source in IlgpuModelEmitter.Emit(plan, stem))
            {
                yield return source;
            }
        }
    }

    private static string Surface(ModelPlan plan)
    {
        var writer = new SourceWriter();
        HeaderEmitter.WriteModel(writer, plan);
        UserClass.Write(writer, plan, " : global::PatchMoE.ICompiledModel", body => SurfaceEmitter.Write(body, plan), documentation =>
        {
            HeaderEmitter.WriteClassDoc(documentation, plan);
            documentation.Lines(HeaderEmitter.GeneratedCode);
        });
        return writer.ToString();
    }

    private static string Torch(ModelPlan plan)
    {
        var writer = new SourceWriter();
        HeaderEmitter.WriteTop(writer, plan, "The network as a TorchSharp module.");
        UserClass.Write(writer, plan, string.Empty, body => ModuleEmitter.Write(body, plan));
        return writer.ToString();
    }

    private static string Kernels(ModelPlan plan, string purpose, Action<SourceWriter> body)
    {
        var writer = new SourceWriter();
        body(writer);
        string kernels = writer.ToString();
        var top = new SourceWriter();
        HeaderEmitter.WriteTop(top, plan, purpose);
        top.Lines($"namespace {plan.Target.EmittedNamespace};").Gap();
        top.Lines(Usings.Of(kernels)).Gap();
        return top.ToString() + kernels;
    }
}
