namespace PatchMoE.Gen.Planning.Ilgpu;

/// <summary>How a group finds the l best of n patches.</summary>
internal enum DeviceSelectionKernel
{
    /// <summary>A thread per patch counts the patches before it, among keys in shared memory: n² steps, one barrier.</summary>
    Count,

    /// <summary>A bitonic sort of keys in shared memory: about n · log² n / 4 steps, as many barriers as log² n / 2.</summary>
    Sort,

    /// <summary>The count, from the scores themselves: for more patches than shared memory holds.</summary>
    CountScores,

    /// <summary>A single patch is taken wherever it is valid.</summary>
    Single,
}

/// <summary>The choice of a selection kernel.</summary>
/// <param name="Kernel">The kernel.</param>
/// <param name="Reason">Why.</param>
/// <param name="AtOnce">Experts whose keys lie in shared memory at once; 0 where there are no keys.</param>
/// <param name="Padded">The keys of an expert: n, or for a sort the next power of two.</param>
internal sealed record DeviceSelection(DeviceSelectionKernel Kernel, string Reason, int AtOnce, int Padded)
{
    /// <summary>Above this many patches, counting takes more steps than a sort.</summary>
    private const int MaxCounted = 128;

    /// <summary>8 KiB beside the sums of the scores.</summary>
    private const int MaxBytes = 8 << 10;

    /// <summary>A count's key is a score, a sort's holds the patch too.</summary>
    private const int CountBytes = 4;
    private const int SortBytes = 8;

    public int SharedBytes => AtOnce * Padded * (Kernel == DeviceSelectionKernel.Sort ? SortBytes : CountBytes);

    /// <summary>Chooses by n; <paramref name="experts"/> are the group's.</summary>
    public static DeviceSelection Of(int patches, int experts)
    {
        int padded = 1;
        while (padded < patches)
        {
            padded *= 2;
        }

        return patches == 1 ? new DeviceSelection(DeviceSelectionKernel.Single, "n is 1: the patch is taken wherever it is valid", 0, 0)
            : patches <= MaxCounted ? new DeviceSelection(DeviceSelectionKernel.Count, $"n is at most {MaxCounted}: each thread counts the patches before its own", AtOnceOf(CountBytes * patches), patches)
            : padded <= MaxBytes / SortBytes ? new DeviceSelection(DeviceSelectionKernel.Sort, $"n is more than {MaxCounted}: a sort of all keys", AtOnceOf(SortBytes * padded), padded)
            : new DeviceSelection(DeviceSelectionKernel.CountScores, "n is too large for keys in shared memory: each thread counts the scores before its own", 0, 0);

        int AtOnceOf(int bytes) => Divide.Evenly(experts, MaxBytes / bytes);
    }
}
