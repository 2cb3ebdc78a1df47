using PatchMoE.Kernels;

namespace PatchMoE.Tests.Kernels;

[Category("Long")]
public sealed class SpinBarrierTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Test]
    public void NoThreadLeavesBeforeAllHaveCome([Values(1, 2, 3, 8)] int threads)
    {
        const int Phases = 2000;
        var barrier = new SpinBarrier(threads);
        var reached = new int[threads];
        int early = 0;
        RunAll(threads, thread =>
        {
            for (int phase = 1; phase <= Phases; phase++)
            {
                Volatile.Write(ref reached[thread], phase);
                barrier.SignalAndWait();
                for (int other = 0; other < threads; other++)
                {
                    int place = Volatile.Read(ref reached[other]);
                    if (place < phase || place > phase + 1)
                    {
                        Interlocked.Increment(ref early);
                    }
                }
            }
        });

        Assert.That(early, Is.Zero);
        Assert.That(reached, Is.All.EqualTo(Phases));
    }

    [Test]
    public void SleepersAreWoken([Values(2, 3)] int threads)
    {
        // Far longer than a thread spins, in turns for each thread.
        const int Phases = 12;
        var barrier = new SpinBarrier(threads);
        RunAll(threads, thread =>
        {
            for (int phase = 0; phase < Phases; phase++)
            {
                if (phase % threads == thread)
                {
                    Thread.Sleep(20);
                }

                barrier.SignalAndWait();
            }
        });
    }

    [Test]
    public void OthersGoOnWithoutWhoLeaves([Values(0, 20)] int pause)
    {
        const int Threads = 4;
        var barrier = new SpinBarrier(Threads);
        RunAll(Threads, thread =>
        {
            // Thread t arrives t times, then leaves; at the end the last one is alone.
            for (int phase = 0; phase < thread; phase++)
            {
                barrier.SignalAndWait();
            }

            Thread.Sleep(pause);
            barrier.RemoveParticipant();
        });
    }

    /// <summary>Runs work on a number of threads and requires that all of them end.</summary>
    private static void RunAll(int count, Action<int> work)
    {
        Thread[] threads = [.. Enumerable.Range(0, count).Select(i => new Thread(() => work(i)) { IsBackground = true })];
        Array.ForEach(threads, thread => thread.Start());
        Assert.That(threads.All(thread => thread.Join(s_limit)), "a thread still waits");
    }
}
