namespace PatchMoE.Benchmarks;

/// <summary>A network and the batch size to measure it with.</summary>
/// <param name="Name">Its name in the table.</param>
/// <param name="Batch">B, the number of samples per pass.</param>
/// <param name="Create">Creates the emitted model.</param>
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
