using System.IO.Compression;

namespace PatchMoE.Tests;

public sealed class NpzFileTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase(CompressionLevel.NoCompression)]
    [TestCase(CompressionLevel.Optimal)]
    public void ASingleArray_IsRead(CompressionLevel level)
    {
        Save("x.npz", level, ("arr_0", [1, 2]));
        Assert.That(NpyFile.Read(_folder.File("x.npz")).Values<float>(), Is.EqualTo(new float[] { 1, 2 }));
        Assert.That(NpyFile.Read(_folder.File("x.npz:arr_0")).Values<float>(), Is.EqualTo(new float[] { 1, 2 }));
    }

    [Test]
    public void OneOfSeveral_IsReadByItsName()
    {
        Save("data.npz", CompressionLevel.Optimal, ("x_train", [1, 2]), ("x_test", [3]));
        Assert.That(NpyFile.Read(_folder.File("data.npz:x_test")).Values<float>(), Is.EqualTo(new float[] { 3 }));
    }

    /// <summary>The example in the message is a name that works.</summary>
    [TestCase("data.npz", "holds several arrays: x_train, x_test. Say which")]
    [TestCase("data.npz:y", "holds no array 'y'; its arrays are x_train, x_test. Name one of them")]
    public void AnUnclearName_GetsTheNamesThereAre(string name, string problem)
    {
        Save("data.npz", CompressionLevel.Optimal, ("x_train", [1, 2]), ("x_test", [3]));
        string message = Refused(_folder.File(name));
        Assert.That(message, Does.Contain(problem));
        string example = message[(message.IndexOf("for example ", StringComparison.Ordinal) + "for example ".Length)..^1];
        Assert.That(NpyFile.Read(example).Values<float>(), Is.EqualTo(new float[] { 1, 2 }));
    }

    [Test]
    public void AFileWhoseOwnNameHasAColon_IsThatFile()
    {
        Save("data.npz:x", CompressionLevel.Optimal, ("a", [7]));
        Assert.That(NpyFile.Read(_folder.File("data.npz:x")).Values<float>(), Is.EqualTo(new float[] { 7 }));
    }

    [Test]
    public void AnArchiveThroughAPipe_IsRead()
    {
        byte[] archive = Bytes(CompressionLevel.Optimal, ("x", [1, 2, 3]));
        Assert.That(NpyFile.Read(new OneWayStream(archive), "file").Values<float>(), Is.EqualTo(new float[] { 1, 2, 3 }));
    }

    [Test]
    public void OtherMembersAreIgnored_AndAnArchiveWithoutArraysIsRefused()
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            archive.CreateEntry("notes.txt");
        }

        Assert.That(() => NpyFile.Read(new MemoryStream(stream.ToArray()), "file"), Throws.TypeOf<BadInputException>().With.Message.EqualTo("file: the .npz archive holds no arrays. Save them with np.savez(path, x=x)."));
    }

    [Test]
    public void ANameForAFileThatIsNoArchive_IsRefused()
    {
        NpyFile.Write(_folder.File("x.npz"), new NpyArray([1], [1f]));
        Assert.That(NpyFile.Read(_folder.File("x.npz")).Length, Is.EqualTo(1));
        Assert.That(Refused(_folder.File("x.npz:a")), Does.Contain("not a .npz archive").And.Contain("Leave ':a' out"));
    }

    /// <summary>A flipped bit of a value is found by the checksum: the array would look right.</summary>
    [Test]
    public void ADamagedValue_IsFound()
    {
        byte[] archive = Bytes(CompressionLevel.NoCompression, ("x", [1, 2, 3]));
        int at = archive.AsSpan().IndexOf(NumpyFile.Bytes(1, 2, 3));
        archive[at] ^= 1;
        Assert.That(() => NpyFile.Read(new MemoryStream(archive), "file"), Throws.TypeOf<BadInputException>().With.Message.Contains("checksum").And.Message.Contains("np.savez"));
    }

    [Test]
    public void DamageGivesAnErrorOrAnArray()
    {
        byte[] archive = Bytes(CompressionLevel.Optimal, ("x", [1, 2, 3]), ("y", [4]));
        Assert.That(HostileBytes.Refused(HostileBytes.Truncations(archive), file => Read(file)), Is.EqualTo(archive.Length));
        Assert.That(HostileBytes.Refused(HostileBytes.Damages(archive, 3000), file => Read(file)), Is.GreaterThan(1500));
    }

    private static NpyArray Read(byte[] archive) => NpyFile.Read(new MemoryStream(archive), "file", NpyReading.Inputs, "x");

    private static string Refused(string path) => Assert.Throws<BadInputException>(() => NpyFile.Read(path))!.Message;

    private void Save(string name, CompressionLevel level, params (string Name, float[] Values)[] arrays) =>
        File.WriteAllBytes(_folder.File(name), Bytes(level, arrays));

    private static byte[] Bytes(CompressionLevel level, params (string Name, float[] Values)[] arrays)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, float[] values) in arrays)
            {
                using Stream entry = archive.CreateEntry($"{name}.npy", level).Open();
                entry.Write(NumpyFile.Of("<f4", [values.Length], NumpyFile.Bytes(values)));
            }
        }

        return stream.ToArray();
    }
}
