namespace ILGPU
{
    /// <summary>A thread's place in its group, and the group's barrier.</summary>
    public static class Group
    {
        public static int IdxX => Execution.GroupThread.Current.Thread;

        public static void Barrier() => Execution.GroupThread.Current.Barrier();
    }

    /// <summary>A group's place in its grid.</summary>
    public static class Grid
    {
        public static int IdxX => Execution.GroupThread.Current.GroupIndex;
    }

    /// <summary>Memory of a group: the n-th call of each of its threads gives the same array.</summary>
    public static class SharedMemory
    {
        public static ArrayView<T> Allocate<T>(int extent)
            where T : unmanaged => Execution.GroupThread.Current.Shared<T>(extent);
    }

    public static class MemoryFence
    {
        public static void GroupLevel() => Thread.MemoryBarrier();
    }

    public static class Interop
    {
        public static uint FloatAsInt(float value) => BitConverter.SingleToUInt32Bits(value);
    }
}

namespace ILGPU.Algorithms
{
    public static class XMath
    {
        public static float Exp(float value) => MathF.Exp(value);

        public static float Log(float value) => MathF.Log(value);

        public static float Abs(float value) => MathF.Abs(value);
    }
}
