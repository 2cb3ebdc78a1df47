using PatchMoE.RandomNumbers;

namespace PatchMoE.Training.Data;

/// <summary>The digits of mosaics that are tied to the class. What sample i shows depends only on the seed, the images and i.</summary>
internal sealed class SpuriousDigits
{
    private readonly double _share;
    private readonly int _cells;
    private readonly int[] _positive;
    private readonly int[] _negative;
    private readonly CounterRandom _has;
    private readonly CounterRandom _place;
    private readonly CounterRandom _image;

    /// <summary>Finds the digits.</summary>
    /// <param name="spec">Which digits, and how often.</param>
    /// <param name="images">The digits of the samples.</param>
    /// <param name="part">What the samples are for, <c>train</c> or <c>test</c>.</param>
    /// <param name="cells">The number of cells of a mosaic.</param>
    /// <param name="seed">The seed of the draws.</param>
    /// <exception cref="BadInputException">There is no such digit, or no cell for it.</exception>
    public SpuriousDigits(SpuriousDigitsSpec spec, ImageSet images, string part, int cells, ulong seed)
    {
        if (cells == 1)
        {
            throw new BadInputException(SpecDiagnostic.Of(DiagnosticRules.NoCellForSpurious, "data.spurious", default).Message);
        }

        (_share, _cells) = (spec.Share, cells);
        _positive = images.Pool(part, "data.spurious.positive", spec.Positive);
        _negative = images.Pool(part, "data.spurious.negative", spec.Negative);
        _has = CounterRandom.ForName(seed, $"data.{part}.spurious");
        _place = CounterRandom.ForName(seed, $"data.{part}.spurious.place");
        _image = CounterRandom.ForName(seed, $"data.{part}.spurious.image");
    }

    /// <summary>The spurious digit of a sample: its cell, any but that of the class digit, and its image; null if the sample has none.</summary>
    /// <param name="sample">The index of the sample.</param>
    /// <param name="isPositive">Its class.</param>
    /// <param name="discriminative">The cell of the class digit.</param>
    public (int Cell, int Image)? Of(int sample, bool isPositive, int discriminative)
    {
        ulong i = (ulong)sample;
        if (_has.Uniform(i) >= _share)
        {
            return null;
        }

        int[] pool = isPositive ? _positive : _negative;
        int other = _place.Integer(i, _cells - 1);
        return (other < discriminative ? other : other + 1, pool[_image.Integer(i, pool.Length)]);
    }
}
