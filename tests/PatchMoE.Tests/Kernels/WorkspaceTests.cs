using System.Runtime.CompilerServices;
using PatchMoE.Kernels;

namespace PatchMoE.Tests.Kernels;

public sealed class WorkspaceTests
{
    private const long Large = 1L << 40;

    [Test]
    public void ALargePass_RunsOnAllThreads([Values(1, 2, 3)] int threads)
    {
        using Workspace workspace = Create(threads, Large);
        var recorder = new Recorder(threads);
        recorder.Run(workspace);
        Assert.That(recorder.Shares, Is.EqualTo(Enumerable.Repeat(threads, threads)));
        Assert.That(recorder.Threads.Distinct().Count(), Is.EqualTo(threads));
        Assert.That(recorder.Threads[0], Is.SameAs(Thread.CurrentThread));
    }

    [Test]
    public void ASmallPass_RunsOnTheCallersThreadAlone_AndSeesOneThread()
    {
        using Workspace workspace = Create(3, sampleFlops: 1);
        var recorder = new Recorder(3, sampleFlops: 1);
        recorder.Run(workspace);
        Assert.That(recorder.Shares, Is.EqualTo(new[] { 1, 0, 0 }));
        Assert.That(recorder.Threads[0], Is.SameAs(Thread.CurrentThread));
        Assert.That(workspace.Threads, Is.EqualTo(3));
    }

    [Test]
    public void AFailedSmallPass_LeavesTheWorkspaceAsItWas()
    {
        using Workspace workspace = Create(3, sampleFlops: 1);
        var recorder = new Recorder(3, sampleFlops: 1) { Failure = new InvalidDataException() };
        Assert.That(() => recorder.Run(workspace), Throws.InstanceOf<InvalidDataException>());
        Assert.That(workspace.Threads, Is.EqualTo(3));
        recorder.Failure = null;
        recorder.Run(workspace);
        Assert.That(recorder.Shares[0], Is.EqualTo(1));
    }

    [Test]
    public void DisposeTwice_AndThenNothingRuns([Values(1, Large)] long sampleFlops)
    {
        Workspace workspace = Create(2, sampleFlops);
        workspace.Dispose();
        workspace.Dispose();
        Assert.That(() => new Recorder(2, sampleFlops).Run(workspace), Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void DisposedWhileIdle_ItsThreadsEnd()
    {
        Workspace workspace = Create(3, Large);
        var recorder = new Recorder(3);
        recorder.Run(workspace);
        workspace.Dispose();
        recorder.RequireEnded();
    }

    [Test]
    public void NeverDisposed_ItIsFinalized_AndItsThreadsEnd()
    {
        (WeakReference workspace, Recorder recorder) = UseAndForget();
        for (int i = 0; i < 20 && workspace.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.That(workspace.IsAlive, Is.False);
        recorder.RequireEnded();
    }

    [TestCase(0)]
    [TestCase(70_000)]
    [TestCase(140_001)]
    public void GradientCheck_FindsWhatIsNotFinite(int place)
    {
        var gradients = new float[140_002];
        var check = new GradientCheck();
        foreach (int threads in new[] { 1, 2, 3 })
        {
            using Workspace workspace = Create(threads, Large);
            gradients[place] = float.MaxValue;
            Assert.That(check.AllFinite(gradients, workspace), Is.True);
            foreach (float value in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
            {
                gradients[place] = value;
                Assert.That(check.AllFinite(gradients, workspace), Is.False, $"{value}, {threads} threads");
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (WeakReference Workspace, Recorder Recorder) UseAndForget()
    {
        Workspace workspace = Create(3, Large);
        var recorder = new Recorder(3);
        recorder.Run(workspace);
        return (new WeakReference(workspace), recorder);
    }

    private static Workspace Create(int threads, long sampleFlops) => new Recorder(threads, sampleFlops).CreateWorkspace(threads);

    /// <summary>A network that records which thread ran which share, and how many it saw.</summary>
    private sealed class Recorder(int threads, long sampleFlops = Large) : CompiledNetwork(Sizes(sampleFlops))
    {
        public Thread?[] Threads { get; } = new Thread?[threads];

        public int[] Shares { get; } = new int[threads];

        public Exception? Failure { get; set; }

        public void Run(Workspace workspace)
        {
            // A network whose weights are all 0 refuses to run.
            Parameters[0] = 1;
            Forward(new float[1], new float[1], workspace);
        }

        protected override void ForwardShare(in ForwardPass pass, Workspace workspace, int worker)
        {
            if (Failure is not null)
            {
                throw Failure;
            }

            Threads[worker] = Thread.CurrentThread;
            Shares[worker] = workspace.Threads;
        }

        protected override void FeaturesShare(in ForwardPass pass, Workspace workspace, int worker) => throw new NotSupportedException();

        protected override void PredictShare(in PredictPass pass, Workspace workspace, int worker) => throw new NotSupportedException();

        protected override void GradientShare(in GradientPass pass, Workspace workspace, int worker) => throw new NotSupportedException();

        private static new NetworkSizes Sizes(long sampleFlops) => new()
        {
            Model = nameof(Recorder),
            InputLength = 1,
            Outputs = 1,
            FeatureLength = 1,
            ParameterLength = 16,
            Loss = Loss.Logistic,
            Groups = 1,
            Patches = 1,
            Routes = 0,
            SlotFloats = 0,
            SlotIntegers = 0,
            PanelFloats = 0,
            WorkerFloats = 0,
            Window = 1,
            ForwardWindow = 1,
            SampleFlops = sampleFlops,
            ExpertParts = 1,
            SharedBatch = 0,
        };

        public void RequireEnded() =>
            Assert.That(Threads[1..].All(thread => thread!.Join(TimeSpan.FromSeconds(60))), "a thread still waits");
    }
}
