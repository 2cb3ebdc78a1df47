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
        CelebaDataSpec celeba => OfAttributes(celeba.Attributes),
        _ => default,
    };

    /// <summary>The classes that binary attributes make, the first attribute the most significant: <c>not A, not B</c>, <c>not A, B</c>, <c>A, not B</c>, <c>A, B</c>.</summary>
    public static EquatableArray<string> OfAttributes(EquatableArray<string> attributes) => Enumerable.Range(0, 1 << attributes.Count)
        .Select(label => string.Join(", ", attributes.Select((name, i) => (label >> (attributes.Count - 1 - i) & 1) == 1 ? name : Without(name))))
        .ToEquatableArray();

    /// <summary>What pictures without an attribute are called.</summary>
    public static string Without(string attribute) => $"not {attribute}";
}
