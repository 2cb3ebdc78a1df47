using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the file of the passes: the network's class, and beside it the head, im2col and the layout of a sample's scratch.</summary>
internal static class PassesEmitter
{
    public static void Write(SourceWriter writer, ModelPlan plan)
    {
        WriteCreate(writer, plan);
        writer.Summary("The network's passes: how its kernels follow each other, and how workers share them.");
        writer.Lines(HeaderEmitter.GeneratedCode);
        using (writer.Block($"internal sealed class Passes{VectorTypes.Parameters(plan)} : CompiledNetwork{VectorTypes.Constraints(plan)}"))
        {
            writer.Summary("Makes the network; its weights are 0.").Lines("public Passes()\n    : base(Network.Sizes)\n{\n}\n");
            ForwardPassEmitter.Write(writer, plan);
            GradientPassEmitter.Write(writer, plan);
            if (plan.SharedBatch > 0)
            {
                SharedExpertsEmitter.Write(writer, plan);
            }

            writer.Gap();
            SampleEmitter.Write(writer, plan);
            LossEmitter.Write(writer, plan);
        }

        if (plan.Bottom.Access.Source == PatchSource.Copies)
        {
            Im2ColEmitter.Write(writer, plan);
        }

        writer.Gap();
        HeadEmitter.Write(writer, plan);
        SlotEmitter.Write(writer, plan);
    }

    /// <summary>The choice of the vectors, once, and the sizes.</summary>
    private static void WriteCreate(SourceWriter writer, ModelPlan plan)
    {
        writer.Summary("Makes the network for this machine's vectors.");
        writer.Lines(HeaderEmitter.GeneratedCode);
        using (writer.Block("internal static class Network"))
        {
            writer.Summary("The sizes of a sample, of a pass's arrays and of its scratch.");
            string auxiliary = plan.HasAuxiliary ? $"\n    AuxiliaryLength = {plan.AuxiliaryLength}," : string.Empty;
            int tableLength = ModelParameters.BufferLength(plan.Model.Parameters()) - plan.ParameterLength;
            string pixels = plan.Bottom.Access.Copies ? "\n    TakesPixels = true," : string.Empty;
            string table = tableLength > 0 ? $"\n    TableLength = {tableLength}," : string.Empty;
            writer.Lines($$"""
                public static readonly NetworkSizes Sizes = new()
                {
                    Model = "{{plan.Target.Name.TrimStart('@')}}",
                    InputLength = {{plan.InputLength}},
                    Outputs = {{plan.Head.Outputs}},
                    FeatureLength = {{plan.Head.Inputs}},
                    ParameterLength = {{plan.ParameterLength}},{{table}}
                    Loss = Loss.{{plan.Model.Loss}},
                    Groups = {{plan.Bottom.Instances}},
                    Patches = {{plan.Bottom.Patches}},
                    Routes = {{plan.RouteLength}},
                    SlotFloats = Slot.Floats,
                    SlotIntegers = Slot.Integers,
                    PanelFloats = {{plan.Slots.Panels}},
                    WorkerFloats = {{plan.Slots.WorkerFloats}},
                    Window = {{plan.Slots.Window}},
                    ForwardWindow = {{plan.ForwardWindow}},
                    SampleFlops = {{plan.Cost.ForwardFlops}},
                    ExpertParts = {{plan.Bottom.ExpertParts}},
                    SharedBatch = {{(plan.SharedBatch == int.MaxValue ? "int.MaxValue" : plan.SharedBatch)}},{{auxiliary}}{{(plan.HasLengths ? string.Empty : "\n    HasLengths = false,")}}{{pixels}}
                };

                """);
            writer.Summary("Makes it; its weights are 0.");
            writer.Lines(plan.HasWideRows
                ? "public static CompiledNetwork Create() => Vector512.IsHardwareAccelerated\n    ? new Passes<Simd512, Vector512<float>>()\n    : new Passes<Simd256, Vector256<float>>();"
                : "public static CompiledNetwork Create() => new Passes();");
        }
    }
}
