using PatchMoE.Tests;

namespace PatchMoE.Ilgpu.Tests.Engine;

/// <summary>What <see cref="INetworkEngine"/> promises besides values.</summary>
public class EngineContractTests
{
    private static readonly PatchMoESpec s_spec = Networks.Small;
    private IlgpuEngine _engine = null!;

    [SetUp]
    public void MakeEngine()
    {
        _engine = new IlgpuEngine(Networks.Compile(s_spec), TestDevices.Cpu());
        _engine.SetParameters(Networks.Weights(s_spec));
    }

    [TearDown]
    public void DisposeEngine() => _engine.Dispose();

    [Test]
    public void CountsOfPatches_AreRefusedWhereLayersCutTheMapOfAnImage()
    {
        var golden = new GoldenCase("stack-convolution");
        using var engine = new IlgpuEngine(Networks.Compile(golden.Spec), TestDevices.Cpu());
        var logits = new float[golden.Logits.Length];
        Assert.That(
            () => engine.Forward(golden.Input.Values<float>(), logits, new int[golden.Labels.Length]),
            Throws.ArgumentException.With.Message.Contains("only sequences have valid-patch counts. Leave lengths out."));
    }

    [Test]
    public void WrongArguments_AreNamed()
    {
        float[] input = new float[2 * 44];
        float[] logits = new float[6];
        float[] gradients = new float[Networks.Weights(s_spec).Length];
        void Refused(string message, Action call) => Assert.That(call, Throws.ArgumentException.With.Message.Contains(message));
        Refused("The buffer has 3 values", () => _engine.SetParameters(new float[3]));
        Refused("The buffer has 3 values", () => _engine.GetParameters(new float[3]));
        Refused("The buffer has 3 values", () => _engine.GetGradients(new float[3]));
        Refused("logits has 5 values, which is not a multiple of the 3 of one sample", () => _engine.Forward(input, new float[5]));
        Refused("input has 87 values; 2 samples of 44 values need 88", () => _engine.Forward(input[1..], logits));
        Refused("lengths[1] is 5; a valid-patch count is 0 to 4", () => _engine.Forward(input, logits, [1, 5]));
        Refused("lengths has 1 values", () => _engine.Forward(input, logits, [1]));
        Refused("A batch needs at least one sample", () => _engine.LossAndGradients([], [], [], gradients));
        Refused("labels[1] is 3", () => _engine.LossAndGradients(input, [0, 3], logits, gradients));
        Refused("gradients has 3 values", () => _engine.LossAndGradients(input, [0, 1], logits, new float[3]));
        Refused("inputGradient has 1 values", () => _engine.LossAndGradients(input, [0, 1], logits, gradients, new float[1]));
        Refused("routes has 5 values", () => _engine.Route(input, new int[5]));
    }

    [Test]
    public void AModelWithoutKernels_IsRefused() => Assert.That(
        () => new IlgpuEngine(Compiler.PatchMoECompiler.Compile(s_spec), TestDevices.Cpu()),
        Throws.ArgumentException.With.Message.Contains("Small has no kernels for GPUs"));

    [Test]
    public void StepBeforeBeginTraining_IsRefused() => Assert.That(
        () => _engine.Step(Networks.Data(s_spec, 4), [0, 1], [], 0.1), Throws.InvalidOperationException.With.Message.Contains("BeginTraining"));

