namespace PatchMoE.Training.Data;

/// <summary>What the classes of known sources are called.</summary>
internal static class ClassNames
{
    private static readonly string[] s_digits = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

    private static readonly string[] s_fashion =
        ["T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"];

    private static readonly string[] s_cifar10 = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>The names in the order of the labels: the spec's own, or the source's; empty if it has none.</summary>
    public static EquatableArray<string> Of(DataSpec data) => data switch
    {
        { Classes.Count: > 0 } => data.Classes,
        MosaicDataSpec mosaic => EquatableArray.Of(Names(mosaic.Source)[mosaic.Negative], Names(mosaic.Source)[mosaic.Positive]),
        ImagesDataSpec images => EquatableArray.Of(Names(images.Source)),
        Cifar10DataSpec => EquatableArray.Of(s_cifar10),
        _ => default,
    };

    private static string[] Names(string source) => source == "fashion-mnist" ? s_fashion : s_digits;
}
