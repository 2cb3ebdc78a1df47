using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using PatchMoE.Training.Data;

namespace PatchMoE.TextBaselines;

/// <summary>A linear classifier of two classes on some features of a text; its L2 regularisation is chosen on a fifth of the training texts.</summary>
internal abstract class Baseline
{
    private static readonly float[] s_regularizations = [0.001f, 0.01f, 0.1f, 1];

    public abstract string Name { get; }

    /// <summary>The steps from <see cref="Row"/> to the column <c>Features</c>.</summary>
    protected abstract IEstimator<ITransformer>? Features(MLContext context);

    /// <summary>A row of a text.</summary>
    protected abstract Row ToRow(LabelledText text, bool isPositive);

    /// <summary>The length of the vector of a row, 0 if the features are made of its texts.</summary>
    protected abstract int VectorLength { get; }

    public (double Accuracy, double Seconds) Measure(TextParts parts, int seed)
    {
        var context = new MLContext(seed);
        SchemaDefinition schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Vector)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, Math.Max(VectorLength, 1));
        IDataView Load(List<LabelledText> texts, int[] classes) => context.Data.LoadFromEnumerable(texts.Select((text, i) => ToRow(text, classes[i] == 1)).ToList(), schema);
        IDataView train = Load(parts.Train, parts.TrainClasses);
        IDataView test = Load(parts.Test, parts.TestClasses);
        var watch = Stopwatch.StartNew();
        DataOperationsCatalog.TrainTestData inner = context.Data.TrainTestSplit(train, 0.2, seed: seed);
        float best = s_regularizations.MaxBy(l2 => Accuracy(context, Fit(context, inner.TrainSet, l2), inner.TestSet));
        ITransformer model = Fit(context, train, best);
        double seconds = watch.Elapsed.TotalSeconds;
        return (Accuracy(context, model, test), seconds);
    }

    private ITransformer Fit(MLContext context, IDataView rows, float l2)
    {
        IEstimator<ITransformer> trainer = context.BinaryClassification.Trainers.LbfgsLogisticRegression(nameof(Row.Label), "Features", l1Regularization: 0, l2Regularization: l2);
        return (Features(context) is { } features ? features.Append(trainer) : context.Transforms.CopyColumns("Features", nameof(Row.Vector)).Append(trainer)).Fit(rows);
    }

    private static double Accuracy(MLContext context, ITransformer model, IDataView rows) =>
        context.BinaryClassification.Evaluate(model.Transform(rows), nameof(Row.Label)).Accuracy;

    internal sealed class Row
    {
        public bool Label { get; set; }

        public string Title { get; set; } = string.Empty;

        public string Text { get; set; } = string.Empty;

        public float[] Vector { get; set; } = [0];
    }
}
