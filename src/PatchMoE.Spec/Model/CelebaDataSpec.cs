namespace PatchMoE;

/// <summary>
/// CelebA (Liu, Luo, Wang, Tang: Deep Learning Face Attributes in the Wild, ICCV 2015): pictures of faces with binary attributes. The class of a picture is the combination of its
/// attributes, the first the most significant: with the attributes A and B the classes are neither, B, A, and both.
/// </summary>
/// <param name="Source">The folder of CelebA, relative to the spec file; null for <c>data/celeba</c>, found by searching upwards.</param>
/// <param name="Attributes">The attributes that make the classes, 1 to <see cref="MaximumAttributes"/>.</param>
/// <param name="Train">The number of training samples, the same of each class (or one more); null for all there are.</param>
/// <param name="Test">The number of test samples, likewise.</param>
/// <param name="Fit">How a picture becomes an image of the network's size.</param>
public sealed record CelebaDataSpec(string? Source, EquatableArray<string> Attributes, int? Train, int? Test, ImageFit Fit) : DataSpec
{
    /// <summary>The most attributes that classes are made of: 65,536 classes.</summary>
    public const int MaximumAttributes = 16;

    /// <summary>Attributes that are tied to the class in training, but not in the test; null for none.</summary>
    public SpuriousAttributesSpec? Spurious { get; init; }

    /// <summary>The number of classes.</summary>
    internal int ClassCount => 1 << Attributes.Count;
}
