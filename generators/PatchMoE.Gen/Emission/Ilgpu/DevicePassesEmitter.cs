using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints the passes: which kernels are launched, in which order, with which arrays.</summary>
internal static class DevicePassesEmitter
{
    /// <summary>The class that launches the kernels.</summary>
    public const string ClassName = "Passes";

    public static void Write(SourceWriter writer, IlgpuPlan plan)
    {
        GpuKernel[] kernels = [.. Kernels(plan)];
        writer.Lines("/// <summary>Launches the kernels.</summary>");
        using (writer.Block($"internal sealed class {ClassName} : IIlgpuPasses"))
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

            writer.Gap();
            WriteForward(writer, plan);
            writer.Gap();
            WriteRoute(writer, plan);
            writer.Gap();
            WriteGradients(writer, plan);
        }

        writer.Gap();
        WriteScratch(writer, plan);
        writer.Gap();
        writer.Lines("/// <summary>What serves all layers.</summary>");
        using (writer.Block("internal static class Common"))
        {
            ClearEmitter.Write(writer);
            if (plan.Chunks > 1)
            {
                writer.Gap();
                SumEmitter.Write(writer, plan);
            }
        }
    }

    /// <summary>All kernels, in the order of a training pass.</summary>
    public static IEnumerable<GpuKernel> Kernels(IlgpuPlan plan) =>
    [
        .. plan.Layers.SelectMany(LayerKernels.All),
        .. plan.Layers[0].Folds ? [FoldEmitter.Describe(plan.Model)] : Array.Empty<GpuKernel>(),
        .. HeadKernels.All(plan),
        ClearEmitter.Describe(string.Empty, 1),
        .. plan.Chunks > 1 ? [SumEmitter.Describe(plan)] : Array.Empty<GpuKernel>(),
    ];

    private static void WriteForward(SourceWriter writer, IlgpuPlan plan)
    {
        writer.Lines("/// <inheritdoc/>");
        writer.Lines("public void Forward(AcceleratorStream stream, in PassBuffers buffers, int batch) => Forward(stream, in buffers, new Scratch(in buffers, batch), batch, keep: 0);").Gap();
        writer.Lines("/// <summary>The logits; if keep is not 0, activations stay for the backward pass.</summary>");
        using (writer.Block("private void Forward(AcceleratorStream stream, in PassBuffers buffers, in Scratch scratch, int batch, int keep)"))
        {
            foreach (IlgpuLayerPlan layer in plan.Layers)
            {
                foreach (GpuKernel kernel in LayerKernels.Forward(layer))
                {
                    kernel.WriteLaunch(writer);
                }
            }

            HeadKernels.Logits(plan).WriteLaunch(writer);
        }
    }

    private static void WriteRoute(SourceWriter writer, IlgpuPlan plan)
    {
        IlgpuLayerPlan bottom = plan.Layers[0];
        writer.Lines("/// <inheritdoc/>");
        const string head = "public void Route(AcceleratorStream stream, in PassBuffers buffers, int batch)";
        if (LayerKernels.Route(bottom) is not { } route)
        {
            writer.Lines(head + " =>\n    throw new System.InvalidOperationException(\"Layer 0 is dense: every expert sees every patch, so there are no routes.\");");
            return;
        }

        using (writer.Block(head))
        {
            writer.Lines("var scratch = new Scratch(in buffers, batch);");
            route.WriteLaunch(writer);
            DeviceArray routes = plan.Arrays.First(array => array.Name == "Layer0Routes");
            writer.Lines($"scratch.Layer0Routes.CopyTo(stream, buffers.Routes.SubView(0, (long)batch * {routes.Length}));");
        }
    }

    private static void WriteGradients(SourceWriter writer, IlgpuPlan plan)
    {
        writer.Lines("/// <inheritdoc/>");
        using (writer.Block("public void LossAndGradients(AcceleratorStream stream, in PassBuffers buffers, int batch)"))
        {
            writer.Lines("var scratch = new Scratch(in buffers, batch);\nForward(stream, in buffers, in scratch, batch, keep: 1);");
            HeadKernels.Loss(plan).WriteLaunch(writer);
            if (plan.Chunks == 1)
            {
                writer.Gap();
                writer.Lines("// The weights are many: their gradients fill a GPU without chunks.\nint perChunk = batch;\nconst int chunks = 1;\nArrayView<float> partials = buffers.Gradients;");
                ClearEmitter.Describe("partials", 0, plan.Model.ParameterLength).WriteLaunch(writer);
            }
            else
            {
                writer.Gap();
                writer.Lines($"int perChunk = (batch + {plan.Chunks - 1}) / {plan.Chunks};\nint chunks = (batch + perChunk - 1) / perChunk;\nArrayView<float> partials = scratch.Partials;");
            }

            foreach (GpuKernel kernel in HeadKernels.All(plan).Skip(2))
            {
                kernel.WriteLaunch(writer);
            }

            foreach (IlgpuLayerPlan layer in plan.Layers.Reverse())
            {
                writer.Gap();
                foreach (GpuKernel kernel in LayerKernels.WeightGradients(layer))
                {
                    kernel.WriteLaunch(writer);
                }

                WriteInputGradient(writer, plan, layer);
            }

            if (plan.Chunks > 1)
            {
                writer.Gap();
                SumEmitter.Describe(plan).WriteLaunch(writer);
            }
        }
    }

    private static void WriteInputGradient(SourceWriter writer, IlgpuPlan plan, IlgpuLayerPlan layer)
    {
        writer.Gap();
        if (layer.Layer.Index > 0)
        {
            Launch();
            return;
        }

        using (writer.Block("if (buffers.InputGradient.Length > 0)"))
        {
            Launch();
            if (layer.Folds)
            {
                FoldEmitter.Describe(plan.Model).WriteLaunch(writer);
            }
        }

        void Launch()
        {
            int length = layer.Folds ? layer.Layer.Patches * layer.Layer.Dimension : layer.Layer.Instances * layer.Rows.InstanceStep * layer.Rows.Vector;
            ClearEmitter.Describe(InputGradientEmitter.Target(layer), length).WriteLaunch(writer);
            InputGradientEmitter.Describe(layer).WriteLaunch(writer);
        }
    }

    private static void WriteScratch(SourceWriter writer, IlgpuPlan plan)
    {
        writer.Lines("/// <summary>The arrays of scratch for a batch of B samples; each begins on a boundary of 64 bytes.</summary>");
        using (writer.Block("internal readonly struct Scratch"))
        {
            foreach (DeviceArray array in plan.Arrays)
            {
                writer.Lines($"/// <summary>{array.Shape}.</summary>");
                writer.Lines($"public readonly ArrayView<{(array.Integers ? "int" : "float")}> {array.Name};").Gap();
            }

            if (plan.Chunks > 1)
            {
                writer.Lines($"/// <summary>Gradients of chunks of the batch, [{plan.Chunks}, {plan.Model.ParameterLength}].</summary>");
                writer.Lines("public readonly ArrayView<float> Partials;").Gap();
            }

            writer.Lines("/// <summary>Finds the arrays.</summary>");
            using (writer.Block("public Scratch(in PassBuffers buffers, int batch)"))
            {
                writer.Lines("long b = batch;");
                foreach (DeviceArray array in plan.Arrays)
                {
                    writer.Lines($"{array.Name} = buffers.{(array.Integers ? "Integers" : "Floats")}.SubView({(array.Offset == 0 ? "0" : $"b * {array.Offset}")}, b * {array.Length});");
                }

                if (plan.Chunks > 1)
                {
                    writer.Lines($"Partials = buffers.Floats.SubView(b * {plan.Floats}, {plan.PartialFloats});");
                }
            }
        }
    }
}
