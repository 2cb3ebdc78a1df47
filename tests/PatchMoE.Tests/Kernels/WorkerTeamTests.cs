using PatchMoE.Kernels;

namespace PatchMoE.Tests.Kernels;

public sealed class WorkerTeamTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Test]
    public void EachShareRunsOnce_PassAfterPass_PhaseAfterPhase([Values(1, 2, 3, 8)] int threads)
    {
        const int Passes = 1000;
        var team = new WorkerTeam(threads);
        var first = new int[threads];
        var second = new int[threads];
        int torn = 0;
        void Share(int worker)
        {
            first[worker]++;
            team.Synchronize();

            // Everyone's first phase is done, and no one's next pass has begun.
            if (first.Any(count => count != first[worker]))
            {
                Interlocked.Increment(ref torn);
            }

            second[worker]++;
        }

        for (int pass = 1; pass <= Passes; pass++)
        {
            team.Run(Share);
            Assert.That(second, Is.All.EqualTo(pass));
        }

        Assert.That(torn, Is.Zero);
        team.Stop();
    }

    [Test]
    public void RunAlone_UsesTheCallersThread_BetweenPassesOfAll()
    {
        var team = new WorkerTeam(3);
        int shares = 0;
        var callers = new List<(int Worker, Thread Thread)>();
        for (int i = 0; i < 100; i++)
        {
            team.Run(_ => Interlocked.Increment(ref shares));
            team.RunAlone(worker => callers.Add((worker, Thread.CurrentThread)));
        }

        team.Stop();
        Assert.That(shares, Is.EqualTo(300));
        Assert.That(callers, Has.Count.EqualTo(100).And.All.EqualTo((0, Thread.CurrentThread)));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    public void AFailingShare_ReachesTheCaller_AndEndsTheTeam(int failing)
    {
        var team = new WorkerTeam(3);
        Thread[] threads = ThreadsOf(team);
        void Share(int worker)
        {
            if (worker == failing)
            {
                throw new InvalidDataException($"worker {worker}");
            }

            team.Synchronize();
            team.Synchronize();
        }

        Assert.That(() => team.Run(Share), Throws.InstanceOf<InvalidDataException>().With.Message.EqualTo($"worker {failing}"));
        RequireEnded(threads);
        Assert.That(() => team.Run(_ => { }), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => team.RunAlone(_ => { }), Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void AllSharesMayFail()
    {
        var team = new WorkerTeam(3);
        Thread[] threads = ThreadsOf(team);
        Assert.That(() => team.Run(worker => throw new InvalidDataException()), Throws.InstanceOf<InvalidDataException>());
        RequireEnded(threads);
    }

    [Test]
    public void AFailureAtOnce_HoldsNobodyAtABarrier([Values(0, 1)] int failing)
    {
        // The failure may come before the others have started, or while they wait for each other.
        var rounds = Task.Run(() =>
        {
            for (int round = 0; round < 200; round++)
            {
                var team = new WorkerTeam(3);
                var ran = new bool[3];
                Assert.That(
                    () => team.Run(worker =>
                    {
                        ran[worker] = true;
                        if (worker == failing)
                        {
                            throw new InvalidDataException();
                        }

                        team.Synchronize();
                    }),
                    Throws.InstanceOf<InvalidDataException>());
                Assert.That(ran, Is.All.True);
            }
        });
        Assert.That(rounds.Wait(s_limit), "a thread still waits");
    }

    [Test]
    public void AFailureOnTheCallersThread_LeavesWhenTheOthersAreDone()
    {
        var team = new WorkerTeam(2);
        bool done = false;
        Assert.That(
            () => team.Run(worker =>
            {
                if (worker == 0)
                {
                    throw new InvalidDataException();
                }

                Thread.Sleep(50);
                Volatile.Write(ref done, true);
            }),
            Throws.InstanceOf<InvalidDataException>());
        Assert.That(done);
    }

    [TestCase(0)]
    [TestCase(50)]
    public void Stop_EndsThreadsThatWait_AwakeOrAsleep(int idle)
    {
        var team = new WorkerTeam(3);
        Thread[] threads = ThreadsOf(team);
        Thread.Sleep(idle);
        team.Stop();
        team.Stop();
        RequireEnded(threads);
    }

    /// <summary>The threads of a team, without the caller's.</summary>
    private static Thread[] ThreadsOf(WorkerTeam team)
    {
        var threads = new Thread[team.Threads];
        team.Run(worker => threads[worker] = Thread.CurrentThread);
        return threads[1..];
    }

    private static void RequireEnded(Thread[] threads) => Assert.That(threads.All(thread => thread.Join(s_limit)), "a thread still waits");
}
