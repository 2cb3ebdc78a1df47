using ILGPU;
using ILGPU.Runtime;

namespace PatchMoE.Gen.Tests.Gpu;

/// <summary>The stand-in finds the mistakes that a kernel can make.</summary>
[TestFixture]
public sealed class StandInTests
{
    [Test]
    public void Barrier_LetsThreadsSeeWhatOthersWrote()
    {
        ArrayView<int> result = StandInMemory.Of<int>(new int[64]);
        Launch(groups: 2, threads: 32, result, Reverse);
        Assert.That(result.ToArray(), Is.EqualTo(Enumerable.Range(0, 32).Reverse().Concat(Enumerable.Range(32, 32).Reverse())));
    }

    [Test]
    public void IndexOutside_Fails() =>
        Assert.That(() => Launch(1, 4, StandInMemory.Of<int>(new int[3]), values => values[Group.IdxX] = 1), Throws.InvalidOperationException.With.Message.Contains("Index 3 of a view of 3"));

    [Test]
    public void NegativeIndex_Fails() =>
        Assert.That(() => Launch(1, 1, StandInMemory.Of<int>(new int[3]), values => values[Group.IdxX - 1] = 1), Throws.InvalidOperationException.With.Message.Contains("Index -1"));

    [Test]
    public void BarrierThatNotAllReach_Fails() =>
        Assert.That(() => Launch(1, 4, default, _ => BarrierFor(Group.IdxX < 2)), Throws.InvalidOperationException.With.Message.Contains("different barriers"));

    [Test]
    public void ViewOffItsAlignment_Fails() =>
        Assert.That(() => StandInMemory.Of<int>(new int[8]).SubView(1, 4).Cast<Ilgpu.Float4>(), Throws.InvalidOperationException.With.Message.Contains("multiple of its 16 bytes"));

    [Test]
    public void SharedMemory_IsNotZeroAtFirst()
    {
        ArrayView<int> result = StandInMemory.Of<int>(new int[2]);
        Launch(2, 1, result, values => values[Grid.IdxX] = SharedMemory.Allocate<int>(1)[0]++);
        Assert.That(result.ToArray(), Is.All.EqualTo(-1));
    }

    private static void Reverse(ArrayView<int> values)
    {
        ArrayView<int> shared = SharedMemory.Allocate<int>(32);
        shared[Group.IdxX] = (Grid.IdxX * 32) + Group.IdxX;
        Group.Barrier();
        values[(Grid.IdxX * 32) + Group.IdxX] = shared[31 - Group.IdxX];
    }

    private static void BarrierFor(bool some)
    {
        if (some)
        {
            Group.Barrier();
        }
    }

    private static void Launch(int groups, int threads, ArrayView<int> values, Action<ArrayView<int>> kernel) =>
        new Accelerator().LoadKernel(kernel)(new AcceleratorStream(), new KernelConfig(groups, threads), values);
}
