using PatchMoE;
using PatchMoE.Formats;

// A network as a native program: 'dotnet publish samples/Aot -c Release' makes one that needs no .NET.
if (args is not [var weights, var input, var output])
{
    Console.Error.WriteLine("usage: Aot WEIGHTS.safetensors INPUT.npy LOGITS.npy");
    return 2;
}

try
{
    using MnistJoint model = MnistJoint.Load(weights);
    float[] images = NpyFile.Read(input).Values<float>();
    foreach (Prediction prediction in model.ClassifyBatch(images))
    {
        Console.WriteLine(prediction);
    }

    var logits = new float[images.Length / MnistJoint.InputLength * MnistJoint.Outputs];
    using Workspace workspace = model.CreateWorkspace();
    model.Forward(images, logits, workspace);
    NpyFile.Write(output, new NpyArray([logits.Length / MnistJoint.Outputs, MnistJoint.Outputs], logits));
    return 0;
}
catch (BadInputException mistake)
{
    Console.Error.WriteLine(mistake.Message);
    return 1;
}

[PatchMoE("specs/mnist-joint.json")]
public sealed partial class MnistJoint;
