using PatchMoE.Cli.Processes;

namespace PatchMoE.Tests.Data;

/// <summary>Samples in memory as pixels are the same samples to whoever asks for floats.</summary>
public sealed class ByteStoreTests
{
    private static readonly byte[] s_pixels = [0, 255, 1, 128, 254, 7, 99, 100, 3, 2, 51, 204];

    private static readonly float[] s_floats = Array.ConvertAll(s_pixels, pixel => pixel / 255f);

    [Test]
    public void Values_AreThoseOfFloats()
    {
        Dataset data = Make();
        Assert.That((data.IsInMemory, data.HasPixels, data.First(2).HasPixels), Is.EqualTo((true, true, true)));
        var copies = new float[8];
        data.CopyInputs(1, 2, copies);
        Assert.That(copies, Is.EqualTo(s_floats[4..]));
        Assert.That(data.Inputs.ToArray(), Is.EqualTo(s_floats));
        Assert.That(data.First(2).Inputs.ToArray(), Is.EqualTo(s_floats[..8]));
        Assert.That(data.InputsOf(2, 1).ToArray(), Is.EqualTo(s_floats[8..]));
    }

    [Test]
    public void Selected_AreCopiedAsPixels()
    {
        Dataset some = Make().Select([2, 0, 2]);
        Assert.That(some.Values.Pixels.ToArray(), Is.EqualTo((byte[])[.. s_pixels[8..], .. s_pixels[..4], .. s_pixels[8..]]));
        Assert.That(some.Labels.ToArray(), Is.EqualTo(new[] { 1, 1, 1 }));
    }

    /// <summary>Three roundings, which no multiplication of a pixel gives: normalised samples are floats.</summary>
    [Test]
    public void Normalized_AreFloats()
    {
        var normalization = new Normalization(EquatableArray.Of(0.5f), EquatableArray.Of(0.25f));
        Dataset normalized = Make().Normalized(normalization);
        Assert.That(normalized.HasPixels, Is.False);
        Assert.That(normalized.Inputs.ToArray(), Is.EqualTo(Array.ConvertAll(s_floats, value => (value - 0.5f) / 0.25f)));
    }

    [Test]
    public void TheFingerprint_DependsOnEveryPixel()
    {
        byte[] other = [.. s_pixels];
        other[^1]++;
        byte[] Hash(byte[] test) => Fingerprint.OfData(new LoadedData(Make(), Make(test), ModelMetadata.None)).Hash;
        Assert.That(Hash([.. s_pixels]), Is.EqualTo(Hash(s_pixels)));
        Assert.That(Hash(other), Is.Not.EqualTo(Hash(s_pixels)));
    }

    private static Dataset Make(byte[]? pixels = null) => new(EquatableArray.Of(2, 2, 1), new ByteStore(pixels ?? s_pixels, 4), [1, -1, 1]);
}
