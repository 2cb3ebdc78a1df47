using PatchMoE.Compiler;

namespace PatchMoE.Tests;

public sealed class ExpertProfileTests
{
    private const string Json = """
        {
          "name": "Quarters",
          "model": {
            "input":  { "kind": "image", "height": 4, "width": 4, "channels": 1, "patch": 2 },
            "layers": [ { "routing": "expertChoice", "experts": 3, "patchesPerExpert": 1, "neuronsPerExpert": 1, "gate": "none" } ],
            "head":   { "kind": "linear", "outputs": 2 },
            "loss":   "softmaxCrossEntropy"
          }
        }
        """;

    /// <summary>Two routers like bright patches, one dark ones; each sample has one bright quarter, brighter in class 1.</summary>
    [Test]
    public void TwinsAreNamed_MeanPatchesAreThoseTaken_AndClassesAreToldApart()
    {
        IPatchMoEModel model = PatchMoECompiler.Compile(SpecReader.Read(Json, "quarters.json").Spec!);
        ParameterSpec router = model.Spec.Model.Parameters().Single(one => one.Role == ParameterRole.Router);
        for (int i = 0; i < router.Length; i++)
        {
            model.Parameters[router.Offset + i] = i / 4 == 2 ? -1 : 1;
        }

        Dataset data = Data();
        using Workspace workspace = model.CreateWorkspace();
        IReadOnlyList<ExpertProfile> profiles = ExpertProfile.Of(model, workspace, data);

        Assert.Multiple(() =>
        {
            Assert.That(profiles.Select(profile => profile.Twin), Is.EqualTo(new int?[] { 1, 0, null }));
            Assert.That(profiles.Select(profile => profile.Share), Is.All.EqualTo(1.0 / 3).Within(1e-12));
            Assert.That(profiles[0].MeanPatch, Is.All.EqualTo((0.5f + 0.9f) / 2).Within(1e-6));
            Assert.That(profiles[2].MeanPatch, Is.All.EqualTo(0.1f).Within(1e-6));
            Assert.That(profiles[0].ByClass, Is.EqualTo(new[] { -1.0, 1.0 }).Within(1e-4), "half of the scores one deviation below the mean, half above");
            Assert.That(profiles.Select(profile => profile.IsDead(3)), Is.All.False);
        });
    }

    [Test]
    public void AnExpertWithNextToNothing_IsDead()
    {
        Assert.That(new ExpertProfile(0, 0.001, 0.3, [], null, null).IsDead(8), Is.True);
        Assert.That(new ExpertProfile(0, 0.3, 0.0001, [], null, null).IsDead(8), Is.True);
        Assert.That(new ExpertProfile(0, 0.05, 0.02, [], null, null).IsDead(8), Is.False);
    }

    [Test]
    public void TheHeat_IsTheSumOfTheGatesOverAPixel()
    {
        ModelSpec model = SpecReader.Read(Json.Replace("\"patch\": 2", "\"patch\": 2, \"stride\": 1", StringComparison.Ordinal), "a.json").Spec!.Model;
        double[] heat = ExpertPanels.Heat(model, 0, [new TakenWindow(0, 0, 1), new TakenWindow(0, 1, 0.5)]);
        Assert.That(heat.Select(value => value * 1.5), Is.EqualTo(new[] { 1, 1.5, 0.5, 0, 1, 1.5, 0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0 }).Within(1e-12));
        Assert.That(RouteGallery.NeedsPanels(model), Is.False, "three experts");
        Assert.That(RouteGallery.NeedsPanels(model with { Layers = [model.Layers[0] with { Experts = 8 }] }), Is.True);
    }

    private static Dataset Data()
    {
        const int Samples = 8;
        var inputs = new float[Samples * 16];
        Array.Fill(inputs, 0.1f);
        for (int b = 0; b < Samples; b++)
        {
            int quarter = b / 2 % 4;
            for (int i = 0; i < 4; i++)
            {
                int row = (quarter / 2 * 2) + (i / 2);
                int column = (quarter % 2 * 2) + (i % 2);
                inputs[(b * 16) + (row * 4) + column] = b % 2 == 0 ? 0.5f : 0.9f;
            }
        }

        return new Dataset([4, 4, 1], inputs, [.. Enumerable.Range(0, Samples).Select(b => b % 2)]);
    }
}
