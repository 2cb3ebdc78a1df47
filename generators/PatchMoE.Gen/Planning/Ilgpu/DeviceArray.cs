namespace PatchMoE.Gen.Planning.Ilgpu;

/// <summary>An array of scratch on the device, dense over the batch: it lies from <c>batch · Offset</c> on and is <c>batch · Length</c> long.</summary>
/// <param name="Name">Its name in the emitted code.</param>
/// <param name="Integers">Whether it holds integers.</param>
/// <param name="Offset">Values of the arrays before it, per sample; a multiple of 16, so that each array begins on a boundary of 64 bytes.</param>
/// <param name="Length">Values per sample.</param>
/// <param name="Shape">Its axes behind the batch.</param>
internal sealed record DeviceArray(string Name, bool Integers, int Offset, int Length, string Shape);

/// <summary>Lays out scratch.</summary>
internal sealed class DeviceArrays
{
    private readonly List<DeviceArray> _arrays = [];

    public EquatableArray<DeviceArray> All => _arrays.ToEquatableArray();

    public int Floats { get; private set; }

    public int Integers { get; private set; }

    public DeviceArray AddFloats(string name, params int[] shape)
    {
        DeviceArray array = Make(name, false, Floats, shape);
        Floats += Slots.Align(array.Length);
        return array;
    }

    public DeviceArray AddIntegers(string name, params int[] shape)
    {
        DeviceArray array = Make(name, true, Integers, shape);
        Integers += Slots.Align(array.Length);
        return array;
    }

    private DeviceArray Make(string name, bool integers, int offset, int[] shape)
    {
        var array = new DeviceArray(name, integers, offset, shape.Aggregate(1, (product, size) => product * size), $"[B, {string.Join(", ", shape)}]");
        _arrays.Add(array);
        return array;
    }
}
