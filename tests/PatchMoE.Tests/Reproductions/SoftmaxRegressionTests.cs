using PatchMoE.Cli.TextExperiments;

namespace PatchMoE.Tests;

/// <summary>The linear classifier that networks on texts are compared with.</summary>
public sealed class SoftmaxRegressionTests
{
    [Test]
    public void Fit_ReachesTheMinimum_OfTwoClassesOnOneFeature()
    {
        // At x = ±1 with equal shares p of the class on its own side, the unregularised minimum gives the class that probability: the score's difference is ln(p / (1 − p)) there.
        double[] features = [.. Enumerable.Repeat(1.0, 10), .. Enumerable.Repeat(-1.0, 10)];
        int[] labels = [.. Enumerable.Range(0, 20).Select(i => i % 10 < 8 == i < 10 ? 1 : 0)];
        SoftmaxRegression model = SoftmaxRegression.Fit(Rows(features), labels, classes: 2, regularization: 1e-9, default);
        Assert.That(model.Accuracy(Rows(features), labels), Is.EqualTo(0.8));
        Assert.That(model.Score(Rows(1), 0, 1) - model.Score(Rows(1), 0, 0), Is.EqualTo(Math.Log(4)).Within(1e-4));
        Assert.That(model.Score(Rows(-1), 0, 1) - model.Score(Rows(-1), 0, 0), Is.EqualTo(-Math.Log(4)).Within(1e-4));
    }

    [Test]
    public void Fit_LearnsTheBias_OfClassesThatNoFeatureTells()
    {
        SoftmaxRegression model = SoftmaxRegression.Fit(Rows(0, 0, 0, 0, 0, 0), [0, 1, 1, 2, 2, 2], classes: 3, regularization: 0.1, default);
        Assert.That(model.Score(Rows(0), 0, 2) - model.Score(Rows(0), 0, 0), Is.EqualTo(Math.Log(3)).Within(1e-4));
        Assert.That(model.Score(Rows(0), 0, 1) - model.Score(Rows(0), 0, 0), Is.EqualTo(Math.Log(2)).Within(1e-4));
    }

    [Test]
    public void Regularization_ShrinksTheWeights()
    {
        double[] features = [1, 1, -1, -1];
        double Margin(double l2) => SoftmaxRegression.Fit(Rows(features), [1, 1, 0, 0], 2, l2, default).Score(Rows(1), 0, 1);
        Assert.That(Margin(0.1), Is.LessThan(Margin(0.001) / 2).And.GreaterThan(0));
    }

    [Test]
    public void Means_AreThoseOfTheValidPatches_WithoutThePlace()
    {
        // Two samples of up to two patches with two features and one value of the place.
        var data = new Dataset([2, 3], [1, 0, 9, 3, 0, 9, 0, 5, 9, 7, 7, 7], [0, 1], lengths: [2, 1]);
        SparseRows rows = SparseRows.Means(data, features: 2);
        Assert.That(rows.Places, Is.EqualTo(new[] { new[] { 0 }, [1] }));
        Assert.That(rows.Values, Is.EqualTo(new[] { new[] { 2.0 }, [5.0] }));
    }

    private static SparseRows Rows(params double[] features) =>
        new(1, [.. features.Select(value => value == 0 ? Array.Empty<int>() : [0])], [.. features.Select(value => value == 0 ? Array.Empty<double>() : [value])]);
}
