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

    public void AddFloats(string name, params int[] shape) => Add(name, integers: false, shape);

    public void AddIntegers(string name, params int[] shape) => Add(name, integers: true, shape);

    /// <summary>The length of all arrays of one kind, per sample.</summary>
    public static int Length(IEnumerable<DeviceArray> arrays, bool integers) => arrays.Where(array => array.Integers == integers).Sum(array => Slots.Align(array.Length));

    private void Add(string name, bool integers, int[] shape) => _arrays.Add(new DeviceArray(
        name, integers, Length(_arrays, integers), shape.Aggregate(1, (product, size) => product * size), $"[B, {string.Join(", ", shape)}]"));
}
