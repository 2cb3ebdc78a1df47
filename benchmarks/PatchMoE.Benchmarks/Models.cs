namespace PatchMoE.Benchmarks;

[PatchMoE("specs/mnist-joint.json")]
public sealed partial class MnistJoint;

[PatchMoE("specs/mnist-separate.json")]
public sealed partial class MnistSeparate;

[PatchMoE("specs/wide.json")]
public sealed partial class Wide;

[PatchMoE("specs/wrn-head.json")]
public sealed partial class WrnHead;

[PatchMoE("specs/celeba.json")]
public sealed partial class CelebA;

[PatchMoE("specs/text-long.json")]
public sealed partial class TextLong;
