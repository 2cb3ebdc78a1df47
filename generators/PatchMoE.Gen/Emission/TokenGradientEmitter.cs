using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the gradient by a token-choice layer's scores: through the gates, and through the auxiliary losses, whose factors are known once the batch's totals are.</summary>
internal static class TokenGradientEmitter
{
    public static Method Backward(LayerPlan layer) => new("RouterBackward", "ref float block, ref int integers", ("ref double factors", layer.HasAuxiliary));

    public static void Write(SourceWriter writer, LayerPlan layer)
    {
        Gate gate = layer.Spec.Gate;
        TokenPlan token = layer.Token!;
        string factors = token.HasAuxiliary ? ", with the factors f of the auxiliary losses" : string.Empty;
        writer.Kernel(Backward(layer), $"∂L/∂g_sj = {LayerDoc.ScoreGradient(layer)}{factors}. Differences are taken relative to the first choice, which changes nothing but keeps the digits where its share is nearly 1.", () =>
        {
            writer.Lines($"int valid = {BlockPlaces.Of(layer).Valid};");
            if (gate != Gate.None)
            {
                writer.Lines("ref float gateGradients = ref Add(ref block, GateGradientsAt);");
                if (token.HasCapacity)
                {
                    writer.Lines("int taken = integers;");
                }
            }

            writer.Lines("ref float scoreGradients = ref Add(ref block, ScoreGradientsAt);");
            if (token.HasSoftmax)
            {
                writer.Block("for (int j = 0; j < valid; j++)", () => WriteSoftmax(writer, layer));
            }
            else if (layer.HasDenseScores)
            {
                writer.Lines($"Values.Clear(ref scoreGradients, {layer.Experts * layer.Patches});");
            }

            if (gate is Gate.SoftmaxSelected or Gate.Sigmoid)
            {
                writer.Block("for (int j = 0; j < valid; j++)", () => WriteChosen(writer, layer));
            }
        });
    }

    /// <summary>What reaches all scores of patch j through the softmax over all experts; it is written, not added.</summary>
    private static void WriteSoftmax(SourceWriter writer, LayerPlan layer)
    {
        (int n, int k) = (layer.Patches, layer.Experts);
        TokenPlan token = layer.Token!;
        bool gated = layer.Spec.Gate == Gate.SoftmaxAll;
        bool balances = token.Choice.Balance is not null;
        void Each(string line) => writer.Block($"for (int s = 0; s < {k}; s++)", () => writer.Lines(line));
        string gradient = $"Add(ref scoreGradients, (s * {n}) + j)";
        string probability = $"Add(ref block, ProbabilitiesAt + (s * {n}) + j)";
        if (token.HasZLoss)
        {
            writer.Lines($"float z = (float)Add(ref factors, {k}) * Add(ref block, LogSumsAt + j);");
        }

        if (!gated && !balances)
        {
            Each($"{gradient} = {probability} * z;");
            return;
        }

        Each($"{gradient} = {(balances ? "(float)Add(ref factors, s)" : "0f")};");
        if (gated)
        {
            TokenText.WriteChoices(writer, layer, () => writer.Lines($"Add(ref scoreGradients, at) += {Upstream(token)};"));
        }

        writer.Lines($"""
            float first = Add(ref scoreGradients, ({TokenText.Expert(layer, "Add(ref integers, ChoicesAt + j)")} * {n}) + j);
            float mean = 0f;
            """);
        Each($"mean += {probability} * ({gradient} - first);");
        Each($"float own = {gradient} - first - mean{(token.HasZLoss ? " + z" : string.Empty)};\n{gradient} = {probability} * own;");
    }

    /// <summary>What reaches the scores of patch j through the gates of its choices.</summary>
    private static void WriteChosen(SourceWriter writer, LayerPlan layer)
    {
        TokenPlan token = layer.Token!;
        string target = !layer.HasDenseScores ? "Add(ref scoreGradients, pair) =" : token.HasSoftmax ? "Add(ref scoreGradients, at) +=" : "Add(ref scoreGradients, at) =";
        if (layer.Spec.Gate == Gate.Sigmoid)
        {
            TokenText.WriteChoices(writer, layer, () => writer.Lines($"""
                float exponential = StrictMath.Exp(-MathF.Abs(Add(ref block, ScoresAt + at)));
                {target} {Upstream(token)} * exponential / ((1f + exponential) * (1f + exponential));
                """));
            return;
        }

        writer.Lines("ref float gates = ref Add(ref block, GatesAt);\nfloat first = 0f;\nfloat mean = 0f;");
        TokenText.WritePairs(writer, layer, () => writer.Lines($"""
            float upstream = {Upstream(token)};
            first = {TokenText.IfFirst(layer, "upstream", "first")};
            mean += Add(ref gates, pair) * (upstream - first);
            """));
        TokenText.WriteChoices(writer, layer, () => writer.Lines($"{target} Add(ref gates, pair) * ({Upstream(token)} - first - mean);"));
    }

    /// <summary>∂L/∂G of a pair; behind those taken are the dropped ones.</summary>
    private static string Upstream(TokenPlan token) => token.HasCapacity ? "(pair < taken ? Add(ref gateGradients, pair) : 0f)" : "Add(ref gateGradients, pair)";
}
