using PatchMoE.Formats;
using PatchMoE.Initialization;

namespace PatchMoE.Packages.Tests;

/// <summary>samples/Aot as a native program.</summary>
[TestFixture]
public sealed class AotTests
{
    [Test]
    public void ANativeProgram_PredictsTheBitsOfTheOther()
    {
        using var folder = new TemporaryFolder();
        string sample = Path.Combine(Repository.Root, "samples", "Aot");
        Outcome publish = UserMachine.RunHere("dotnet", Repository.Root, "publish", sample, "-c", "Release", "-o", folder.File("native"), "-nodeReuse:false").Succeeded();
        Assert.That(publish.All, Does.Not.Contain("warning"));
        Assert.That(Directory.GetFiles(folder.File("native"), "*.dll"), Is.Empty);

        string specPath = Path.Combine(Repository.Root, "specs", "mnist-joint.json");
        PatchMoESpec spec = SpecReader.Read(File.ReadAllText(specPath), specPath).Spec!;
        var parameters = new float[ModelParameters.BufferLength(spec.Model.Parameters())];
        WeightInitializer.Initialize(spec, seed: 5, parameters);
        WeightsFile.Save(folder.File("weights.safetensors"), spec, parameters, ModelMetadata.None);
        var pixels = new float[20 * spec.Model.InputLength()];
        var random = new Random(1);
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = random.NextSingle();
        }

        NpyFile.Write(folder.File("images.npy"), new NpyArray([20, .. spec.Model.InputShape()], pixels));
        Outcome native = UserMachine.RunHere(folder.File("native/Aot"), folder.Path, "weights.safetensors", "images.npy", "native.npy").Succeeded();
        UserMachine.RunHere(UserMachine.Pmoe, folder.Path, "run", specPath, "--weights", "weights.safetensors", "--input", "images.npy", "--output", "other.npy").Succeeded();
        Assert.That(native.Lines, Has.Length.EqualTo(20));
        Assert.That(File.ReadAllBytes(folder.File("native.npy")), Is.EqualTo(File.ReadAllBytes(folder.File("other.npy"))));
        Assert.That(UserMachine.RunHere(folder.File("native/Aot"), folder.Path, "images.npy", "images.npy", "none.npy").Error, Does.Contain("images.npy"));
    }
}
