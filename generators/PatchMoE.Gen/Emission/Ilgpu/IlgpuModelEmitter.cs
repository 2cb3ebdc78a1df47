using PatchMoE.Gen.Planning;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>
/// The table of contents of a model's GPU files. The kernels have a namespace of their own, whose usings stand inside it: nothing in the user's project can
/// hide a name from them, and they take no name from the user's class.
/// </summary>
internal static class IlgpuModelEmitter
{
    private static readonly string[] s_usings = ["System", "ILGPU", "ILGPU.Algorithms", "ILGPU.Runtime", "PatchMoE.Ilgpu"];

    public static IEnumerable<EmittedSource> Emit(ModelPlan model, string stem)
    {
        IlgpuPlan plan = IlgpuPlan.Of(model);
        string space = $"PatchMoE.Ilgpu.Emitted.{Space(model.Target)}";
        yield return new EmittedSource(FileNames.Ilgpu(stem), Surface(plan, space));
        yield return new EmittedSource(FileNames.IlgpuPasses(stem), Kernels(plan, space, "How the GPU's kernels follow each other, and their scratch.", writer => DevicePassesEmitter.Write(writer, plan)));
        foreach (IlgpuLayerPlan layer in plan.Layers)
        {
            yield return new EmittedSource(
                FileNames.IlgpuLayer(stem, layer.Layer),
                Kernels(plan, space, $"The GPU's kernels of layer {layer.Layer.Index}: {LayerDoc.Summary(layer.Layer)}.", writer => LayerKernels.Write(writer, plan, layer)));
        }

        yield return new EmittedSource(FileNames.IlgpuHead(stem), Kernels(plan, space, "The GPU's kernels of head and loss.", writer =>
        {
            writer.Lines("/// <summary>Head and loss on a GPU.</summary>");
            using (writer.Block("internal static class Head"))
            {
                HeadKernels.Write(writer, plan);
            }
        }));
    }

    private static string Surface(IlgpuPlan plan, string space)
    {
        ModelPlan model = plan.Model;
        var writer = new SourceWriter();
        HeaderEmitter.WriteTop(writer, model, "What a GPU's runtime sees of the model.");
        if (model.Target.Namespace.Length > 0)
        {
            writer.Lines($"namespace {model.Target.Namespace};").Gap();
        }

        var scopes = new Stack<IDisposable>();
        foreach (string type in model.Target.ContainingTypes)
        {
            scopes.Push(writer.Block(type));
        }

        using (writer.Block($"{model.Target.Declaration} : global::PatchMoE.Ilgpu.IIlgpuModel"))
        {
            string partials = plan.PartialFloats > 0 ? $" + {plan.PartialFloats}" : string.Empty;
            writer.Lines($"""
                long global::PatchMoE.Ilgpu.IIlgpuModel.ScratchFloats(int batch) => (batch * {plan.Floats}L){partials};

                long global::PatchMoE.Ilgpu.IIlgpuModel.ScratchIntegers(int batch) => batch * {plan.Integers}L;

                global::PatchMoE.Ilgpu.IIlgpuPasses global::PatchMoE.Ilgpu.IIlgpuModel.Load(global::ILGPU.Runtime.Accelerator accelerator) =>
                    new global::{space}.{DevicePassesEmitter.ClassName}(accelerator);
                """);
        }

        while (scopes.Count > 0)
        {
            scopes.Pop().Dispose();
        }

        return writer.ToString();
    }

    private static string Kernels(IlgpuPlan plan, string space, string purpose, Action<SourceWriter> body)
    {
        var writer = new SourceWriter();
        HeaderEmitter.WriteTop(writer, plan.Model, purpose);
        writer.Lines("// Not all usings serve every file.\n#pragma warning disable CS8019\n");
        writer.Lines($"namespace {space};\n");
        writer.Lines(string.Join("\n", s_usings.Select(name => $"using global::{name};"))).Gap();
        body(writer);
        return writer.ToString();
    }

    /// <summary>The class's full name as a namespace.</summary>
    private static string Space(TargetClass target)
    {
        IEnumerable<string> containing = target.ContainingTypes.Select(type => type.Substring(type.LastIndexOf(' ') + 1));
        return string.Join(".", (target.Namespace.Length == 0 ? Enumerable.Empty<string>() : [target.Namespace]).Concat(containing).Concat([target.Name]));
    }
}
