namespace PatchMoE.Tests;

public class AtomicFileTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void WritesANewFile()
    {
        AtomicFile.Write(_folder.File("a"), stream => stream.Write([1, 2, 3]));
        Assert.That(File.ReadAllBytes(_folder.File("a")), Is.EqualTo(new byte[] { 1, 2, 3 }));
        Assert.That(Files(), Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public void ReplacesALongerFileWhole()
    {
        File.WriteAllBytes(_folder.File("a"), new byte[100]);
        AtomicFile.Write(_folder.File("a"), stream => stream.WriteByte(7));
        Assert.That(File.ReadAllBytes(_folder.File("a")), Is.EqualTo(new byte[] { 7 }));
    }

    [Test]
    public void TheTargetIsUntouchedWhileTheNewFileIsWritten()
    {
        File.WriteAllText(_folder.File("a"), "old");
        AtomicFile.Write(_folder.File("a"), stream =>
        {
            stream.WriteByte(1);
            stream.Flush();
            Assert.That(File.ReadAllText(_folder.File("a")), Is.EqualTo("old"));
        });
    }

    [Test]
    public void AFailureLeavesTheOldFileAndNoOther()
    {
        File.WriteAllText(_folder.File("a"), "old");
        void Fail(Stream stream)
        {
            stream.WriteByte(1);
            throw new IOException("No space left on device.");
        }

        var error = Assert.Throws<BadInputException>(() => AtomicFile.Write(_folder.File("a"), Fail))!;
        Assert.That(error.Message, Does.StartWith(_folder.File("a") + ": cannot be written: No space left on device. Check that the disk has free space"));
        Assert.That(error.InnerException, Is.TypeOf<IOException>());
        Assert.That(File.ReadAllText(_folder.File("a")), Is.EqualTo("old"));
        Assert.That(Files(), Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public void OfSeveralFilesAllOrNoneAreReplaced()
    {
        File.WriteAllText(_folder.File("a"), "old a");
        File.WriteAllText(_folder.File("b"), "old b");
        static void Fail(Stream stream) => throw new IOException("No space left on device.");

        var error = Assert.Throws<BadInputException>(() => AtomicFile.WriteAll([(_folder.File("a"), stream => stream.WriteByte(1)), (_folder.File("b"), Fail)]))!;
        Assert.That(error.Message, Does.StartWith(_folder.File("b") + ": cannot be written"));
        Assert.That(Files(), Is.EquivalentTo(new[] { "a", "b" }));
        Assert.That(File.ReadAllText(_folder.File("a")), Is.EqualTo("old a"));

        AtomicFile.WriteAll([(_folder.File("a"), stream => stream.WriteByte(1)), (_folder.File("b"), stream => stream.WriteByte(2))]);
        Assert.That(File.ReadAllBytes(_folder.File("a")), Is.EqualTo(new byte[] { 1 }));
        Assert.That(File.ReadAllBytes(_folder.File("b")), Is.EqualTo(new byte[] { 2 }));
        Assert.That(Files(), Is.EquivalentTo(new[] { "a", "b" }));
    }

    [Test]
    public void TheTemporaryFileIsNotNamed()
    {
        void Fail(Stream stream) => throw new IOException($"No space left on device : '{((FileStream)stream).Name}'");
        var error = Assert.Throws<BadInputException>(() => AtomicFile.Write(_folder.File("a"), Fail))!;
        Assert.That(error.Message, Is.EqualTo(
            $"{_folder.File("a")}: cannot be written: No space left on device. Check that the disk has free space and that {_folder.Path} is writable."));
    }

    /// <summary>What the runtime throws when a file reaches a limit of its file system or of the process.</summary>
    [Test]
    public void AFileThatMayNotBeSoLarge_IsSaid()
    {
        var error = Assert.Throws<BadInputException>(() => AtomicFile.Write(_folder.File("a"), _ => throw new ArgumentOutOfRangeException("value")))!;
        Assert.That(error.Message, Does.StartWith($"{_folder.File("a")}: cannot be written: the file would be larger than"));
        Assert.That(Files(), Is.Empty);
    }

    [Test]
    public void NoPermissionIsSaid()
    {
        var error = Assert.Throws<BadInputException>(() => AtomicFile.Write(_folder.File("a"), _ => throw new UnauthorizedAccessException()))!;
        Assert.That(error.Message, Is.EqualTo(
            $"{_folder.File("a")}: cannot be written: no permission to write to {_folder.Path}. Choose a folder you may write in, or change its permissions."));
        Assert.That(Files(), Is.Empty);
    }

    [Test]
    public void AnotherExceptionOfTheWriterComesThrough()
    {
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(_folder.File("a"), _ => throw new InvalidOperationException()));
        Assert.That(Files(), Is.Empty);
    }

    [Test]
    public void AMissingFolderIsNamed()
    {
        string path = Path.Combine(_folder.Path, "none", "a");
        var error = Assert.Throws<BadInputException>(() => AtomicFile.Write(path, _ => { }))!;
        Assert.That(error.Message, Is.EqualTo(
            $"{path}: cannot be written: the folder {Path.Combine(_folder.Path, "none")} does not exist. Create it first, or choose another."));
    }

    [Test]
    public void AFolderAsTargetIsRefused()
    {
        var error = Assert.Throws<BadInputException>(() => AtomicFile.Write(_folder.Path, _ => { }))!;
        Assert.That(error.Message, Is.EqualTo($"{_folder.Path}: cannot be written: it is a folder. Give the name of a file in it."));
    }

    [TestCase("")]
    [TestCase(" ")]
    [TestCase("a\0b")]
    public void AnEmptyNameIsRefused(string path)
    {
        var error = Assert.Throws<BadInputException>(() => AtomicFile.Write(path, _ => { }))!;
        Assert.That(error.Message, Does.EndWith("is not a file name. Give the path of the file to write."));
    }

    [Test]
    [Platform("Linux,Unix,MacOsX")]
    public void ADeviceIsRefused()
    {
        var error = Assert.Throws<BadInputException>(() => AtomicFile.Write("/dev/null", _ => throw new InvalidOperationException()))!;
        Assert.That(error.Message, Is.EqualTo("/dev/null: cannot be written: it is a device. Give the name of a regular file."));
    }

    [Test]
    [Platform("Linux,Unix,MacOsX")]
    public void ASymbolicLinkStays()
    {
        File.WriteAllText(_folder.File("real"), "old");
        File.CreateSymbolicLink(_folder.File("link"), _folder.File("real"));
        AtomicFile.Write(_folder.File("link"), stream => stream.Write("new"u8));
        Assert.That(File.ReadAllText(_folder.File("real")), Is.EqualTo("new"));
        Assert.That(new FileInfo(_folder.File("link")).LinkTarget, Is.EqualTo(_folder.File("real")));
    }

    private string[] Files() => [.. Directory.GetFiles(_folder.Path).Select(file => Path.GetFileName(file))];
}
