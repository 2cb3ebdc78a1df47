using PatchMoE.Compiler;
using PatchMoE.Ilgpu;
using PatchMoE.Ilgpu.Tests.Parity;
using PatchMoE.Reference;
using PatchMoE.Tests.Parity;

namespace PatchMoE.GpuBench.Parity;

/// <summary>Networks of every kind, drawn from seeds, with the reference's answers.</summary>
internal static class RandomNetworks
{
    /// <summary>Of eight networks, four are pooled layers, two stacks, one has token choice, one both.</summary>
    private static readonly RandomSpecs.Parts[] s_parts =
    [
        RandomSpecs.Parts.None, RandomSpecs.Parts.Stacks, RandomSpecs.Parts.None, RandomSpecs.Parts.TokenChoice,
        RandomSpecs.Parts.None, RandomSpecs.Parts.Stacks, RandomSpecs.Parts.None, RandomSpecs.Parts.Stacks | RandomSpecs.Parts.TokenChoice,
    ];

    /// <summary>The first networks that are small enough.</summary>
    /// <param name="count">How many.</param>
    /// <param name="mostWork">Multiplications of one sample's forward pass.</param>
    public static IEnumerable<(int Seed, RandomSpecs.Parts Parts)> Choose(int count, long mostWork) => Enumerable.Range(1, int.MaxValue)
        .Select(seed => (Seed: seed, Parts: s_parts[(seed - 1) % s_parts.Length]))
        .Where(drawn => Work(new RandomSpecs(drawn.Seed, drawn.Parts).Draw().Model) <= mostWork)
        .Take(count);

    /// <summary>Draws, computes and compiles a network.</summary>
    public static NetworkCase Draw(int seed, RandomSpecs.Parts parts)
    {
        PatchMoESpec spec = new RandomSpecs(seed, parts).Draw();
        (RandomBatch batch, ReferenceResult expected) = RandomBatch.Draw(spec.Model, seed);
        var answers = new Answers(batch.Parameters, batch.Input, batch.Labels, batch.Lengths, expected.Loss!.Value, expected.Logits, expected.Gradients, expected.Routes);
        string kind = parts == RandomSpecs.Parts.None ? string.Empty : $" ({parts})";
        return new NetworkCase("random", $"{seed}{kind}", PatchMoECompiler.Compile(spec, cache: null, IlgpuEngine.Libraries), answers);
    }

    private static long Work(ModelSpec model) => model.LayerShapes().Sum(
        layer => (long)layer.Instances * layer.Experts * layer.Dimension * (layer.Patches + (layer.PatchesPerExpert * layer.Neurons)));
}
