namespace PatchMoE.Ilgpu;

/// <summary>The required length of an array.</summary>
internal readonly record struct Demand(DeviceArray Array, long Length);

/// <summary>The device memory used by one engine: the requirement is checked before anything is allocated.</summary>
/// <param name="device">The device.</param>
/// <param name="limit">The maximum number of bytes to use; null for all that are free.</param>
internal sealed class DeviceMemory(IlgpuDevice device, long? limit) : IDisposable
{
    private readonly HashSet<DeviceArray> _arrays = [];

    private long Used => _arrays.Sum(array => array.Bytes);

    /// <summary>The number of bytes that can still be used.</summary>
    private long Free => Math.Max(0, Math.Min((limit ?? long.MaxValue) - Used, device.FreeMemory - (device.TellsFreeMemory ? 0 : Used)));

    /// <summary>Whether arrays of the given lengths would fit besides those already allocated.</summary>
    /// <param name="reserve">Bytes that must stay free.</param>
    /// <param name="demands">The arrays.</param>
    public bool HasRoom(long reserve, params ReadOnlySpan<Demand> demands) => Needed(demands) + reserve <= Free && Largest(demands) <= device.LargestAllocation;

    /// <summary>Makes arrays at least as long as demanded. Those that grow lose their contents.</summary>
    /// <param name="purpose">What needs them, for messages.</param>
    /// <param name="demands">The arrays.</param>
    /// <returns>Whether any array was reallocated.</returns>
    /// <exception cref="BadInputException">There is not enough memory.</exception>
    public bool Require(string purpose, params ReadOnlySpan<Demand> demands)
    {
        long needed = Needed(demands);
        if (needed == 0)
        {
            return false;
        }

        if (needed > Free)
        {
            throw Insufficient($"{purpose} needs {IlgpuDeviceInfo.Size(needed)} of device memory besides the {IlgpuDeviceInfo.Size(Used)} in use, but only {IlgpuDeviceInfo.Size(Free)} are free");
        }

        if (Largest(demands) > device.LargestAllocation)
        {
            throw Insufficient($"{purpose} needs an array of {IlgpuDeviceInfo.Size(Largest(demands))}, but the driver allows at most {IlgpuDeviceInfo.Size(device.LargestAllocation)}");
        }

        foreach (Demand demand in demands)
        {
            Grow(purpose, demand);
        }

        return true;
    }

    /// <summary>Frees an array's memory.</summary>
    public void Release(DeviceArray array)
    {
        array.Free();
        _arrays.Remove(array);
    }

    public void Dispose()
    {
        foreach (DeviceArray array in _arrays)
        {
            array.Free();
        }

        _arrays.Clear();
    }

    private static bool Grows(Demand demand) => demand.Length > demand.Array.Length;

    private static long Needed(ReadOnlySpan<Demand> demands)
    {
        long bytes = 0;
        foreach (Demand demand in demands)
        {
            bytes += Grows(demand) ? (demand.Length - demand.Array.Length) * demand.Array.ValueSize : 0;
        }

        return bytes;
    }

    private static long Largest(ReadOnlySpan<Demand> demands)
    {
        long bytes = 0;
        foreach (Demand demand in demands)
        {
            bytes = Math.Max(bytes, demand.Length * demand.Array.ValueSize);
        }

        return bytes;
    }

    private void Grow(string purpose, Demand demand)
    {
        if (!Grows(demand))
        {
            return;
        }

        demand.Array.Free();
        try
        {
            demand.Array.Allocate(device.Accelerator, demand.Length);
            _arrays.Add(demand.Array);
        }
        catch (Exception failure) when (DeviceFailure.IsOne(failure) || failure is OutOfMemoryException)
        {
            throw Insufficient($"{purpose} needs an array of {IlgpuDeviceInfo.Size(demand.Length * demand.Array.ValueSize)}, but the driver refuses it ({failure.Message})", failure);
        }
    }

    private BadInputException Insufficient(string problem, Exception? cause = null) => new(
        $"--device {device.Info.Name} ({device.Info.Title}): {problem}. Use a smaller batch (training.batch), close other programs that use the device, or choose another --device.", cause);
}
