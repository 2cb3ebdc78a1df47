namespace PatchMoE.Tests;

public sealed class LossesTests
{
    [TestCase(0, 1, 0.6931471805599453)]
    [TestCase(2, 1, 0.1269280110429725)]
    [TestCase(2, -1, 2.1269280110429727)]
    [TestCase(1000, -1, 1000)]
    [TestCase(50, 1, 1.9287498479639178e-22)]
    public void Logistic(double logit, int label, double expected) =>
        Assert.That(Losses.Logistic(logit, label), Is.EqualTo(expected).Within(1e-12 * expected));

    [Test]
    public void SoftmaxCrossEntropy()
    {
        float[] logits = [1, 2, 3];
        Assert.That(Losses.SoftmaxCrossEntropy(logits, 0), Is.EqualTo(2.4076059644443806).Within(1e-12));
        Assert.That(Losses.SoftmaxCrossEntropy([-3e38f, 3e38f], 1), Is.Zero);
        Assert.That(Losses.SoftmaxCrossEntropy([1000, 0], 1), Is.EqualTo(1000));
    }

    [Test]
    public void Predict_TakesTheSign_AndZeroCountsAsMinusOne()
    {
        Assert.That(Losses.Predict(Loss.Logistic, [0.1f]), Is.EqualTo(1));
        Assert.That(Losses.Predict(Loss.Logistic, [-0.1f]), Is.EqualTo(-1));
        Assert.That(Losses.Predict(Loss.Logistic, [0f]), Is.EqualTo(-1));
    }

    [Test]
    public void Predict_TakesTheLargestLogit_OfEqualOnesTheLowestClass() =>
        Assert.That(Losses.Predict(Loss.SoftmaxCrossEntropy, [1f, 3f, 3f]), Is.EqualTo(1));
}
