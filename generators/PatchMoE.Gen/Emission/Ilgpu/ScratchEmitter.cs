using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints where the arrays of a batch lie in scratch.</summary>
internal static class ScratchEmitter
{
    public static void Write(SourceWriter writer, IlgpuPlan plan)
    {
        writer.Lines("/// <summary>The arrays of scratch for a batch of B samples; each begins on a boundary of 64 bytes.</summary>");
        using (writer.GeneratedType("internal readonly struct Scratch"))
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
