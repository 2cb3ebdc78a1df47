namespace PatchMoE.Tests.Parity;

/// <summary>A training pass goes through a batch in windows. Where these begin and end changes no bit of a gradient: each sum is one sequence over the samples.</summary>
public class WindowTests
{
    private const int Samples = 23;

    /// <summary>Samples without a gradient add nothing, but move the windows' edges.</summary>
    [TestCase("taken patches copied, dot products")]
    [TestCase("one pixel row, uneven steps")]
    [TestCase("threshold")]
    [TestCase("wide stretches of columns, packed router gradient")]
    [TestCase("dense, a row at a time over active patches, an end that overlaps")]
    [TestCase("window, many experts of a short row")]
    [TestCase("long pixel rows, sample")]
    [TestCase("token choice, a sort by score")]
    [TestCase("experts shared by workers, dot products")]
    public void EqualBits_WhateverTheWindows(string name)
    {
        PatchMoESpec spec = SizeSpecs.All[name];
        (RandomBatch batch, _) = RandomBatch.Draw(spec.Model, seed: 5, Samples);
        float[] upstream = [.. Enumerable.Range(0, Samples * spec.Model.Head.Outputs).Select(i => (((i * 7) % 11) - 4.5f) / 3)];
        float[] expected = Gradients(spec, batch, upstream, before: 0, behind: 0);

        Assert.That(expected, Has.Some.Not.Zero);
        foreach ((int before, int behind) in new[] { (5, 0), (9, 0), (0, 42), (45, 1), (130, 0) })
        {
            Assert.That(Gradients(spec, batch, upstream, before, behind), Is.EqualTo(expected), $"{before} samples before, {behind} behind");
        }
    }

    private static float[] Gradients(PatchMoESpec spec, RandomBatch batch, float[] upstream, int before, int behind)
    {
        IPatchMoEModel model = Compiled.Of(spec);
        batch.Parameters.CopyTo(model.Parameters);
        using Workspace workspace = model.CreateSharing(1 + (before % 2));
        float[] gradients = new float[model.Parameters.Length];
        float[] none = new float[model.Outputs];
        int groups = batch.Lengths is { } lengths ? lengths.Length / Samples : 0;
        model.Backward(
            Around(batch.Input, model.InputLength),
            [.. Repeat(none, before), .. upstream, .. Repeat(none, behind)],
            gradients,
            workspace,
            default,
            groups == 0 ? default : Around(batch.Lengths!, groups));
        return gradients;

        T[] Around<T>(T[] values, int length) => [.. Repeat(values[..length], before), .. values, .. Repeat(values[^length..], behind)];
    }

    private static IEnumerable<T> Repeat<T>(T[] values, int times) => Enumerable.Repeat(values, times).SelectMany(value => value);
}
