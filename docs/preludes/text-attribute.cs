// Blocks marked <!-- prelude: text-attribute --> are an attribute of a class.
using PatchMoE;

[PatchMoE(Loss = Loss.SoftmaxCrossEntropy)]
// The block stands here.
[ExpertLayer(Experts = 8, PatchesPerExpert = 2, NeuronsPerExpert = 16, Gate = Gate.SoftmaxSelected, Bias = true)]
[LinearHead(2)]
public sealed partial class SpamFilter;
