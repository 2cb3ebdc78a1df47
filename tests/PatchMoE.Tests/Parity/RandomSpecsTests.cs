namespace PatchMoE.Tests.Parity;

/// <summary>The random networks are valid specs, and every kind of them is drawn.</summary>
public class RandomSpecsTests
{
    private const int Networks = 400;

    [Test]
    public void EveryNetwork_IsAValidSpec([Range(0, 3)] int parts)
    {
        foreach (PatchMoESpec spec in Drawn((RandomSpecs.Parts)parts))
        {
            SpecResult read = SpecReader.Read(SpecWriter.ModelToJson(spec), string.Empty);
            Assert.That(read.Spec, Is.EqualTo(spec), $"{SpecWriter.ModelToJson(spec)}\n{string.Join("\n", read.Diagnostics)}");
        }
    }

    [Test]
    public void EveryKindOfNetwork_IsDrawn()
    {
        LayerSpec[] layers = [.. Drawn(RandomSpecs.Parts.TokenChoice | RandomSpecs.Parts.Stacks).SelectMany(spec => spec.Model.Layers)];
        Assert.That(layers.Select(layer => layer.Routing), Is.SupersetOf(Enum.GetValues<Routing>()));
        Assert.That(layers.Where(layer => layer.Choice is not null).Select(layer => layer.Gate), Is.SupersetOf(Enum.GetValues<Gate>()));
        Assert.That(layers.Select(layer => layer.Choice?.Balance?.Kind), Is.SupersetOf(new BalanceKind?[] { null, BalanceKind.Switch, BalanceKind.Importance }));
        Assert.That(layers.Where(layer => layer.Choice?.CapacityFactor is not null).Select(layer => layer.Choice!.Priority), Is.SupersetOf(Enum.GetValues<Priority>()));
        Assert.That(layers.Where(layer => layer.Window is { Height: > 1, StrideHeight: > 1 }).Select(layer => layer.Window!.Padding), Is.SupersetOf(Enum.GetValues<Padding>()));
        Assert.That(Drawn(RandomSpecs.Parts.Stacks).Select(spec => spec.Model.Layers.Count), Is.SupersetOf(new[] { 1, 2, 3, 4 }));
        Assert.That(Drawn(RandomSpecs.Parts.Stacks).Select(spec => spec.Model.Layers[^1].Map), Is.SupersetOf(new[] { false, true }));
        Assert.That(Drawn(RandomSpecs.Parts.TokenChoice).Any(spec => spec.Model is { Input: VectorsInputSpec { Groups.Count: > 0 }, Layers: [{ Choice: not null }, ..] }), "token choice in groups");
    }

    /// <summary>As <c>RandomParityTests</c> draws them: at least 200 of its networks get batches of ragged lengths, many of them in groups.</summary>
    [Test]
    public void RaggedBatches_AreDrawn()
    {
        ModelSpec[] networks = [.. Drawn(RandomSpecs.Parts.None).Take(320).Select(spec => spec.Model)];
        ModelSpec[] ragged = [.. networks.Where((model, i) => RandomBatch.DrawWithTies(model, i + 1).Lengths is not null)];
        Assert.That(ragged, Has.Length.GreaterThanOrEqualTo(200));
        Assert.That(ragged.Count(model => model.LayerShapes()[0].Instances > 1), Is.GreaterThanOrEqualTo(30));
    }

    [Test]
    public void WithoutParts_NetworksAreOfTheOldKinds() =>
        Assert.That(Drawn(RandomSpecs.Parts.None).SelectMany(spec => spec.Model.Layers).Any(layer => layer.Choice is not null || layer.Map || layer.Window is not null), Is.False);

    private static IEnumerable<PatchMoESpec> Drawn(RandomSpecs.Parts parts) => Enumerable.Range(1, Networks).Select(seed => new RandomSpecs(seed, parts).Draw());
}
