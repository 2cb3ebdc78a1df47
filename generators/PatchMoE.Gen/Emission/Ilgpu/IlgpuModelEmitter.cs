using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>
/// The table of contents of a model's GPU files. The kernels have a namespace of their own beside the CPU's: their usings stand inside it, so that nothing in
/// the user's project can hide a name from them, and they take no name from the user's class.
/// </summary>
internal static class IlgpuModelEmitter
{
    private static readonly string[] s_usings = ["System", "ILGPU", "ILGPU.Algorithms", "ILGPU.Runtime", "PatchMoE.Ilgpu"];

    public static IEnumerable<EmittedSource> Emit(ModelPlan model, string stem)
    {
        IlgpuPlan plan = IlgpuPlan.Of(model);
        yield return new EmittedSource(FileNames.Ilgpu(stem), Surface(plan));
        yield return new EmittedSource(FileNames.IlgpuPasses(stem), Kernels(plan, "How the GPU's kernels follow each other, and their scratch.", writer => PassesEmitter.Write(writer, plan)));
        foreach (IlgpuLayerPlan layer in plan.Layers)
        {
            yield return new EmittedSource(
                FileNames.IlgpuLayer(stem, layer.Layer), Kernels(plan, $"The GPU's kernels of layer {layer.Layer.Index}.", writer => LayerKernels.Write(writer, plan, layer)));
        }

        yield return new EmittedSource(FileNames.IlgpuHead(stem), Kernels(plan, "The GPU's kernels of head and loss.", writer => HeadKernels.Write(writer, plan)));
    }

    private static string Space(ModelPlan model) => $"{model.Target.EmittedNamespace}.Gpu";

    /// <summary>The model's class, which implements what the GPU's runtime asks of it, explicitly.</summary>
    private static string Surface(IlgpuPlan plan)
    {
        var writer = new SourceWriter();
        HeaderEmitter.WriteTop(writer, plan.Model, "What a GPU's runtime sees of the model.");
        string partials = plan.PartialFloats > 0 ? $" + {plan.PartialFloats}" : string.Empty;
        UserClass.Write(writer, plan.Model, " : global::PatchMoE.Ilgpu.IIlgpuModel", body => body.Lines($"""
            long global::PatchMoE.Ilgpu.IIlgpuModel.ScratchFloats(int batch) => (batch * {plan.Floats}L){partials};

            long global::PatchMoE.Ilgpu.IIlgpuModel.ScratchIntegers(int batch) => batch * {plan.Integers}L;

            global::PatchMoE.Ilgpu.IIlgpuPasses global::PatchMoE.Ilgpu.IIlgpuModel.Load(global::ILGPU.Runtime.Accelerator accelerator) =>
                new global::{Space(plan.Model)}.{PassesEmitter.ClassName}(accelerator);
            """));
        return writer.ToString();
    }

    private static string Kernels(IlgpuPlan plan, string purpose, Action<SourceWriter> body)
    {
        var writer = new SourceWriter();
        HeaderEmitter.WriteTop(writer, plan.Model, purpose);
        writer.Lines($"namespace {Space(plan.Model)};").Gap();
        writer.Lines(string.Join("\n", s_usings.Select(space => $"using global::{space};"))).Gap();
        body(writer);
        return writer.ToString();
    }
}
