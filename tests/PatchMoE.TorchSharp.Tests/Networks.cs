using PatchMoE.Compiler;
using TorchSharp;

namespace PatchMoE.TorchSharp.Tests;

/// <summary>Small networks for the tests.</summary>
internal static class Networks
{
    /// <summary>Three experts of four neurons with biases.</summary>
    public static LayerSpec Layer(Routing routing) => routing switch
    {
        Routing.ExpertChoice => new LayerSpec(routing, 3, 4, PatchesPerExpert: 2, Gate.SoftmaxAll, Pooling.Selected, Bias: true),
        Routing.TokenChoice => new LayerSpec(routing, 3, 4, Gate: Gate.SoftmaxAll, Bias: true)
        {
            Choice = new TokenChoiceSpec(2) { CapacityFactor = 0.8, Priority = Priority.Score, Balance = new BalanceSpec(BalanceKind.Importance, 0.1), ZLoss = 0.1 },
        },
        _ => new LayerSpec(routing, 3, 4, Bias: true),
    };

    public static PatchMoESpec Of(LayerSpec layer, InputSpec input) => new(
        "small", new ModelSpec(input, EquatableArray.Of(layer), new HeadSpec(HeadKind.Linear, 3, Bias: true), Loss.SoftmaxCrossEntropy));

    /// <summary>The module that the generator emits for a spec.</summary>
    public static CompiledModule Emitted(PatchMoESpec spec, ModuleOutput output = ModuleOutput.Logits, ulong seed = 1)
    {
        IPatchMoEModel model = PatchMoECompiler.Compile(spec, cache: null, typeof(CompiledModule).Assembly, typeof(torch).Assembly);
        Type type = model.GetType().GetNestedType("Module") ?? throw new InvalidOperationException("No module was emitted.");
        return (CompiledModule)Activator.CreateInstance(type, output, seed, null, 1)!;
    }
}
