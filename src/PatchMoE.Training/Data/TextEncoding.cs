using System.Globalization;

namespace PatchMoE.Training.Data;

/// <summary>Encodes texts once, before training.</summary>
/// <param name="reader">What encodes them.</param>
/// <param name="model">The network.</param>
/// <param name="options">Progress, reports and cancellation.</param>
internal sealed class TextEncoding(ITextReader reader, ModelSpec model, LoadOptions options)
{
    /// <summary>The samples of texts. Those that are empty or too long are reported by count.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="labels">[N].</param>
    /// <exception cref="BadInputException">The file of the model's byte-pair encoding cannot be found or read, or is none.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Dataset Encode(List<LabelledText> texts, int[] labels)
    {
        int groups = model.LayerShapes()[0].Instances;
        var lengths = new int[texts.Count * groups];
        var counts = new (int Kept, int Cut)[texts.Count];
        Memory<int> LengthsOf(int text) => lengths.AsMemory(text * groups, groups);
        SampleStore store = model.EmbeddingTable() is null ? Vectors(texts, LengthsOf, counts) : Tokens(texts, LengthsOf, counts);
        Report(texts, counts);
        return new Dataset(model.InputShape(), store, labels, lengths) { Names = [.. texts.Select(text => text.Name)], Documents = [.. texts.Select(text => text.Document)] };
    }

    private TextStore Vectors(List<LabelledText> texts, Func<int, Memory<int>> lengthsOf, (int Kept, int Cut)[] counts)
    {
        int length = model.InputLength();
        var places = new int[texts.Count][];
        var values = new float[texts.Count][];
        ForEach(texts.Count, () => new float[length], (i, buffer) =>
        {
            counts[i] = reader.Encode(model, texts[i].Document, buffer, lengthsOf(i).Span);
            (places[i], values[i]) = TextStore.Compress(buffer);
        });
        return new TextStore(places, values);
    }

    private TokenStore Tokens(List<LabelledText> texts, Func<int, Memory<int>> lengthsOf, (int Kept, int Cut)[] counts)
    {
        var tokens = new SegmentTokens[texts.Count];
        ForEach(texts.Count, () => 0, (i, _) => (tokens[i], counts[i].Kept, counts[i].Cut) = reader.Tokenize(model, texts[i].Document, lengthsOf(i).Span));
        return new TokenStore(tokens, model);
    }

    /// <summary>Does something for each text, on all processors, and reports the progress.</summary>
    private void ForEach<T>(int count, Func<T> scratch, Action<int, T> action)
    {
        int done = 0;
        try
        {
            Parallel.For(0, count, new ParallelOptions { CancellationToken = options.Cancellation }, scratch, (i, _, own) =>
            {
                action(i, own);
                options.Progress?.Report((Interlocked.Increment(ref done), count));
                return own;
            }, _ => { });
        }
        catch (AggregateException e) when (e.InnerExceptions.OfType<BadInputException>().FirstOrDefault() is { } wrong)
        {
            // The file of an encoding: the same for every text.
            throw new BadInputException(wrong.Message, wrong);
        }
    }

    private void Report(List<LabelledText> texts, (int Kept, int Cut)[] counts)
    {
        int empty = counts.Count(count => count.Kept == 0);
        if (empty > 0)
        {
            string first = texts[Array.FindIndex(counts, count => count.Kept == 0)].Name;
            options.Report?.Invoke(string.Create(CultureInfo.InvariantCulture, $"{empty} of {texts.Count} texts have no words (the first: {first}): they have no patch, so all of them get the same answer."));
        }

        int cut = counts.Count(count => count.Cut > 0);
        if (cut > 0)
        {
            long left = counts.Sum(count => (long)count.Cut);
            long all = left + counts.Sum(count => (long)count.Kept);
            options.Report?.Invoke(string.Create(
                CultureInfo.InvariantCulture,
                $"{cut} of {texts.Count} texts are longer than the input: {left} of {all} segments ({(double)left / all:P0}) are left out, the last ones of each. A larger model.input.maxSegments keeps them."));
        }
    }
}
