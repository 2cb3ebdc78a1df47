using Microsoft.ML;
using PatchMoE.Documents;
using PatchMoE.Training.Data;

namespace PatchMoE.TextBaselines;

/// <summary>The mean of the hashed vectors of the title and all sentences: what the networks see, without routing.</summary>
internal sealed class AveragedSentences(int dimension) : Baseline
{
    private const int MostSentences = 512;

    private readonly ModelSpec _model = new(
        new VectorsInputSpec(MostSentences, dimension) { Text = new TextSpec([new TextLevel(TextUnit.Sentence, MostSentences)], dimension, Position: false) },
        [new LayerSpec(Routing.Dense, 1, 1)],
        new HeadSpec(HeadKind.Linear, 2),
        Loss.SoftmaxCrossEntropy);

    private readonly float[] _values = new float[MostSentences * dimension];

    public override string Name => "linear";

    protected override int VectorLength => dimension;

    protected override IEstimator<ITransformer>? Features(MLContext context) => null;

    protected override Row ToRow(LabelledText text, bool isPositive)
    {
        var mean = new float[dimension];
        (int kept, _) = DocumentReader.Default.Encode(_model, text.Document, _values, new int[1]);
        for (int s = 0; s < kept; s++)
        {
            for (int i = 0; i < dimension; i++)
            {
                mean[i] += _values[(s * dimension) + i] / kept;
            }
        }

        return new Row { Label = isPositive, Vector = mean };
    }
}
