using PatchMoE.Kernels;

namespace PatchMoE.Tests.Parity;

/// <summary>A pass that reads its samples where they lie in a data set gives the bits of one over their copies.</summary>
[Category("Long")]
[Parallelizable(ParallelScope.Children)]
public class SampleIndexTests
{
    private static IEnumerable<string> Sizes => SizeSpecs.All.Keys;

    [Test]
    public void EqualBits_RandomNetworks([Range(1, 40)] int seed) => Check(new RandomSpecs(seed).Draw(), seed, samples: null, threads: 1 + (seed % 3));

    [TestCaseSource(nameof(Sizes))]
    public void EqualBits_WhereSizesChooseOtherKernels(string name) => Check(SizeSpecs.All[name], seed: 5, samples: 5, threads: 2);

    [TestCase("taken patches copied, dot products", 2)]
    [TestCase("long pixel rows, panels, overlapping patches", 3)]
    [TestCase("window, many experts of a short row", 3)]
    [TestCase("threshold", 1)]
    [TestCase("dense, a row at a time over active patches, panels", 3)]
    [TestCase("experts shared by workers, dot products", 3)]
    [TestCase("experts shared by workers, panels, patches copied", 2)]
    [TestCase("token choice, a sort by score", 3)]
    public void EqualBits_OverSeveralWindows(string name, int threads) => Check(SizeSpecs.All[name], seed: 6, samples: 131, threads);

    /// <summary>A batch of one is shared by experts where larger ones are not.</summary>
    [Test]
    public void EqualBits_OfOneSampleAmongMany()
    {
        var trial = new Trial(SizeSpecs.All["experts of one sample shared by workers"], seed: 7, samples: 9, threads: 2);
        for (int sample = 0; sample < 9; sample++)
        {
            trial.Check([sample]);
        }
    }

    [TestCase(-1)]
    [TestCase(6)]
    [TestCase(int.MinValue)]
    public void AnIndexOutsideTheData_IsNamed(int index)
    {
        var trial = new Trial(SizeSpecs.All["threshold"], seed: 1, samples: 6, threads: 1);
        string message = $"samples[2] is {index}; the data have 6 samples";
        Assert.That(() => trial.Gradients([0, 5, index, 1]), Throws.ArgumentException.With.Message.Contains(message));
        Assert.That(() => trial.Step([0, 5, index, 1]), Throws.ArgumentException.With.Message.Contains(message));
    }

    [Test]
    public void WrongLengths_AreNamed()
    {
        IPatchMoEModel model = Compiled.Of(SizeSpecs.All["threshold"]);
        CompiledNetwork network = ((ICompiledModel)model).Network;
        using Workspace workspace = model.CreateWorkspace();
        var gradients = new float[model.Parameters.Length];
        void Refused(string message, Action call) => Assert.That(call, Throws.ArgumentException.With.Message.Contains(message));

        Refused("data has 901 values, which is not a multiple of the 900", () => network.LossAndGradients(new InputValues(new float[901]), [0], [0], new float[3], gradients, workspace));
        Refused("samples has 1 values; 2 samples", () => network.LossAndGradients(new InputValues(new float[1800]), [0], [0, 1], new float[6], gradients, workspace));
        Refused("samples has 0 values; 1 samples", () => network.SgdStep(new InputValues(new float[900]), [], [0], new float[3], 0.1, 0, workspace));
        Refused("samples[0] is 0; the data have 0 samples", () => network.SgdStep(default, [0], [0], new float[3], 0.1, 0, workspace));
        Refused("logits has 6 values", () => network.SgdStep(new InputValues(new float[1800]), [1], [0], new float[6], 0.1, 0, workspace));
        Refused("A batch needs at least one sample", () => network.SgdStep(new InputValues(new float[900]), [], [], [], 0.1, 0, workspace));
    }

    private static void Check(PatchMoESpec spec, int seed, int? samples, int threads)
    {
        var trial = new Trial(spec, seed, samples, threads);
        int count = trial.Count;
        var random = new Random(seed);
        trial.Check([.. Enumerable.Range(0, count).Reverse()]);

        // Some more than once, in no order; a batch need not be smaller than the data.
        trial.Check([.. Enumerable.Range(0, count + 3).Select(_ => random.Next(count))]);
    }

    /// <summary>A network, weights, and data to take batches from.</summary>
    private sealed class Trial
    {
        private readonly IPatchMoEModel _model;
        private readonly CompiledNetwork _network;
        private readonly RandomBatch _data;
        private readonly int _threads;

        public Trial(PatchMoESpec spec, int seed, int? samples, int threads)
        {
            _model = Compiled.Of(spec);
            _network = ((ICompiledModel)_model).Network;
            _data = RandomBatch.DrawWithTies(spec.Model, seed, samples);
            _threads = threads;
        }

        public int Count => _data.Labels.Length;

        public void Check(int[] samples)
        {
            float[] copies = Gather(_data.Input, samples)!;
            Compare(Gradients(samples), Run(samples, (logits, gradients, workspace) =>
                _model.LossAndGradients(copies, Gather(_data.Labels, samples), logits, gradients, workspace, default, Gather(_data.Lengths, samples))));
            Compare(Step(samples), Run(samples, (logits, _, workspace) =>
                _model.SgdStep(copies, Gather(_data.Labels, samples), logits, 0.05, 0.01, workspace, Gather(_data.Lengths, samples))));
        }

        public Outcome Gradients(int[] samples) => Run(samples, (logits, gradients, workspace) =>
            _network.LossAndGradients(new InputValues(_data.Input), samples, Gather(_data.Labels, samples), logits, gradients, workspace, Gather(_data.Lengths, samples)));

        public Outcome Step(int[] samples) => Run(samples, (logits, _, workspace) =>
            _network.SgdStep(new InputValues(_data.Input), samples, Gather(_data.Labels, samples), logits, 0.05, 0.01, workspace, Gather(_data.Lengths, samples)));

        private static void Compare(Outcome inPlace, Outcome copied)
        {
            Assert.That(inPlace.Loss, Is.EqualTo(copied.Loss));
            Assert.That(inPlace.Logits, Is.EqualTo(copied.Logits));
            Assert.That(inPlace.Gradients, Is.EqualTo(copied.Gradients));
            Assert.That(inPlace.Parameters, Is.EqualTo(copied.Parameters));
        }

        private Outcome Run(int[] samples, Func<float[], float[], Workspace, double> pass)
        {
            using Workspace workspace = _model.CreateSharing(_threads);
            _data.Parameters.CopyTo(_model.Parameters);
            var logits = new float[samples.Length * _model.Outputs];
            var gradients = new float[_model.Parameters.Length];
            double loss = pass(logits, gradients, workspace);
            return new Outcome(loss, logits, gradients, _model.Parameters.ToArray());
        }

        /// <summary>The values of samples side by side; an index that is not there is taken for the first, so that a pass can refuse it.</summary>
        private T[]? Gather<T>(T[]? values, int[] samples)
        {
            int length = (values?.Length ?? 0) / Count;
            return values is null ? null : [.. samples.SelectMany(sample => values.Skip((uint)sample < (uint)Count ? sample * length : 0).Take(length))];
        }
    }

    private sealed record Outcome(double Loss, float[] Logits, float[] Gradients, float[] Parameters);
}
