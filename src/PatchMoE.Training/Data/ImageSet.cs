namespace PatchMoE.Training.Data;

/// <summary>Grey images, each with a class, as stored in idx files.</summary>
internal sealed class ImageSet
{
    private readonly byte[] _pixels;
    private readonly byte[] _labels;

    /// <summary>Wraps pixels and labels; nothing is copied.</summary>
    /// <param name="pixels">[N, rows, columns], 0…255.</param>
    /// <param name="labels">[N], classes.</param>
    /// <param name="rows">The number of rows of an image, ≥ 1.</param>
    /// <param name="columns">The number of columns of an image, ≥ 1.</param>
    /// <exception cref="ArgumentException">The lengths do not match.</exception>
    public ImageSet(byte[] pixels, byte[] labels, int rows, int columns)
    {
        if (pixels.LongLength != (long)labels.Length * rows * columns)
        {
            throw new ArgumentException($"{pixels.Length} pixels are not {labels.Length} images of {rows}×{columns}.", nameof(pixels));
        }

        (_pixels, _labels, Rows, Columns) = (pixels, labels, rows, columns);
    }

    /// <summary>N, the number of images.</summary>
    public int Count => _labels.Length;

    /// <summary>The number of rows of an image.</summary>
    public int Rows { get; }

    /// <summary>The number of columns of an image.</summary>
    public int Columns { get; }

    /// <summary>Reads images and their labels from a pair of idx files, gzipped or not.</summary>
    /// <exception cref="BadInputException">A file is not what <see cref="IdxFile"/> expects, or the two differ in number.</exception>
    public static ImageSet Read(string imagesPath, string labelsPath)
    {
        (int[] shape, byte[] pixels) = IdxFile.Read(imagesPath, rank: 3);
        (_, byte[] labels) = IdxFile.Read(labelsPath, rank: 1);
        if (shape[0] != labels.Length)
        {
            throw new BadInputException(
                $"{imagesPath} holds {shape[0]} images, but {labelsPath} holds {labels.Length} labels. Give the two files of one set.");
        }

        return new ImageSet(pixels, labels, shape[1], shape[2]);
    }

    /// <summary>The pixels of image <paramref name="index"/>, [rows, columns].</summary>
    public ReadOnlySpan<byte> Image(int index) => _pixels.AsSpan(index * Rows * Columns, Rows * Columns);

    /// <summary>The class of image <paramref name="index"/>.</summary>
    public int Label(int index) => _labels[index];

    /// <summary>The indices of the images whose class <paramref name="isWanted"/> accepts, ascending.</summary>
    public int[] IndicesWhere(Func<int, bool> isWanted) => [.. Enumerable.Range(0, Count).Where(i => isWanted(_labels[i]))];

    /// <summary>The indices of the images of some classes, ascending.</summary>
    /// <param name="part">What the images are for, <c>train</c> or <c>test</c>.</param>
    /// <param name="field">The spec's field that names the classes.</param>
    /// <param name="classes">The classes.</param>
    /// <exception cref="BadInputException">There are none.</exception>
    public int[] Pool(string part, string field, params int[] classes)
    {
        int[] pool = IndicesWhere(classes.Contains);
        return pool.Length > 0 ? pool : throw new BadInputException(
            $"{field}: none of the {Count} {part} images is of class {string.Join(", ", classes)}. Choose a class that the data have, or give other data with --data DIR.");
    }

    /// <summary>A copy of the images at <paramref name="indices"/>, in that order.</summary>
    public ImageSet Subset(ReadOnlySpan<int> indices)
    {
        int length = Rows * Columns;
        var pixels = new byte[indices.Length * length];
        var labels = new byte[indices.Length];
        for (int i = 0; i < indices.Length; i++)
        {
            Image(indices[i]).CopyTo(pixels.AsSpan(i * length));
            labels[i] = _labels[indices[i]];
        }

        return new ImageSet(pixels, labels, Rows, Columns);
    }
}
