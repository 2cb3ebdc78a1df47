using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the loss of one sample. To add a loss: a word in <see cref="Loss"/>, a text here, and the label rule in the runtime's guard.</summary>
internal static class LossEmitter
{
    private static readonly Method s_loss = new("LossOf", "ref float logits, int label, double share, ref float gradient") { Returns = "double" };

    public static void Write(SourceWriter writer, ModelPlan plan)
    {
        if (plan.Model.Loss == Loss.Logistic)
        {
            const string summary = "L = log(1 + exp(−y·f)) for label y of −1 or +1; gradient = share · ∂L/∂f = −share · y / (1 + exp(y·f)).";
            writer.Method(s_loss, summary, () => writer.Lines("""
                double margin = label * (double)logits;
                gradient = (float)(-share * label / (1 + StrictMath.Exp(margin)));
                return Math.Max(-margin, 0) + StrictMath.LogP1(StrictMath.Exp(-Math.Abs(margin)));
                """));
            return;
        }

        writer.Method(s_loss, "L = log Σ_c exp(f_c) − f_label; gradient[c] = share · (softmax(f)_c − [c = label]).", () =>
        {
            int outputs = plan.Head.Outputs;
            writer.Lines("double max = logits;");
            writer.Loop("c", 1, outputs, c => writer.Lines($"max = Math.Max(max, {(Place)"logits" + c});"));
            writer.Lines("double sum = 0;");
            writer.Loop("c", outputs, c => writer.Lines($"sum += StrictMath.Exp({(Place)"logits" + c} - max);"));
            writer.Loop("c", outputs, c => writer.Lines($"""
                double probability = StrictMath.Exp({(Place)"logits" + c} - max) / sum;
                {(Place)"gradient" + c} = (float)(share * (probability - (label == {c} ? 1 : 0)));
                """));
            writer.Gap();
            writer.Lines("return StrictMath.Log(sum) + max - Add(ref logits, label);");
        });
    }
}
