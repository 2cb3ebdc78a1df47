using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using static PatchMoE.Gen.Emission.Text.Indices;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the gradient of an expert's biases: the sums of its pre-activations' gradients over all patches of a window, in their order.</summary>
internal static class BiasGradientEmitter
{
    /// <summary>So many vectors of sums wait for no other.</summary>
    private const int MostVectors = 4;

    public static readonly Method Share = new(
        "BiasGradientShare", "ref float slots, ref int integers, int samples, scoped in WeightTarget target, int worker, int workers");

    public static void Write(SourceWriter writer, LayerPlan layer) =>
        writer.Kernel(Share, $"gradient of b_sr = Σ_(b,t) ∂L/∂h_bstr: one worker's share of the experts; {(long)layer.Instances * layer.Experts * layer.Taken * layer.Neurons} FLOPs a sample.", () => writer.ShareLoop("s", layer.Experts, s => WriteExpert(writer, layer, s)));

    private static void WriteExpert(SourceWriter writer, LayerPlan layer, Expression s)
    {
        BlockPlaces block = BlockPlaces.InWindow(layer);
        writer.Lines($"int at = {(Expression)"BiasesAt" + (s * layer.Neurons)};\nref float sums = ref Add(ref target.Gradients, at);");
        using (writer.Block("for (int b = 0; b < samples; b++)"))
        {
            writer.Loop("g", layer.Instances, _ =>
            {
                BlockPlaces.WriteChoices(writer, layer);
                block.WriteTaken(writer, s);
                writer.Lines($"ref float deltas = ref {block.Activations(s)};");
                WriteRows(writer, layer);
            });
        }

        writer.Block("if (target.Updates)", () => writer.Lines($"target.Update(at, {layer.Neurons});"));
    }

    /// <summary>The sums of a sample's patches: several vectors of neurons at a time, then one, then what is left by itself.</summary>
    private static void WriteRows(SourceWriter writer, LayerPlan layer)
    {
        int m = layer.Neurons;
        if (m < Math.Min(layer.Lanes, Lanes.Max / 2))
        {
            writer.Loop("r", m, r => WriteSums(writer, layer, r, 1, "SimdScalar", "float"));
            return;
        }

        writer.Lines("int r = 0;");
        ByWidth<int> vectors = new(Math.Max(1, Math.Min(MostVectors, m / Lanes.Max)), Math.Min(MostVectors, m / Math.Min(layer.Lanes, Lanes.Max / 2)));
        WidthChoice.Write(writer, layer.Lanes, vectors, most =>
        {
            if (most > 1)
            {
                string step = VectorTypes.Lane(most);
                writer.Block($"for (; r <= {m} - ({step}); r += {step})", () => WriteSums(writer, layer, R, most, "S", "V"));
            }
        });
        writer.Block($"for (; r <= {m} - S.Lanes; r += S.Lanes)", () => WriteSums(writer, layer, R, 1, "S", "V"));
        if (m % layer.Lanes != 0)
        {
            writer.Block($"for (; r < {m}; r++)", () => WriteSums(writer, layer, R, 1, "SimdScalar", "float"));
        }
    }

    private static void WriteSums(SourceWriter writer, LayerPlan layer, Expression r, int vectors, string simd, string vector)
    {
        int[] columns = [.. Enumerable.Range(0, vectors)];
        Expression Column(int c) => c == 0 ? r : r + Expression.Raw(VectorTypes.Lane(c));
        foreach (int c in columns)
        {
            writer.Lines($"{vector} sum{c} = {simd}.Load(ref sums, {Column(c)});");
        }

        using (writer.Block("for (int t = 0; t < taken; t++)"))
        {
            writer.Lines($"ref float row = ref {(Place)"deltas" + (T * layer.Kernel.ActivationStep)};");
            foreach (int c in columns)
            {
                writer.Lines($"sum{c} = {simd}.Add(sum{c}, {simd}.Load(ref row, {Column(c)}));");
            }
        }

        writer.Gap();
        foreach (int c in columns)
        {
            writer.Lines($"{simd}.Store(sum{c}, ref sums, {Column(c)});");
        }
    }
}
