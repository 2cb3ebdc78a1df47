namespace PatchMoE.Reference;

/// <summary>Checks the arrays of a batch.</summary>
internal sealed class Batch(ModelSpec model)
{
    private readonly LayerShape _lowest = model.LayerShapes()[0];

    /// <summary>B, the number of samples of an input [B, …].</summary>
    /// <exception cref="ArgumentException">The input is empty or not a whole number of samples.</exception>
    public int Samples(double[] input)
    {
        int length = model.InputLength();
        return input.Length > 0 && input.Length % length == 0
            ? input.Length / length
            : throw new ArgumentException($"The input has {input.Length} values; it needs a positive multiple of {length}, the values of a sample.", nameof(input));
    }

    /// <summary>Checks that there is one label per sample, in the range of the loss.</summary>
    public void RequireLabels(int[]? labels, int samples)
    {
        if (labels is null)
        {
            return;
        }

        if (labels.Length != samples)
        {
            throw new ArgumentException($"There are {labels.Length} labels for {samples} samples; each sample needs one.", nameof(labels));
        }

        for (int b = 0; b < samples; b++)
        {
            bool logistic = model.Loss == Loss.Logistic;
            if (logistic ? labels[b] is not (1 or -1) : labels[b] < 0 || labels[b] >= model.Head.Outputs)
            {
                string rule = logistic ? "−1 or +1" : $"0 to {model.Head.Outputs - 1}";
                throw new ArgumentException($"Label {b} is {labels[b]}; the loss needs {rule}.", nameof(labels));
            }
        }
    }

    /// <summary>Checks that a gradient with respect to the logits is [B, C].</summary>
    public void RequireLogitsGradient(double[] logitsGradient, int samples)
    {
        int needed = samples * model.Head.Outputs;
        if (logitsGradient.Length != needed)
        {
            throw new ArgumentException(
                $"The gradient with respect to the logits has {logitsGradient.Length} values; {samples} samples of {model.Head.Outputs} logits need {needed}.",
                nameof(logitsGradient));
        }
    }

    /// <summary>Valid patches of each sample's groups, [B][groups]; all n without lengths.</summary>
    public int[][] Valid(int[]? lengths, int samples)
    {
        if (lengths is not null && model.CutsMapOfImage())
        {
            throw new ArgumentException("The layers cut the maps of an image, whose patches are all valid: leave lengths out.", nameof(lengths));
        }

        int groups = _lowest.Instances;
        int[] counts = lengths ?? [.. Enumerable.Repeat(_lowest.Patches, samples * groups)];
        if (counts.Length != samples * groups)
        {
            throw new ArgumentException(
                $"There are {counts.Length} lengths; {samples} samples of {groups} groups need {samples * groups}.", nameof(lengths));
        }

        int wrong = Array.FindIndex(counts, count => count < 0 || count > _lowest.Patches);
        return wrong < 0
            ? [.. counts.Chunk(groups)]
            : throw new ArgumentException($"Length {wrong} is {counts[wrong]}; a count of valid patches is 0 to {_lowest.Patches}.", nameof(lengths));
    }
}
