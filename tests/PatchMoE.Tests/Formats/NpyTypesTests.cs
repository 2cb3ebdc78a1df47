namespace PatchMoE.Tests;

/// <summary>Every element type, byte order and axis order that numpy saves.</summary>
public sealed class NpyTypesTests
{
    private static readonly int[] Whole = [0, 1, 100, 3];

    /// <summary>A type, and four whole numbers in it.</summary>
    private static IEnumerable<TestCaseData> Types()
    {
        foreach ((string code, Func<int, byte[]> bytes) in ((string, Func<int, byte[]>)[])
        [
            ("i1", value => [(byte)value]),
            ("u1", value => [(byte)value]),
            ("i2", value => BitConverter.GetBytes((short)value)),
            ("u2", value => BitConverter.GetBytes((ushort)value)),
            ("i4", value => BitConverter.GetBytes(value)),
            ("u4", value => BitConverter.GetBytes((uint)value)),
            ("i8", value => BitConverter.GetBytes((long)value)),
            ("u8", value => BitConverter.GetBytes((ulong)value)),
            ("f2", value => BitConverter.GetBytes((Half)value)),
            ("f4", value => BitConverter.GetBytes((float)value)),
            ("f8", value => BitConverter.GetBytes((double)value)),
        ])
        {
            yield return new TestCaseData((code[1] == '1' ? "|" : "<") + code, NumpyFile.Bytes(Whole, bytes)).SetArgDisplayNames(code);
            yield return new TestCaseData(">" + code, NumpyFile.Bytes(Whole, bytes, bigEndian: true)).SetArgDisplayNames(">" + code);
            yield return new TestCaseData(code, NumpyFile.Bytes(Whole, bytes, bigEndian: !BitConverter.IsLittleEndian)).SetArgDisplayNames("native " + code);
        }
    }

    [TestCaseSource(nameof(Types))]
    public void WholeNumbers_AreReadExactlyFromEveryType(string descr, byte[] data) =>
        Assert.That(Read(descr, [4], data, NpyReading.WholeNumbers).Values<int>(), Is.EqualTo(Whole));

    [TestCaseSource(nameof(Types))]
    public void Inputs_AreReadFromEveryType_AndBytesStayPixels(string descr, byte[] data)
    {
        NpyArray array = Read(descr, [4], data, NpyReading.Inputs);
        if (descr.EndsWith("u1", StringComparison.Ordinal))
        {
            Assert.That(array.Values<byte>(), Is.EqualTo(Whole));
        }
        else
        {
            Assert.That(array.Values<float>(), Is.EqualTo(Whole));
        }
    }

    [TestCaseSource(nameof(Types))]
    public void AsStored_IsTheNearestType(string descr, byte[] data)
    {
        NpyArray array = Read(descr, [4], data, NpyReading.AsStored);
        Assert.That(array.Type, Is.EqualTo(descr.Contains('f') ? NpyType.Float32 : descr.EndsWith("u1", StringComparison.Ordinal) ? NpyType.UInt8 : NpyType.Int32));
    }

    [Test]
    public void Bool_IsZeroAndOne()
    {
        byte[] data = [1, 0, 1];
        Assert.That(Read("|b1", [3], data, NpyReading.WholeNumbers).Values<int>(), Is.EqualTo(new[] { 1, 0, 1 }));
        Assert.That(Read("|b1", [3], data, NpyReading.Inputs).Values<float>(), Is.EqualTo(new[] { 1f, 0f, 1f }));
        Assert.That(Read("|b1", [3], data, NpyReading.AsStored).Values<byte>(), Is.EqualTo(data));
    }

    [Test]
    public void Float16_IsExact_AndFloat64_IsRounded()
    {
        Half[] halves = [(Half)0.1f, Half.MaxValue, Half.Epsilon, Half.NegativeInfinity];
        Assert.That(Read("<f2", [4], NumpyFile.Bytes(halves, BitConverter.GetBytes), NpyReading.Inputs).Values<float>(), Is.EqualTo(halves.Select(value => (float)value)));

        double[] doubles = [0.1, -1.0 / 3, double.NaN, double.PositiveInfinity];
        Assert.That(Read(">f8", [4], NumpyFile.Bytes(doubles, BitConverter.GetBytes, bigEndian: true), NpyReading.Inputs).Values<float>(), Is.EqualTo(doubles.Select(value => (float)value)));
    }

    [TestCase(1.5, "1.5, is not a whole number")]
    [TestCase(double.NaN, "NaN, is not a whole number")]
    [TestCase(double.PositiveInfinity, "Infinity, is not a whole number")]
    [TestCase(1.0000000001, "1.0000000001, is not a whole number")]
    [TestCase(2147483648.0, "2147483648, is outside the range of int32")]
    public void AFloatThatIsNoLabel_IsNamedByItsPlace(double value, string rule)
    {
        string message = Refused("<f8", [2, 1], NumpyFile.Bytes([0, value], BitConverter.GetBytes), NpyReading.WholeNumbers);
        Assert.That(message, Does.StartWith($"file: its value at [1, 0], {rule}"));
    }

    [Test]
    public void AFloat32JustBeyondInt32_IsRefused() =>
        Assert.That(Refused("<f4", [1], NumpyFile.Bytes(2147483648f), NpyReading.WholeNumbers), Does.Contain("is outside the range of int32"));

