namespace PatchMoE.Ilgpu;

/// <summary>How long an array must be.</summary>
internal readonly record struct Demand(DeviceArray Array, long Length);

/// <summary>The memory of a device as one engine uses it: what is needed is known before it is allocated.</summary>
/// <param name="device">The device.</param>
/// <param name="limit">The most bytes to use; null for all that are free.</param>
internal sealed class DeviceMemory(IlgpuDevice device, long? limit) : IDisposable
{
    private readonly HashSet<DeviceArray> _arrays = [];

    private long Used => _arrays.Sum(array => array.Bytes);

    /// <summary>Bytes that can still be used.</summary>
    private long Free => Math.Max(0, Math.Min((limit ?? long.MaxValue) - Used, device.FreeMemory - (device.TellsFreeMemory ? 0 : Used)));

    /// <summary>Whether arrays of some lengths would fit beside what is there.</summary>
    /// <param name="reserve">Bytes that must stay free.</param>
    /// <param name="demands">The arrays.</param>
    public bool HasRoom(long reserve, params ReadOnlySpan<Demand> demands) => Needed(demands) + reserve <= Free && Largest(demands) <= device.LargestAllocation;

    /// <summary>Makes arrays at least as long as demanded. Those that grow lose what they hold.</summary>
    /// <param name="purpose">What needs them, for a message.</param>
    /// <param name="demands">The arrays.</param>
    /// <returns>Whether any array was made anew.</returns>
    /// <exception cref="BadInputException">The memory does not suffice.</exception>
    public bool Require(string purpose, params ReadOnlySpan<Demand> demands)
    {
        long needed = Needed(demands);
        if (needed == 0)
        {
            return false;
        }

        if (needed > Free)
        {
            throw TooLittle($"{purpose} needs {IlgpuDeviceInfo.Size(needed)} more device memory than the {IlgpuDeviceInfo.Size(Used)} in use, and {IlgpuDeviceInfo.Size(Free)} are free");
        }

        if (Largest(demands) > device.LargestAllocation)
        {
            throw TooLittle($"{purpose} needs an array of {IlgpuDeviceInfo.Size(Largest(demands))}, and the driver allows {IlgpuDeviceInfo.Size(device.LargestAllocation)}");
        }

        foreach (Demand demand in demands)
        {
            Grow(purpose, demand);
        }

        return true;
    }

    /// <summary>Gives an array's memory back.</summary>
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
            throw TooLittle($"{purpose} needs an array of {IlgpuDeviceInfo.Size(demand.Length * demand.Array.ValueSize)}, and the driver refuses it ({failure.Message})", failure);
        }
    }

    private BadInputException TooLittle(string problem, Exception? cause = null) => new(
        $"--device {device.Info.Name} ({device.Info.Title}): {problem}. Use a smaller batch (training.batch), end what else uses the device, or choose another --device.", cause);
}
