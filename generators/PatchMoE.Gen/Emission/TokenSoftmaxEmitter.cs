using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the softmax of each patch's scores over all experts, as far as a token-choice layer needs it: for gates, for the order of the patches, for auxiliary losses.</summary>
internal static class TokenSoftmaxEmitter
{
    public static Method Softmax { get; } = new("Softmax", "ref float block, ref int choices, int valid");

    public static bool IsNeeded(TokenPlan token) => token.HasSoftmax || token.ByScore;

    public static void Write(SourceWriter writer, LayerPlan layer, TokenPlan token)
    {
        string priority = token.ByScore ? "; priorities[j] = −Σ_s' p_s'j / p_sj over all but the best s: it falls as p_sj falls, and keeps the digits where that is nearly 1" : string.Empty;
        string logs = token.HasZLoss ? "; logSums[j] = log Σ_s exp(g_sj)" : string.Empty;
        string summary = (token.HasSoftmax ? "probabilities[s, j] = exp(g_sj) / Σ_s exp(g_sj); the first choice has the largest score" : "The order in which patches come to the experts")
            + logs + priority + ".";
        int n = layer.Patches;
        writer.Kernel(Softmax, summary, () =>
        {
            writer.Lines("ref float scores = ref Add(ref block, ScoresAt);");
            if (token.HasSoftmax)
            {
                writer.Lines("ref float probabilities = ref Add(ref block, ProbabilitiesAt);");
            }

            using (writer.Block("for (int j = 0; j < valid; j++)"))
            {
                writer.Lines($"int best = Add(ref choices, j);\nfloat max = Add(ref scores, (best * {n}) + j);");
                if (token.HasZLoss)
                {
                    writer.Lines("float sum = 0f;");
                }

                if (token.ByScore)
                {
                    writer.Lines("float others = 0f;");
                }

                using (writer.Block($"for (int s = 0; s < {layer.Experts}; s++)"))
                {
                    writer.Lines($"float exponential = StrictMath.Exp(Add(ref scores, (s * {n}) + j) - max);");
                    if (token.HasSoftmax)
                    {
                        writer.Lines($"Add(ref probabilities, (s * {n}) + j) = exponential;");
                    }

                    if (token.HasZLoss)
                    {
                        writer.Lines("sum += exponential;");
                    }

                    if (token.ByScore)
                    {
                        writer.Lines("others += s == best ? 0f : exponential;");
                    }
                }

                if (token.HasZLoss)
                {
                    writer.Lines("Add(ref block, LogSumsAt + j) = max + (float)StrictMath.Log(sum);");
                }

                if (token.ByScore)
                {
                    writer.Lines("Add(ref block, PrioritiesAt + j) = -others;");
                }
            }

            if (token.HasSoftmax)
            {
                writer.Lines($"TokenChoice.Normalise(ref probabilities, valid, {n}, {layer.Experts});");
            }
        });
    }
}
