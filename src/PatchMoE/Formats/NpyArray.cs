namespace PatchMoE.Formats;

/// <summary>The element types of the arrays that this library reads and writes.</summary>
public enum NpyType
{
    /// <summary>32-bit floating point, <c>'&lt;f4'</c>, numpy's <c>float32</c>.</summary>
    Float32,

    /// <summary>32-bit signed integer, <c>'&lt;i4'</c>, numpy's <c>int32</c>.</summary>
    Int32,

    /// <summary>8-bit unsigned integer, <c>'|u1'</c>, numpy's <c>uint8</c>.</summary>
    UInt8,
}

/// <summary>A dense row-major array of numbers, the contents of a .npy file.</summary>
public sealed class NpyArray
{
    private readonly Array _values;

    /// <summary>An array of float32.</summary>
    /// <param name="shape">The axis sizes, each ≥ 0; empty for a single value.</param>
    /// <param name="values">The values; their number is the product of the sizes. Not copied.</param>
    /// <exception cref="ArgumentException">The number of values is not the product of the sizes.</exception>
    public NpyArray(IEnumerable<int> shape, float[] values)
        : this(shape, NpyType.Float32, values)
    {
    }

    /// <summary>An array of int32.</summary>
    /// <inheritdoc cref="NpyArray(IEnumerable{int}, float[])"/>
    public NpyArray(IEnumerable<int> shape, int[] values)
        : this(shape, NpyType.Int32, values)
    {
    }

    /// <summary>An array of uint8.</summary>
    /// <inheritdoc cref="NpyArray(IEnumerable{int}, float[])"/>
    public NpyArray(IEnumerable<int> shape, byte[] values)
        : this(shape, NpyType.UInt8, values)
    {
    }

    private NpyArray(IEnumerable<int> shape, NpyType type, Array values)
    {
        Shape = shape.ToEquatableArray();
        Type = type;
        _values = values;
        if (Shape.Any(size => size < 0) || ShapeText.Length(Shape) != values.Length)
        {
            throw new ArgumentException($"The shape {ShapeText.Of(Shape)} does not hold {values.Length} values.", nameof(shape));
        }
    }

    /// <summary>The element type.</summary>
    public NpyType Type { get; }

    /// <summary>The axis sizes; empty for a single value.</summary>
    public EquatableArray<int> Shape { get; }

    /// <summary>The number of values.</summary>
    public int Length => _values.Length;

    /// <summary>The values, row-major: float, int or byte, according to <see cref="Type"/>.</summary>
    /// <exception cref="InvalidOperationException">T is not the element type.</exception>
    public T[] Values<T>()
        where T : unmanaged =>
        _values.GetType() == typeof(T[])
            ? (T[])_values
            : throw new InvalidOperationException($"The array holds {Type}, not {typeof(T).Name}.");
}
