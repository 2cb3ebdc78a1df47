using System.Collections;
using System.Runtime.Intrinsics;

namespace PatchMoE.Tests;

/// <summary>The results of measuring, with no statement about how fast this machine is.</summary>
public sealed class MeasurementTests
{
    [Test]
    public void Timing_IsMedianAndBestOfAnyOrder()
    {
        Assert.That(Timing.Of([3, 1, 2]), Is.EqualTo(new Timing(2, 1, 3)));
        Assert.That(Timing.Of([4, 1, 3, 2]), Is.EqualTo(new Timing(2.5, 1, 4)));
    }

    [Test]
    public void Measure_TimesAsManyRunsAsAsked()
    {
        int calls = 0;
        Timing timing = PassTimer.Measure(() => calls++, 25);
        Assert.That(timing.Runs, Is.EqualTo(25));
        Assert.That(calls, Is.GreaterThan(25), "warm-up runs come first");
        Assert.That(timing.Best, Is.LessThanOrEqualTo(timing.Median));
    }

    [Test]
    public void Measure_IsCancelledBetweenTwoRuns()
    {
        using var stop = new CancellationTokenSource();
        Assert.That(() => PassTimer.Measure(stop.Cancel, 5, stop.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void TheLongerTime_Binds()
    {
        var compute = new PassBound(ComputeSeconds: 2, BandwidthSeconds: 1, Bandwidth: 10);
        var bandwidth = new PassBound(ComputeSeconds: 1, BandwidthSeconds: 4, Bandwidth: 10);
        Assert.That((compute.BoundBy, compute.Seconds), Is.EqualTo(("compute", 2.0)));
        Assert.That((bandwidth.BoundBy, bandwidth.Seconds), Is.EqualTo(("bandwidth", 4.0)));
        Assert.That(bandwidth.ShareOf(5), Is.EqualTo(0.8));
    }

    [Test]
    public void Limits_ArePositiveAndBoundEveryPass()
    {
        MachineLimits limits = MachineLimits.Measure(2);
        Assert.That(limits.Vectors.Bits, Is.AnyOf(32, 128, 256, 512));
        Assert.That(new[] { limits.CoreFlops, limits.Flops, limits.MemoryBandwidth }, Is.All.Positive.And.All.LessThan(double.PositiveInfinity));
        PassBound bound = limits.BoundOf(new PassCost(1000, 100));
        Assert.That(bound.ComputeSeconds, Is.EqualTo(1000 / limits.Flops));
        Assert.That(bound.BandwidthSeconds, Is.EqualTo(100 / bound.Bandwidth));
    }

    [Test]
    public void VectorClass_NamesTheSettingsThatLimitIt()
    {
        var environment = new Hashtable { ["DOTNET_EnableAVX512"] = "0", ["DOTNET_PreferredVectorBitWidth"] = "256", ["DOTNET_EnableAVX2"] = "1", ["DOTNET_ROOT"] = "/sdk" };
        EquatableArray<string> settings = VectorClass.SettingsAmong(environment);
        Assert.That(settings, Is.EqualTo(new[] { "DOTNET_EnableAVX512=0", "DOTNET_PreferredVectorBitWidth=256" }));
        Assert.That(new VectorClass(256, 16, settings).ToString(), Is.EqualTo("256-bit vectors, 16 registers (DOTNET_EnableAVX512=0 DOTNET_PreferredVectorBitWidth=256)"));
        Assert.That(new VectorClass(512, 32, default).ToString(), Is.EqualTo("512-bit vectors, 32 registers"));
        Assert.That(new VectorClass(32, 16, default).ToString(), Is.EqualTo("no vectors, 16 registers"));
    }

    [Test]
    public void VectorClass_IsThatOfTheProcess()
    {
        Assert.That(VectorClass.Current.Bits == 512, Is.EqualTo(Vector512.IsHardwareAccelerated));
        Assert.That(VectorClass.Current.Bits >= 256, Is.EqualTo(Vector256.IsHardwareAccelerated));
        Assert.That(VectorClass.Current.Registers, Is.AnyOf(8, 16, 32));
    }

    [Test]
    public void DrawnBatch_HasTheModelsShapeAndLabels_AndDependsOnTheSeed()
    {
        ModelSpec logistic = Specs.Separate(Specs.Vectors, Specs.Synthetic).Model;
        Dataset data = DrawnBatch.Make(logistic, 7, seed: 3);
        Assert.That(() => DatasetRules.Check(data, logistic, "data"), Throws.Nothing);
        Assert.That(data.Count, Is.EqualTo(7));
        Assert.That(DrawnBatch.Make(logistic, 7, seed: 3).Inputs.ToArray(), Is.EqualTo(data.Inputs.ToArray()));
        Assert.That(DrawnBatch.Make(logistic, 7, seed: 4).Inputs.ToArray(), Is.Not.EqualTo(data.Inputs.ToArray()));

        ModelSpec classes = Specs.Dense(Specs.Vectors, outputs: 3, data: null).Model;
        Assert.That(() => DatasetRules.Check(DrawnBatch.Make(classes, 50, seed: 1), classes, "data"), Throws.Nothing);
    }
}
