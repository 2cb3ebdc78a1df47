using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission.Torch;

/// <summary>
/// Prints the network as a TorchSharp module, a class nested in the model's: what is the same for all networks is in PatchMoE.TorchSharp. Names begin at
/// <c>global::</c>, because PatchMoE.TorchSharp hides TorchSharp in code of a namespace under PatchMoE.
/// </summary>
internal static class ModuleEmitter
{
    public static void Write(SourceWriter writer, ModelPlan plan)
    {
        string model = plan.Target.FullName;
        writer.Lines($$"""
            /// <summary>
            /// The network as a TorchSharp module. Tensors on the CPU are computed by the kernels of <see cref="{{model}}"/>, which read and write the
            /// tensors' own memory; elsewhere by torch's operations. Input: {{Input(plan)}}.
            /// </summary>
            """);
        using (writer.Block("public sealed class Module : global::PatchMoE.TorchSharp.CompiledModule"))
        {
            writer.Lines($$"""
                /// <summary>Makes the module with initial weights, on the CPU.</summary>
                /// <param name="output">Logits: the whole network, [B, {{plan.Head.Outputs}}]; Features: a layer without head, [B, {{plan.Head.Inputs}}].</param>
                /// <param name="seed">The seed of the weights.</param>
                /// <param name="init">Standard deviations of the weights; null takes the defaults.</param>
                /// <param name="threads">Threads that share a pass; 0 for as many as torch has.</param>
                public Module(
                    global::PatchMoE.TorchSharp.ModuleOutput output = global::PatchMoE.TorchSharp.ModuleOutput.Logits,
                    ulong seed = 1,
                    global::PatchMoE.InitSpec? init = null,
                    int threads = 0)
                    : base(Initialized(seed, init), output, threads)
                {
                }

                /// <summary>The model that computes, with the module's weights as they are now.</summary>
                public {{model}} Model => ({{model}})GetModel();
                """);
            foreach (ParameterSpec parameter in plan.Parameters)
            {
                writer.Lines($"/// <summary><c>{parameter.Name}</c> [{string.Join(", ", parameter.Shape)}].</summary>");
                writer.Lines($"public global::TorchSharp.torch.Tensor {EmittedMembers.Name(parameter)} => Weight(\"{parameter.Name}\");");
            }

            writer.Gap();
            writer.Lines($$"""
                private static {{model}} Initialized(ulong seed, global::PatchMoE.InitSpec? init)
                {
                    {{model}} model = new();
                    model.Initialize(seed, init);
                    return model;
                }
                """);
        }
    }

    private static string Input(ModelPlan plan) => $"[B, {string.Join(", ", plan.Model.InputShape())}]{(plan.Model.Input is ImageInputSpec ? ", channels last" : string.Empty)}";
}
