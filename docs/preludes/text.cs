// What blocks marked <!-- prelude: text --> take for granted.
global using PatchMoE;
global using PatchMoE.Text;
global using static Given;

static class Given
{
    public static readonly SpamFilter model = new();
    public static readonly string subject = "", body = "";
}

[PatchMoE(Loss = Loss.SoftmaxCrossEntropy)]
[TextInput(512, 16, 8, Levels = new[] { TextUnit.Paragraph, TextUnit.Sentence })]
[ExpertLayer(Experts = 8, PatchesPerExpert = 2, NeuronsPerExpert = 16, Gate = Gate.SoftmaxSelected, Bias = true)]
[ExpertLayer(Experts = 4, PatchesPerExpert = 4, NeuronsPerExpert = 16, Gate = Gate.SoftmaxSelected, Bias = true)]
[LinearHead(2)]
public sealed partial class SpamFilter;