    [Test]
    public void IntegersThatDoNotFit_AreRefused()
    {
        Assert.That(Refused("<u8", [1], BitConverter.GetBytes(ulong.MaxValue), NpyReading.WholeNumbers), Does.Contain("18446744073709551615, is outside the range of int32"));
        Assert.That(Refused("<i8", [1], BitConverter.GetBytes(long.MinValue), NpyReading.WholeNumbers), Does.Contain("is outside the range of int32"));
        Assert.That(Refused("<u4", [1], BitConverter.GetBytes(uint.MaxValue), NpyReading.AsStored), Does.Contain("is outside the range of int32"));
        foreach (long inexact in (long[])[(1 << 24) + 1, -(1 << 24) - 1, (1L << 53) + 1, long.MaxValue])
        {
            Assert.That(Refused("<i8", [1], BitConverter.GetBytes(inexact), NpyReading.Inputs), Does.Contain($"{inexact}, is not exact in float32. Save x.astype('float32')"));
        }

        Assert.That(Read("<i8", [2], NumpyFile.Bytes([1L << 24, long.MinValue], BitConverter.GetBytes), NpyReading.Inputs).Values<float>(), Is.EqualTo(new[] { 16777216f, -9223372036854775808f }));
    }

    [TestCase("<U3")]
    [TestCase("|S5")]
    [TestCase("|O")]
    public void TextsAndObjects_AreNeverReadAsLabels(string descr)
    {
        string message = Refused(descr, [1], new byte[12], NpyReading.WholeNumbers);
        Assert.That(message, Does.Contain("np.unique(labels, return_inverse=True)").And.Not.Contain("astype"));
    }

    [TestCase("|O", "np.stack(list(x)).astype('float32')")]
    [TestCase("<U8", "x.astype('float32')")]
    [TestCase("<c8", "np.stack([x.real, x.imag], axis=-1)")]
    [TestCase("<f16", "x.astype('float32')")]
    [TestCase("<M8[ns]", "x.astype('int64').astype('float32')")]
    [TestCase("|V2", "x.astype('float32')")]
    public void OtherInputs_GetAdviceOfTheirOwn(string descr, string advice) =>
        Assert.That(Refused(descr, [1], new byte[16], NpyReading.Inputs), Does.EndWith($"{advice}."));

    [Test]
    public void FortranOrder_IsTurnedToCOrder()
    {
        // Value 100·i + 10·j + k at [i, j, k]: the first axis varies fastest in the file.
        int[] shape = [2, 3, 4];
        var data = new List<float>();
        for (int k = 0; k < 4; k++)
        {
            for (int j = 0; j < 3; j++)
            {
                data.AddRange([(10 * j) + k, 100 + (10 * j) + k]);
            }
        }

        NpyArray array = NpyFile.Read(new MemoryStream(NumpyFile.Of("<f4", shape, NumpyFile.Bytes([.. data]), fortran: true)), "file");
        Assert.That(array.Shape, Is.EqualTo(shape.ToEquatableArray()));
        Assert.That(array.Values<float>(), Is.EqualTo(Enumerable.Range(0, 24).Select(at => (100f * (at / 12)) + (10 * (at / 4 % 3)) + (at % 4))));
    }

    [TestCase(new int[0])]
    [TestCase(new[] { 6 })]
    [TestCase(new[] { 6, 1 })]
    [TestCase(new[] { 1, 6 })]
    [TestCase(new[] { 0, 3 })]
    public void FortranOrder_OfOneAxisIsCOrder(int[] shape)
    {
        int length = shape.Aggregate(1, (product, size) => product * size);
        float[] values = [.. Enumerable.Range(0, length).Select(i => (float)i)];
        Assert.That(NpyFile.Read(new MemoryStream(NumpyFile.Of("<f4", shape, NumpyFile.Bytes(values), fortran: true)), "file").Values<float>(), Is.EqualTo(values));
    }

    [Test]
    public void FortranOrder_NamesThePlaceOfAValueAsNumpyDoes()
    {
        byte[] file = NumpyFile.Of("<f8", [2, 3], NumpyFile.Bytes([0, 0, 0, 0.5, 0, 0], BitConverter.GetBytes), fortran: true);
        Assert.That(() => NpyFile.Read(new MemoryStream(file), "file", NpyReading.WholeNumbers), Throws.TypeOf<BadInputException>().With.Message.Contains("at [1, 1], 0.5"));
    }

    [Test]
    public void Python2Headers_AreRead()
    {
        byte[] file = NumpyFile.WithHeader("{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 1L), }  \n", NumpyFile.Bytes(1, 2));
        Assert.That(NpyFile.Read(new MemoryStream(file), "file").Shape, Is.EqualTo(EquatableArray.Of(2, 1)));
    }

    private static NpyArray Read(string descr, int[] shape, byte[] data, NpyReading reading) =>
        NpyFile.Read(new MemoryStream(NumpyFile.Of(descr, shape, data)), "file", reading);

    private static string Refused(string descr, int[] shape, byte[] data, NpyReading reading) =>
        Assert.Throws<BadInputException>(() => Read(descr, shape, data, reading))!.Message;
}
