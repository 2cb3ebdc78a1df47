using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints the passes: which kernels are launched, in which order, with which arrays.</summary>
internal static class PassesEmitter
{
    /// <summary>The class that launches the kernels.</summary>
    public const string ClassName = "Passes";

    public static void Write(SourceWriter writer, IlgpuPlan plan)
    {
        GpuKernel[] kernels = [.. plan.Layers.SelectMany(layer => LayerKernels.All(plan, layer)), .. HeadKernels.All(plan), .. CommonKernels.All(plan)];
        writer.Lines("/// <summary>Launches the kernels.</summary>");
        using (writer.GeneratedType($"internal sealed class {ClassName} : IIlgpuPasses"))
        {
            foreach (GpuKernel kernel in kernels)
            {
                kernel.WriteField(writer);
            }

            writer.Gap();
            writer.Lines("/// <summary>Compiles the kernels for a device.</summary>");
            using (writer.Block($"public {ClassName}(Accelerator accelerator)"))
            {
                foreach (GpuKernel kernel in kernels)
                {
                    kernel.WriteLoad(writer);
                }
            }

            WriteForward(writer, plan);
            WriteRoute(writer, plan);
            WriteGradients(writer, plan);
        }

        ScratchEmitter.Write(writer, plan);
        writer.Kernels("Common", "What serves all layers.", CommonKernels.All(plan));
    }

    private static void WriteForward(SourceWriter writer, IlgpuPlan plan)
    {
        writer.Lines("/// <inheritdoc/>");
        writer.Lines("public void Forward(AcceleratorStream stream, in PassBuffers buffers, int batch) =>\n    Forward(stream, in buffers, new Scratch(in buffers, batch), batch, keep: 0);").Gap();
        writer.Lines("/// <summary>The logits; if keep is not 0, activations stay for the backward pass.</summary>");
        using (writer.Block("private void Forward(AcceleratorStream stream, in PassBuffers buffers, in Scratch scratch, int batch, int keep)"))
        {
            WriteLaunches(writer, [.. plan.Layers.SelectMany(layer => (GpuKernel[])[.. MapText.Clear(layer) is { } clear ? [clear] : Array.Empty<GpuKernel>(), .. LayerKernels.Forward(layer)]), HeadKernels.Logits(plan)]);
        }
    }

    private static void WriteRoute(SourceWriter writer, IlgpuPlan plan)
    {
        writer.Lines("/// <inheritdoc/>");
        const string head = "public void Route(AcceleratorStream stream, in PassBuffers buffers, int batch)";
        if (LayerKernels.Route(plan.Layers[0]) is not { } route)
        {
            writer.Lines(head + " =>\n    throw new InvalidOperationException(\"Layer 0 is dense: every expert sees every patch, so there are no routes.\");");
            return;
        }

        using (writer.Block(head))
        {
            writer.Lines("var scratch = new Scratch(in buffers, batch);");
            route.WriteLaunch(writer);
            string name = plan.Layers[0].Layer.Token is { } token ? token.HasCapacity ? "Layer0Kept" : "Layer0Choices" : "Layer0Routes";
            DeviceArray routes = plan.Arrays.First(array => array.Name == name);
            writer.Lines($"scratch.{routes.Name}.CopyTo(stream, buffers.Routes.SubView(0, {GroupText.Batch.As("long") * routes.Length}));");
        }
    }

    private static void WriteGradients(SourceWriter writer, IlgpuPlan plan)
    {
        writer.Lines("/// <inheritdoc/>");
        using (writer.Block("public void LossAndGradients(AcceleratorStream stream, in PassBuffers buffers, int batch)"))
        {
            writer.Lines("var scratch = new Scratch(in buffers, batch);\nForward(stream, in buffers, in scratch, batch, keep: 1);");
            LossKernel.Of(plan).WriteLaunch(writer);
            WriteLaunches(writer, plan.Layers.SelectMany(LayerKernels.Auxiliary));
            writer.Gap();
            if (plan.Chunks == 1)
            {
                writer.Lines("// The weights are many: their gradients fill a GPU without chunks.\nint perChunk = batch;\nconst int chunks = 1;\nArrayView<float> partials = buffers.Gradients;");
                CommonKernels.Clear("partials", plan.Model.ParameterLength).WriteLaunch(writer);
            }
            else
            {
                writer.Lines($"int perChunk = {Expression.CeilingOver(GroupText.Batch, plan.Chunks)};\nint chunks = (batch + perChunk - 1) / perChunk;\nArrayView<float> partials = scratch.Partials;");
            }

            WriteLaunches(writer, HeadKernels.Gradients(plan));
            foreach (IlgpuLayerPlan layer in plan.Layers.Reverse())
            {
                writer.Gap();
                WriteLaunches(writer, LayerKernels.WeightGradients(plan, layer));
                writer.Gap();
                using (writer.If(layer.Layer.Index == 0 ? "buffers.InputGradient.Length > 0" : null))
                {
                    CommonKernels.Clear(new LayerArguments(layer).InputGradients.Value, GroupText.Batch.As("long") * layer.InputGradient.Floats).WriteLaunch(writer);
                    WriteLaunches(writer, LayerKernels.InputGradients(plan, layer));
                }
            }

            if (plan.Chunks > 1)
            {
                CommonKernels.Sum(plan).WriteLaunch(writer);
            }
        }
    }

    private static void WriteLaunches(SourceWriter writer, IEnumerable<GpuKernel> kernels)
    {
        foreach (GpuKernel kernel in kernels)
        {
            kernel.WriteLaunch(writer);
        }
    }
}
