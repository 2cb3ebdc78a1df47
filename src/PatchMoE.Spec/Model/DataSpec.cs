namespace PatchMoE;

/// <summary>The data of a training run, and how its samples are prepared.</summary>
public abstract record DataSpec
{
    /// <summary>
    /// The names of the classes in the order of the labels: label c for softmax cross entropy, −1 and then +1 for the logistic loss. Empty for those of the source: the
    /// names of the folders, the texts of the label column, or what MNIST, Fashion-MNIST and CIFAR-10 call them.
    /// </summary>
    public EquatableArray<string> Classes { get; init; }

    /// <summary>
    /// Whether each channel of an image, or each column of a table, is brought to mean 0 and standard deviation 1, measured on the training samples (for CIFAR-10: the
    /// known ones of its 50,000 training images). Mean and deviation are kept with the weights.
    /// </summary>
    public bool Normalize { get; init; }

    /// <summary>How training images are varied, differently in each epoch; null for not at all.</summary>
    public AugmentSpec? Augment { get; init; }
}

/// <summary>
/// The paper's mosaics: one class digit at a random position in a grid of irrelevant digits. The label is +1 (or 1) if the class digit is
/// <see cref="Positive"/>, −1 (or 0) if it is <see cref="Negative"/>.
/// </summary>
/// <param name="Source">The digits: <c>mnist</c> or <c>fashion-mnist</c>.</param>
/// <param name="Positive">The class of the positive digit, 0…9.</param>
/// <param name="Negative">The class of the negative digit, 0…9.</param>
/// <param name="Irrelevant">The classes of the other digits.</param>
/// <param name="GridHeight">The number of rows of digits.</param>
/// <param name="GridWidth">The number of columns of digits.</param>
/// <param name="Train">The number of training samples, half per class.</param>
/// <param name="Test">The number of test samples, half per class.</param>
public sealed record MosaicDataSpec(
    string Source, int Positive, int Negative, EquatableArray<int> Irrelevant, int GridHeight, int GridWidth, int Train, int Test) : DataSpec
{
    /// <summary>An irrelevant digit that is tied to the class in training, but not in the test; null for none.</summary>
    public SpuriousDigitsSpec? Spurious { get; init; }
}

/// <summary>Plain images of a source with their classes.</summary>
/// <param name="Source"><c>mnist</c> or <c>fashion-mnist</c>.</param>
/// <param name="Train">The number of training samples.</param>
/// <param name="Test">The number of test samples.</param>
public sealed record ImagesDataSpec(string Source, int Train, int Test) : DataSpec;

/// <summary>
/// The paper's data model: each sample contains one discriminative pattern (o₁ for +1, o₂ for −1) among irrelevant patterns, all of norm 1, plus noise.
/// </summary>
/// <param name="Patterns">The total number of irrelevant patterns, ≥ 1.</param>
/// <param name="Similarity">The largest |cosine| of an irrelevant pattern with o₁ or o₂, 0 ≤ δ &lt; 1.</param>
/// <param name="Noise">σ of the Gaussian noise on each value, ≥ 0.</param>
/// <param name="Train">The number of training samples, half per class.</param>
/// <param name="Test">The number of test samples, half per class.</param>
public sealed record SyntheticDataSpec(int Patterns, double Similarity, double Noise, int Train, int Test) : DataSpec
{
    /// <summary>The norm of a decoy; that of the discriminative pattern is 1.</summary>
    public const double DecoyNorm = 2;

    /// <summary>
    /// Decoys of each kind: every sample of either class contains this many patches <see cref="DecoyNorm"/>·o₁ and as many <see cref="DecoyNorm"/>·o₂. They say nothing about the
    /// class, but a router that has learnt o₁ ranks the decoys of o₁ above it, so that the threshold is l* = <see cref="Decoys"/> + 1. 0 for the paper's data.
    /// </summary>
    public int Decoys { get; init; }

    /// <summary>The patches that are not drawn from the irrelevant patterns: the decoys of both kinds and the discriminative one.</summary>
    internal long FixedPatches => (2L * Decoys) + 1;
}

/// <summary>
/// Bags of digits (Ilse, Tomczak, Welling: Attention-based Deep Multiple Instance Learning, ICML 2018): a sample is a bag of digits, each a patch, and is positive
/// if at least one of them is <see cref="Positive"/>.
/// </summary>
/// <param name="Source">The digits: <c>mnist</c> or <c>fashion-mnist</c>.</param>
/// <param name="Positive">The class that makes a bag positive, 0…9.</param>
/// <param name="Mean">The mean of the normal distribution that sizes of bags are drawn from, &gt; 0.</param>
/// <param name="Deviation">Its standard deviation, ≥ 0. Sizes are rounded, and brought into 1…n for the n patches of the network.</param>
/// <param name="Train">The number of training bags, half per class.</param>
/// <param name="Test">The number of test bags, half per class.</param>
public sealed record BagsDataSpec(string Source, int Positive, double Mean, double Deviation, int Train, int Test) : DataSpec;

/// <summary>A user's own arrays, .npy files or <c>data.npz:name</c>: inputs of any type of numbers, uint8 divided by 255; labels that are whole numbers.</summary>
/// <param name="TrainInput">[N, …] training inputs; paths are relative to the spec file.</param>
/// <param name="TrainLabels">[N] training labels.</param>
/// <param name="TestInput">[N, …] test inputs.</param>
/// <param name="TestLabels">[N] test labels.</param>
public sealed record ArraysDataSpec(string TrainInput, string TrainLabels, string TestInput, string TestLabels) : DataSpec
{
    /// <summary>[N], or [N, T] with groups: the valid patches of the training samples; null if all are valid.</summary>
    public string? TrainLengths { get; init; }

    /// <summary>The same of the test samples.</summary>
    public string? TestLengths { get; init; }
}

/// <summary>CIFAR-10's colour images, 32×32×3, in ten classes; each training and test image at most once.</summary>
/// <param name="Source">The folder of its binary files, relative to the spec file; null for <c>data/cifar-10</c>, found by searching upwards.</param>
/// <param name="Train">The number of training images; null for all.</param>
/// <param name="Test">The number of test images; null for all.</param>
public sealed record Cifar10DataSpec(string? Source, int? Train, int? Test) : DataSpec;

/// <summary>
/// A user's own pictures: a folder for each class with PNG, JPEG, BMP, GIF or WebP files, or the folders <c>train</c> and <c>test</c> with a folder for each class in both.
/// </summary>
/// <param name="Path">The folder, relative to the spec file.</param>
/// <param name="TestShare">The share of each class that is held out for testing, drawn by the seed; without effect if there are <c>train</c> and <c>test</c>.</param>
/// <param name="Fit">How a picture becomes an image of the network's size.</param>
public sealed record FolderDataSpec(string Path, double TestShare, ImageFit Fit) : DataSpec
{
    /// <summary>The share that is held out if a spec does not say.</summary>
    public const double DefaultTestShare = 0.2;
}

/// <summary>
/// A table (.csv or .tsv): a row for each sample, with numbers and one column for the class. The columns of numbers, in order, are the sample's n·d values.
/// </summary>
/// <param name="File">The table, relative to the spec file.</param>
/// <param name="Test">A table with the test samples; null to hold out <paramref name="TestShare"/> of the rows.</param>
/// <param name="Label">The column of the class: its name, or its number from 0.</param>
/// <param name="TestShare">The share of each class that is held out for testing, drawn by the seed.</param>
public sealed record CsvDataSpec(string File, string? Test, string Label, double TestShare) : DataSpec;
