using PatchMoE.Compiler;

namespace PatchMoE.Tests.Generated;

/// <summary>Classes that the build of this project compiled, as a user's would.</summary>
public class GeneratedClassTests
{
    [Test]
    public void FileAndAttributes_DescribeOneNetwork() => Assert.That(MnistJointInline.Spec.Model, Is.EqualTo(MnistJoint.Spec.Model));

    [Test]
    public void BuildAndMemory_CompileTheSameBits()
    {
        var golden = new GoldenCase("mnist-joint");
        var built = new MnistJoint();
        IPatchMoEModel compiled = PatchMoECompiler.Compile(MnistJoint.Spec);
        golden.Parameters().CopyTo(built.Parameters);
        golden.Parameters().CopyTo(compiled.Parameters);
        Assert.That(Gradients(built, golden), Is.EqualTo(Gradients(compiled, golden)));
    }

    [Test]
    public void NamedViews_AreThePartsOfTheBuffer()
    {
        var model = new MnistJoint();
        for (int i = 0; i < model.Parameters.Length; i++)
        {
            model.Parameters[i] = i;
        }

        Assert.Multiple(() =>
        {
            Assert.That(model.Layer0RouterWeight.Length, Is.EqualTo(MnistJoint.Experts * MnistJoint.PatchDimension));
            Assert.That(model.Layer0ExpertsWeight[0], Is.EqualTo(6272f));
            Assert.That(model.HeadWeight.Length, Is.EqualTo(40));
            Assert.That(MnistJoint.Patches, Is.EqualTo(16));
        });
    }

    [Test]
    public void SaveAndLoad_KeepTheBits()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "weights.safetensors");
        var model = new MnistJoint();
        model.Initialize(seed: 7);
        model.Save(path);
        Assert.That(MnistJoint.Load(path).Parameters.ToArray(), Is.EqualTo(model.Parameters.ToArray()));
        Assert.That(model.Parameters.ToArray(), Has.Some.Not.Zero);
    }

    private static float[] Gradients(IPatchMoEModel model, GoldenCase golden)
    {
        using Workspace workspace = model.CreateWorkspace();
        var gradients = new float[model.Parameters.Length];
        model.LossAndGradients(golden.Input.Values<float>(), golden.Labels, new float[golden.Labels.Length], gradients, workspace);
        return gradients;
    }

    [Test]
    public void AModelWithoutWeights_DoesNotAnswer()
    {
        var model = new MnistJoint();
        using Workspace workspace = model.CreateWorkspace();
        var input = new float[MnistJoint.InputLength];
        const string fix = "neither loaded nor trained";
        Assert.That(() => model.Predict(input, new int[1], workspace), Throws.InvalidOperationException.With.Message.Contains(fix).And.Message.Contains("Load"));
        Assert.That(() => model.Forward(input, new float[1], workspace), Throws.InvalidOperationException.With.Message.Contains(fix));
        Assert.That(() => model.Features(input, new float[MnistJoint.FeatureLength], workspace), Throws.InvalidOperationException.With.Message.Contains(fix));

        // Parameters is a span: a weight that is written through it counts, wherever it is.
        model.Parameters[^1] = 1;
        Assert.That(() => model.Predict(input, new int[1], workspace), Throws.Nothing);
    }
}
