using PatchMoE.Kernels;
using PatchMoE.Training.Data;
using PatchMoE.Training.Optimizers;

namespace PatchMoE.Training;

/// <summary>
/// The update of a table of tokens from the gradient of a batch's input: of the rows of the batch's tokens, and no others. What it costs depends on the batch alone. Gradients are added in
/// the order of the samples, segments and tokens; after the first batches nothing is allocated.
/// </summary>
/// <param name="weights">The weights with the table.</param>
/// <param name="optimizer">The rule, whose state reaches over the table.</param>
internal sealed class TableUpdate(INetworkWeights weights, Optimizer optimizer)
{
    private readonly ParameterSpec _table = weights.Spec.Model.EmbeddingTable()!;
    private readonly int _dimension = ((VectorsInputSpec)weights.Spec.Model.Input).Text!.Dimension;
    private readonly int _patch = ((VectorsInputSpec)weights.Spec.Model.Input).Dimension;
    private readonly int _inputLength = weights.Spec.Model.InputLength();

    // For each row of the table 1 + its index among the batch's rows; 0 if no token has it.
    private readonly int[] _places = new int[weights.Spec.Model.EmbeddingTable()!.Shape[0]];
    private int[] _rows = [];
    private float[] _gradients = [];
    private int _count;

    /// <summary>One update, of which the network's own part has just been made.</summary>
    /// <param name="data">The texts.</param>
    /// <param name="samples">The batch: indices of texts.</param>
    /// <param name="inputGradient">[B, input length], the gradient of the mean loss.</param>
    /// <param name="learningRate">η.</param>
    public void Apply(Dataset data, ReadOnlySpan<int> samples, ReadOnlySpan<float> inputGradient, double learningRate)
    {
        Collect(data, samples, inputGradient);
        optimizer.BeginRows(learningRate);
        Span<float> parameters = weights.Parameters;
        for (int i = 0; i < _count; i++)
        {
            optimizer.UpdateRow(parameters, GradientOf(i), _table.Offset + (_rows[i] * _dimension));
            _places[_rows[i]] = 0;
        }

        _count = 0;
    }

    /// <summary>The gradients of the batch's rows.</summary>
    private void Collect(Dataset data, ReadOnlySpan<int> samples, ReadOnlySpan<float> inputGradient)
    {
        for (int b = 0; b < samples.Length; b++)
        {
            SegmentTokens text = data.TokensOf(samples[b]);
            ReadOnlySpan<float> sample = inputGradient.Slice(b * _inputLength, _inputLength);
            for (int segment = 0; segment < text.Patches.Length; segment++)
            {
                ReadOnlySpan<float> gradient = sample.Slice(text.Patches[segment] * _patch, _dimension);
                ReadOnlySpan<int> rows = text.RowsOf(segment);
                foreach (int row in rows)
                {
                    EmbeddingBag.AddGradient(gradient, rows.Length, GradientOf(PlaceOf(row)));
                }
            }
        }
    }

    private Span<float> GradientOf(int place) => _gradients.AsSpan(place * _dimension, _dimension);

    private int PlaceOf(int row)
    {
        if (_places[row] > 0)
        {
            return _places[row] - 1;
        }

        if (_count == _rows.Length)
        {
            int rows = Math.Max(1024, 2 * _count);
            Array.Resize(ref _rows, rows);
            Array.Resize(ref _gradients, checked(rows * _dimension));
        }

        _rows[_count] = row;
        GradientOf(_count).Clear();
        _places[row] = ++_count;
        return _count - 1;
    }
}
