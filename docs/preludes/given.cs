// What blocks marked <!-- prelude: given --> take for granted: arrays, data, a spec and a model.
global using PatchMoE;
global using PatchMoE.Training;
global using PatchMoE.Training.Data;
global using Microsoft.Extensions.ObjectPool;
global using static Given;

static class Given
{
    public static readonly MnistJoint model = new();
    public static readonly PatchMoESpec spec = MnistJoint.Spec;
    public static readonly float[] pixels = new float[112 * 112], image = pixels, inputs = pixels, images = pixels;
    public static readonly float[] logits = new float[1], scores = [], gates = [], gradients = [];
    public static readonly int[] classes = new int[1], labels = new int[1], routes = new int[48];
    public static readonly IEnumerable<(float[] Input, string ClassName)> samples = [];
    public static readonly Dataset train = null!, test = null!;
    public static readonly PatchMoE.Training.Engines.ITrainingEngine engine = null!;
    public static readonly TrainingSpec training = null!;
}

[PatchMoE("specs/mnist-joint.json")]
public sealed partial class MnistJoint;

[PatchMoE("specs/photos.json")]
public sealed partial class Photos;

[PatchMoE("specs/photos.json")]
public sealed partial class Pets;

[PatchMoE("specs/union.json")]
public sealed partial class Speeches;

[PatchMoE("specs/digits-10.json")]
public sealed partial class Digits;