    [Test]
    public void DataOfAnotherShape_AndSamplesThatDoNotExist_AreRefused()
    {
        _engine.BeginTraining(Networks.Optimizer(s_spec, OptimizerKind.Sgd));
        Dataset data = Networks.Data(s_spec, 4);
        Assert.That(
            () => _engine.Step(new Dataset(EquatableArray.Of(2, 2), new float[8], [0, 1]), [0], [], 0.1),
            Throws.TypeOf<BadInputException>().With.Message.Contains("a sample has the shape [2, 2], but model.input requires [4, 11]"));
        Assert.That(() => _engine.Step(data, [4], [], 0.1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => _engine.Step(data, [], [], 0.1), Throws.ArgumentException);
    }

    [Test]
    public void ALossThatIsNotFinite_ChangesNothing([Values] OptimizerKind kind)
    {
        Dataset data = Networks.Data(s_spec, 8);
        Optimizer optimizer = Networks.Optimizer(s_spec, kind);
        _engine.BeginTraining(optimizer);
        double before = _engine.Step(data, [0, 1, 2], [3, 4], 0.1);
        float[] weights = Networks.ParametersOf(_engine);
        weights[s_spec.Model.Parameters()[^1].Offset] = float.NaN; // a bias of the head
        _engine.SetParameters(weights);

        double loss = _engine.Step(data, [3, 4], [], 0.1);

        _engine.Collect();
        Assert.Multiple(() =>
        {
            Assert.That(double.IsFinite(before), Is.True);
            Assert.That(double.IsFinite(loss), Is.False);
            Assert.That(Networks.ParametersOf(_engine), Is.EqualTo(weights));
            Assert.That(optimizer.Steps, Is.EqualTo(1));
            Assert.That(optimizer.State.SelectMany(state => state.Values), Is.All.Matches<float>(float.IsFinite));
        });
    }

    [Test]
    public void AGradientThatIsNotFinite_ChangesNothing()
    {
        // Tiny neurons on huge inputs, a huge head: the loss is about 1e26, and the neurons' gradient 1e30 · 1e30.
        var weights = new float[Networks.Weights(s_spec).Length];
        foreach (ParameterSpec parameter in s_spec.Model.Parameters())
        {
            Span<float> values = weights.AsSpan(parameter.Offset, parameter.Length);
            values.Fill(parameter.Role == ParameterRole.Experts ? 1e-35f : 0);
            values[..(parameter.Role == ParameterRole.Head ? 6 : 0)].Fill(1e30f);
        }

        _engine.SetParameters(weights);
        _engine.BeginTraining(Networks.Optimizer(s_spec, OptimizerKind.Sgd));
        var data = new Dataset(EquatableArray.Of(4, 11), [.. Enumerable.Repeat(1e30f, 2 * 44)], [1, 1]);
        double lossAlone = _engine.LossAndGradients(data.Inputs, data.Labels, new float[6], new float[weights.Length]);

        double loss = _engine.Step(data, [0, 1], [], 0.1);

        Assert.That(double.IsFinite(lossAlone), Is.True);
        Assert.That(double.IsFinite(loss), Is.False);
        Assert.That(Networks.ParametersOf(_engine), Is.EqualTo(weights));
    }

    [Test]
    public void APassBetweenUpdates_LeavesThePreparedBatchAlone()
    {
        Dataset data = Networks.Data(s_spec, 12);
        double[] expected = TwoSteps(data, between: () => { });
        double[] actual = TwoSteps(data, between: () => _engine.Forward(data.InputsOf(0, 12), new float[36]));
        Assert.That(actual, Is.EqualTo(expected));
    }

    [Test]
    public void TheGradientsOfAnUpdate_AreThoseOfThePass()
    {
        Dataset data = Networks.Data(s_spec, 5);
        float[] expected = new float[Networks.Weights(s_spec).Length];
        double loss = _engine.LossAndGradients(data.Inputs, data.Labels, new float[15], expected);
        _engine.BeginTraining(Networks.Optimizer(s_spec, OptimizerKind.Sgd));
        double stepLoss = _engine.Step(data, [0, 1, 2, 3, 4], [], 0.1);
        float[] actual = new float[expected.Length];
        _engine.GetGradients(actual);
        Assert.That(stepLoss, Is.EqualTo(loss));
        Assert.That(actual, Is.EqualTo(expected));
        Assert.That(expected, Has.Some.Not.Zero);
    }

    private double[] TwoSteps(Dataset data, Action between)
    {
        _engine.SetParameters(Networks.Weights(s_spec));
        _engine.BeginTraining(Networks.Optimizer(s_spec, OptimizerKind.Sgd));
        double first = _engine.Step(data, [0, 1, 2], [3, 4, 5], 0.1);
        between();
        return [first, _engine.Step(data, [3, 4, 5], [], 0.1)];
    }
}
