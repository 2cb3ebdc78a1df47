namespace PatchMoE.Tests.Generated;

[PatchMoE("specs/mnist-joint.json")]
public sealed partial class MnistJoint;

[PatchMoE]
[ImageInput(112, 112, Channels = 1, Patch = 28)]
[ExpertLayer(Experts = 8, PatchesPerExpert = 6, NeuronsPerExpert = 5, Gate = Gate.SoftmaxSelected)]
[FixedHead(HeadWeights.Gaussian)]
public sealed partial class MnistJointInline;
