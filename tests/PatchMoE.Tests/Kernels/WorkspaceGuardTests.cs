using Microsoft.Extensions.ObjectPool;
using PatchMoE.Tests.Generated;

namespace PatchMoE.Tests.Kernels;

/// <summary>A workspace serves one caller at a time: a second one gets an error, never another caller's classes.</summary>
[TestFixture]
public sealed class WorkspaceGuardTests
{
    private const int Callers = 4;
    private const int Samples = 40;

    private readonly MnistJoint _model = new();
    private readonly float[] _input = new float[Samples * MnistJoint.InputLength];
    private readonly float[] _expected = new float[Samples];

    [OneTimeSetUp]
    public void Expect()
    {
        _model.Initialize(1, new InitSpec(1, 1, null));
        var random = new Random(1);
        for (int i = 0; i < _input.Length; i++)
        {
            _input[i] = random.NextSingle();
        }

        using Workspace workspace = _model.CreateWorkspace();
        _model.Forward(_input, _expected, workspace);
        Assert.That(_expected.Distinct().Count(), Is.GreaterThan(Samples / 2));
    }

    [OneTimeTearDown]
    public void Free() => _model.Dispose();

    [Test]
    public void ManyThreadsOnOneWorkspace_AreRightOrRefused([Values(1, 2)] int threads)
    {
        using Workspace workspace = _model.CreateWorkspace(threads);
        int right = 0;
        int refused = 0;
        Hammer((caller, call) =>
        {
            int sample = ((caller * 7) + call) % Samples;
            var logit = new float[1];
            try
            {
                _model.Forward(_input.AsSpan(sample * MnistJoint.InputLength, MnistJoint.InputLength), logit, workspace);
            }
            catch (InvalidOperationException)
            {
                Interlocked.Increment(ref refused);
                return;
            }

            Assert.That(logit[0], Is.EqualTo(_expected[sample]));
            Interlocked.Increment(ref right);
        });
        Assert.That(right, Is.GreaterThan(0));
        TestContext.Out.WriteLine($"{right} computed, {refused} refused");
    }

    /// <summary>Deterministic: the first pass is held inside an optimizer's work while the second one comes.</summary>
    [Test]
    public void ASecondCaller_IsToldTheFix()
    {
        using Workspace workspace = _model.CreateWorkspace();
        var held = new HeldWork();
        var first = new Thread(() => workspace.RunWork(held, default, default, 0));
        first.Start();
        held.Began.Wait();
        Assert.That(
            () => _model.Predict(_input, new int[Samples], workspace),
            Throws.InvalidOperationException.With.Message.Contains("in use by another caller").And.Message.Contains("model.CreatePool()"));
        held.End.Set();
        first.Join();
        var logits = new float[Samples];
        _model.Forward(_input, logits, workspace);
        Assert.That(logits, Is.EqualTo(_expected));
    }

    [Test]
    public void APassThatWasRefused_LeavesTheWorkspaceFree()
    {
        using Workspace workspace = _model.CreateWorkspace();
        Assert.That(() => _model.Forward([float.NaN, .. _input.AsSpan(1)], new float[Samples], workspace), Throws.ArgumentException);
        Assert.That(() => _model.Forward(_input, new float[Samples], workspace), Throws.Nothing);
    }

    [Test]
    public void APool_ServesAnyNumberOfCallers()
    {
        ObjectPool<Workspace> pool = _model.CreatePool();
        Hammer((caller, call) =>
        {
            int sample = ((caller * 7) + call) % Samples;
            var logit = new float[1];
            Workspace workspace = pool.Get();
            try
            {
                _model.Forward(_input.AsSpan(sample * MnistJoint.InputLength, MnistJoint.InputLength), logit, workspace);
            }
            finally
            {
                pool.Return(workspace);
            }

            Assert.That(logit[0], Is.EqualTo(_expected[sample]));
        });
        ((IDisposable)pool).Dispose();
    }

    [Test]
    public void APool_KeepsNoDisposedWorkspace()
    {
        ObjectPool<Workspace> pool = _model.CreatePool(threads: 2);
        Workspace disposed = pool.Get();
        Assert.That(disposed.Threads, Is.EqualTo(2));
        disposed.Dispose();
        pool.Return(disposed);
        Assert.That(pool.Get(), Is.Not.SameAs(disposed));
        Assert.That(() => _model.CreatePool(0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    private static void Hammer(Action<int, int> call)
    {
        Exception? failure = null;
        Thread[] callers = [.. Enumerable.Range(0, Callers).Select(caller => new Thread(() =>
        {
            try
            {
                for (int i = 0; i < 500; i++)
                {
                    call(caller, i);
                }
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        }))];
        Array.ForEach(callers, caller => caller.Start());
        Array.ForEach(callers, caller => caller.Join());
        Assert.That(failure, Is.Null);
    }

    private sealed class HeldWork : PatchMoE.Kernels.IBufferWork
    {
        public ManualResetEventSlim Began { get; } = new();

        public ManualResetEventSlim End { get; } = new();

        public void RunShare(Span<float> parameters, ReadOnlySpan<float> gradients, int worker, int workers)
        {
            Began.Set();
            End.Wait();
        }
    }
}
