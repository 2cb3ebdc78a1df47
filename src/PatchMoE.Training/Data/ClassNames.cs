namespace PatchMoE.Training.Data;

/// <summary>What the classes of known sources are called.</summary>
internal static class ClassNames
{
    private const string FashionMnist = "fashion-mnist";

    private static readonly string[] s_fashion =
        ["T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"];

    private static readonly string[] s_cifar10 = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>The names in the order of the labels: the spec's own, or the source's; empty if it has none, as MNIST, whose labels are the digits themselves.</summary>
    public static EquatableArray<string> Of(DataSpec data) => data switch
    {
        { Classes.Count: > 0 } => data.Classes,
        MosaicDataSpec { Source: FashionMnist } mosaic => EquatableArray.Of(s_fashion[mosaic.Negative], s_fashion[mosaic.Positive]),
        ImagesDataSpec { Source: FashionMnist } => EquatableArray.Of(s_fashion),
        Cifar10DataSpec => EquatableArray.Of(s_cifar10),
        _ => default,
    };
}
