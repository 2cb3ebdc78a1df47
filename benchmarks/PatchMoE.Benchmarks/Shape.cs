namespace PatchMoE.Benchmarks;

/// <summary>A network with a batch to measure it on.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Batch">B, the samples of a pass.</param>
/// <param name="Create">Makes the emitted model.</param>
public sealed record Shape(string Name, int Batch, Func<IPatchMoEModel> Create)
{
    /// <summary>The shapes of docs/performance.md.</summary>
    public static IReadOnlyList<Shape> All { get; } =
    [
        new("mnist-joint", 100, () => new MnistJoint()),
        new("batch-20", 20, () => new MnistJoint()),
        new("batch-1", 1, () => new MnistJoint()),
        new("mnist-separate", 100, () => new MnistSeparate()),
        new("wide", 64, () => new Wide()),
        new("wrn-head", 32, () => new WrnHead()),
        new("celeba", 32, () => new CelebA()),
        new("text-long", 16, () => new TextLong()),
    ];

    public override string ToString() => Name;
}
